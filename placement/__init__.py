"""The school coordinator's working day: from search to agreement."""
