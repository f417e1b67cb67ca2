"""The form of a list of pupils: first a file, then the rows that were read from it."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from placement.pupil_lists.reading import MAX_BYTES, MAX_ROWS, Row, rows_of
from radar.web.choices import SearchSelect, later
from schools.choices import campus_choices, school_years
from schools.models import Campus, CampusQuerySet, SchoolYear


class TargetForm(forms.Form):
    """Whose pupils they are: a campus of the asker's own and a school year that has not ended."""

    campus = forms.CharField(label=_("Campus"), max_length=20)
    school_year = forms.ChoiceField(label=_("School year"), choices=later(school_years))

    def __init__(self, *args: Any, campuses: CampusQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
        self.campuses = campuses
        self.fields["campus"].widget = SearchSelect(lambda: campus_choices(campuses))

    def clean_campus(self) -> Campus:
        return self.campuses.select_related("school").chosen(self.cleaned_data["campus"])

    def clean_school_year(self) -> SchoolYear:
        return SchoolYear.objects.named(self.cleaned_data["school_year"])


class ListForm(TargetForm):
    """A file: `rows` after `is_valid()`."""

    file = forms.FileField(
        label=_("CSV or XLSX file"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        help_text=_("One pupil a line, under the school's own reference. No names."),
    )

    def clean_file(self) -> list[Row]:
        upload: UploadedFile = self.cleaned_data["file"]
        return rows_of(upload)

    @property
    def rows(self) -> list[Row]:
        found: list[Row] = self.cleaned_data["file"]
        return found


class RowsForm(TargetForm):
    """The rows that were checked, sent back to be taken in: `rows` after `is_valid()`."""

    rows_read = forms.CharField(max_length=4 * MAX_BYTES, widget=forms.HiddenInput)

    def clean_rows_read(self) -> list[Row]:
        try:
            found = [_row(item) for item in json.loads(self.cleaned_data["rows_read"])]
        except (ValueError, TypeError, RecursionError):
            raise ValidationError(_("Choose the file again."), code="invalid") from None
        if not 1 <= len(found) <= MAX_ROWS:
            raise ValidationError(_("Choose the file again."), code="invalid")
        return found

    @property
    def rows(self) -> list[Row]:
        found: list[Row] = self.cleaned_data["rows_read"]
        return found


def as_text(rows: list[Row]) -> str:
    """The rows as `RowsForm` reads them back."""
    return json.dumps([[row.line, row.cells] for row in rows], ensure_ascii=False)


def _row(item: Any) -> Row:
    line, cells = item
    if not isinstance(line, int) or not isinstance(cells, dict):
        raise TypeError
    return Row(line, {str(name): str(cell)[:200] for name, cell in cells.items()})
