"""Geography in the API."""
