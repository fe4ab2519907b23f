"""Hand a command over to the process that owns the store: only one process can open a store for writing."""
