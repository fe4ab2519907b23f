"""The store: the only code that knows an engine."""

from pixeldesk.store.duckdb import Store, Transaction, Workbench, open_store

__all__ = ["Store", "Transaction", "Workbench", "open_store"]
