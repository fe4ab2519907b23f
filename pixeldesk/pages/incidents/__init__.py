"""The list of incidents: failures that were our own fault."""
