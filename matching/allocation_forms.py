"""The form of the allocation page: a campus, a policy, and a list of pupils."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from imports.errors import RefusedError
from imports.tables import open_table
from matching.allocation_jobs import AllocationJob
from matching.forms import CampusForm
from matching.jobs import MAX_UNFINISHED, JobQuerySet
from matching.proposals import Pupil
from matching.pupil_lists import MAX_PUPILS, Known, checked
from matching.queries import AllocationQuery

MAX_BYTES = 1 << 20


class AllocationForm(CampusForm, AllocationQuery):
    """An `AllocationQuery` with the pupils, pasted or as a file; `pupils` after `is_valid()`.

    `jobs` are the lists of whoever asks: she has but a few under way.
    """

    list = forms.CharField(
        label=_("Pupils"),
        required=False,
        max_length=MAX_BYTES,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_(
            "One a line: reference; programme; postal code; kilometres; campus; mode; minutes. "
            "Only the first two are needed. No names."
        ),
    )
    file = forms.FileField(
        label=_("Or a CSV or XLSX file"),
        required=False,
        help_text=_(
            "With the columns reference, programme, postal_code, km, campus, mode, minutes."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )

    def __init__(self, *args: Any, jobs: JobQuerySet[AllocationJob], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.jobs = jobs
        self.fields["campus"].help_text = _("Of pupils whose line names none.")

    def clean_file(self) -> str:
        upload: UploadedFile | None = self.cleaned_data["file"]
        return _text_of(upload) if upload else ""

    def clean(self) -> None:
        super().clean()
        if self.errors:
            return
        if self.jobs.unfinished().count() >= MAX_UNFINISHED:
            raise ValidationError(
                _("You have %(n)s lists under way. Wait for one of them, or forget it."),
                params={"n": MAX_UNFINISHED},
            )
        field = "file" if self.cleaned_data["file"] else "list"
        self.pupils: list[Pupil] = []
        try:
            known = Known(self.campuses, self.cleaned_data["campus"])
            self.pupils = checked(self.cleaned_data[field], known)
        except ValidationError as error:
            self.add_error(field, error)


def _text_of(upload: UploadedFile) -> str:
    """An uploaded table as lines with semicolons. Raises ValidationError for what is no table."""
    if (upload.size or 0) > MAX_BYTES:
        raise ValidationError(_("The file is larger than 1 MB."))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list"
        path.write_bytes(upload.read())
        try:
            with open_table(path, upload.name or "") as table:
                writer.writerow(table.header)
                for number, line in enumerate(table.lines()):
                    if number > MAX_PUPILS:
                        break
                    writer.writerow(line.cells)
        except RefusedError as error:
            raise ValidationError(str(error)) from None
    return text.getvalue()
