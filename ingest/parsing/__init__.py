"""Parse lines by SQL generated from a format, and name the reason why a line is refused."""
