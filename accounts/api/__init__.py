"""Tokens: how a client of the API shows who it is."""
