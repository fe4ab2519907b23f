"""How long lines are kept: rules by environment and status, and dropping whole days by them."""
