"""Webhooks: we call a client when what it asked for has changed."""
