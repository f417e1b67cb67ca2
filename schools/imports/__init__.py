"""The importers of schools. Importing this package registers them."""

from schools.imports import offerings, schools

__all__ = ["offerings", "schools"]
