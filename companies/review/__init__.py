"""What a sector consultant decides: requests, exclusions, renewals."""
