"""Importers by their kind. Apps fill it in their `imports` package when Django starts."""

from __future__ import annotations

from imports.frame import Importer

_importers: dict[str, type[Importer]] = {}


def register(importer: type[Importer]) -> type[Importer]:
    """Class decorator: make an importer known to commands, tasks and screens."""
    known = _importers.setdefault(importer.kind, importer)
    if known.__qualname__ != importer.__qualname__:
        raise ValueError(f"Two importers of the kind {importer.kind}")
    return importer


def importers() -> dict[str, type[Importer]]:
    """All importers, in the order of their kinds."""
    return dict(sorted(_importers.items()))


def importer_of(kind: str) -> type[Importer]:
    """The importer of a kind. Raises KeyError for an unknown one."""
    return _importers[kind]
