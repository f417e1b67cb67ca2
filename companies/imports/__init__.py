"""Importers of what companies are: each registers itself with `imports`."""

from companies.imports import recognitions

__all__ = ["recognitions"]
