"""Pages that need every app: home, the profile, health, and what is shown when something fails."""
