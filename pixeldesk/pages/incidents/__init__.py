"""Incidents: when it was our own fault, and whom it hit."""
