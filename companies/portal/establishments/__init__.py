"""The establishments of a company: how to reach them, and the languages at work."""
