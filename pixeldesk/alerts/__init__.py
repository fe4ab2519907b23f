"""Telling people of an incident: its opening, growth and end, each once, to a webhook."""
