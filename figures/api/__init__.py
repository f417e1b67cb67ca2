"""The figures as JSON and CSV."""
