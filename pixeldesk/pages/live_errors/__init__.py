"""Live errors: which codes, since when, at whom, and what differs."""
