"""Analyse errors over time: series, tiles, what differs about failing requests, contradictions of the API."""
