"""A school's own list of pupils to place, taken in from a file."""
