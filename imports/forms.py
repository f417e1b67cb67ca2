"""The form in which an administrator chooses a file to import."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from imports.frame import ALLOW_ENDINGS, Importer


class UploadForm(forms.Form):
    """A file of one kind, and the choices that go with it."""

    file = forms.FileField(label=_("File"))

    def __init__(self, importer: type[Importer], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.importer = importer
        self.fields["file"].widget.attrs["accept"] = ",".join(importer.suffixes)
        self.fields["file"].help_text = gettext("%(suffixes)s, at most %(size)s MB") % {
            "suffixes": ", ".join(importer.suffixes),
            "size": settings.IMPORT_MAX_BYTES >> 20,
        }
        # Whether many records may end is asked when a file would end them, not before.
        self.choices = [flag for flag in importer.all_flags() if flag is not ALLOW_ENDINGS]
        for flag in self.choices:
            self.fields[flag.name] = forms.BooleanField(
                label=str(flag.label), required=False, initial=flag.default
            )

    def clean_file(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["file"]
        if Path(upload.name or "").suffix.lower() not in self.importer.suffixes:
            raise forms.ValidationError(
                _("Choose a file that ends in %(suffixes)s."),
                params={"suffixes": ", ".join(self.importer.suffixes)},
            )
        if (upload.size or 0) > settings.IMPORT_MAX_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(size)s MB. Split it, or import it on the server."),
                params={"size": settings.IMPORT_MAX_BYTES >> 20},
            )
        return upload

    @property
    def flags(self) -> list[forms.BoundField]:
        """The choices beside the file."""
        return [self[flag.name] for flag in self.choices]

    def options(self) -> dict[str, bool]:
        """The choices as an importer takes them. For a valid form."""
        return {flag.name: self.cleaned_data[flag.name] for flag in self.choices}
