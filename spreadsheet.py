"""Rows as a CSV file that a spreadsheet opens without computing anything of it.

A cell that begins with = + - @ is a formula to a spreadsheet, and log text may hold anything: such a text gets an
apostrophe in front. Numbers are numbers of our own and stay as they are.
Source: https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

_STARTS_A_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def as_csv(rows: Iterable[Mapping[str, Any]], columns: Iterable[str]) -> bytes:
    """These columns of the rows, with a heading; in UTF-8 with the mark by which Excel knows it."""
    text = io.StringIO()
    names = list(columns)
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([_cell(row[name]) for name in names] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, int | float):
        return value
    text = str(value)
    begins = text[:1] in _STARTS_A_FORMULA[-3:] or text.lstrip().startswith(_STARTS_A_FORMULA)
    return f"'{text}" if text and begins else text
