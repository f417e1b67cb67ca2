"""The importers of schools. Importing this package registers them."""

from schools.imports import enrolments, offerings, programmes, schools

__all__ = ["enrolments", "offerings", "programmes", "schools"]
