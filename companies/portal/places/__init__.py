"""The places that a company says it has, per recognition and school year."""
