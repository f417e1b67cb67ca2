"""The mentors of a company's establishments, kept by the company."""
