"""Importers of what companies are: each registers itself with `imports`."""

from companies.imports import kbo, recognitions

__all__ = ["kbo", "recognitions"]
