"""Drop old lines by whole days, with rules by environment and status."""
