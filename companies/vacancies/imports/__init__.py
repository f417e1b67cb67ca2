"""The importer of occupations. Importing this package registers it."""

from companies.vacancies.imports import occupations

__all__ = ["occupations"]
