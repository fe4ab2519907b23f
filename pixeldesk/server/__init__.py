"""The process that owns the store: the dashboard, the handover of commands, and push."""
