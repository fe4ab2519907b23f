"""Live errors: which codes, since when, for which customers, and what differs about the failing requests."""
