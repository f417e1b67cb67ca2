"""Vacancies at VDAB, per occupation and municipality: a sign of the demand for a programme."""
