"""Redact what is stored by the rules of now, and leave nothing of the former text in the file."""
