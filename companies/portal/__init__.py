"""What a company does for itself: claim, places, mentors, requests."""
