"""Requests for recognition (erkenningsaanvragen): filled in step by step, with documents."""
