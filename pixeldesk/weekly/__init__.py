"""The weekly review: one ISO week of error rates against the weeks before, and its four forms as a file."""
