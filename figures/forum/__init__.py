"""The provincial forum: the requests for next school year side by side, and what it thinks."""
