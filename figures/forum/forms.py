"""The forms of the forum."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from figures.forum.models import Opinion, Remark
from radar.web.versions import VersionedForm


class RemarkForm(forms.ModelForm):
    """A remark on a request."""

    class Meta:
        model = Remark
        fields = ("text",)
        labels = {"text": _("Your remark")}
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Its page has the form of the opinion as well.
        super().__init__(*args, **({"label_suffix": "", "auto_id": "remark_%s"} | kwargs))


class OpinionForm(VersionedForm):
    """What the forum thinks: anything but support needs its reasons."""

    class Meta:
        model = Opinion
        fields = ("view", "text")
        labels = {"view": _("Opinion of the forum"), "text": _("Reasons")}
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}
