"""The engine's part of the API."""
