"""Handing a command over to the server that owns the store: one process opens a store, the others ask it."""
