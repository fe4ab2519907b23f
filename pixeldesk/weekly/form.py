"""Name the forms of a report."""

from typing import Literal

Form = Literal["md", "html", "csv", "xlsx", "json"]
"""Markdown, a page, one table, a workbook, or the JSON document of the review."""
