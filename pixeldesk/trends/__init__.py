"""Errors over time: series and tiles, what differs about failing requests, where the API contradicts itself."""
