"""Programmes by the names that stand in files."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from imports.columns import Column
from schools.models import Programme

#: The column with a programme; an import reads it with the `ProgrammeNames` of its own.
PROGRAMME = Column(
    "programme_id",
    "opleiding",
    lambda cell: Programme.objects.named(cell).pk,
    "bigint",
    required=True,
    key=True,
    explanation=_("The number of the programme, its group number, its title or an alias."),
    example="Elektrische installaties duaal",
)


class ProgrammeNames:
    """The keys of programmes by whatever they are called, asked from the database once each."""

    def __init__(self) -> None:
        self._known: dict[str, int | ValidationError] = {}

    def key(self, name: str) -> int:
        """The primary key of the one programme of a name. Raises ValidationError."""
        found = self._known.get(name)
        if found is None:
            try:
                found = Programme.objects.named(name).pk
            except ValidationError as error:
                found = error
            self._known[name] = found
        if isinstance(found, ValidationError):
            raise found
        return found
