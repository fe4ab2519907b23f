"""Widgets and formats that several pages share."""
