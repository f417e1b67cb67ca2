"""Programmes, schools and what they offer in the API."""
