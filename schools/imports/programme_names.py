"""Programmes by the names that stand in files."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from schools.models import Programme


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
