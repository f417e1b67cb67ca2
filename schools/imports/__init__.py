"""The importers of schools. Importing this package registers them."""

from schools.imports import schools

__all__ = ["schools"]
