"""A format as SQL, and the reason why a line is refused."""
