"""Lists of the administration as a spreadsheet: what is selected, with the columns of the list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import display_for_value, label_for_field, lookup_field
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from radar.web.spreadsheets import table_response

ROWS_AT_A_TIME = 2_000


class ExportMixin(admin.ModelAdmin):
    """Adds two actions: the selected records as CSV and as Excel.

    "Select all" takes every page of the list as it is searched and filtered.
    """

    actions = ("as_csv", "as_xlsx")

    @admin.action(description=_("Download as CSV"), permissions=["view"])
    def as_csv(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return self._table(request, queryset, "csv")

    @admin.action(description=_("Download as Excel"), permissions=["view"])
    def as_xlsx(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return self._table(request, queryset, "xlsx")

    def _table(self, request: HttpRequest, queryset: QuerySet[Any], suffix: str) -> HttpResponse:
        columns = list(self.get_list_display(request))
        header = [str(label_for_field(column, self.model, self)) for column in columns]
        name = slugify(str(self.opts.verbose_name_plural))
        related = self.get_list_select_related(request)
        if related and not isinstance(related, bool):
            queryset = queryset.select_related(*related)
        records = queryset.iterator(chunk_size=ROWS_AT_A_TIME)
        rows = (list(self._cells(record, columns)) for record in records)
        return table_response(name, suffix, header, rows)

    def _cells(self, record: Any, columns: list[Any]) -> Iterator[Any]:
        for column in columns:
            try:
                field, _attribute, value = lookup_field(column, record, self)
            except ObjectDoesNotExist:
                value = None
            else:
                if field is not None and getattr(field, "choices", None):
                    value = getattr(record, f"get_{field.name}_display")()
            yield _plain(value)


def _plain(value: Any) -> Any:
    """A value as a cell: numbers and days stay what they are."""
    if value is None or isinstance(value, int | float | str):
        return value if not isinstance(value, bool) else str(display_for_value(value, ""))
    return value if hasattr(value, "isoformat") and not hasattr(value, "tzinfo") else str(value)
