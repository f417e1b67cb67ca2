"""How dates and numbers are written, where Django's own way would mislead here."""
