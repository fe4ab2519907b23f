"""Write a batch in one transaction: rows, quarantine, checkpoints, counts and rollups."""
