"""Companies, their recognitions and workplaces in the API."""
