"""Sources: what was read and what became of it."""
