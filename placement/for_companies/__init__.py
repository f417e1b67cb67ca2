"""What a company sees of the schools: its home, the campuses near it, and letting one know."""
