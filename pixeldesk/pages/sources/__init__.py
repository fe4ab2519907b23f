"""Sources: which logs were read, and what became of their lines."""
