"""Rows as a file that a spreadsheet opens without computing anything of it.

In CSV a cell that begins with = + - @ is a formula, and log text may hold anything: such a text gets an apostrophe in
front. Numbers are numbers of our own and stay as they are. In XLSX a cell says itself whether it is a text.
Source: https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_STARTS_A_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")

# What XML 1.0 does not allow and XlsxWriter passes on; it escapes the other controls itself.
_NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
_WIDEST_COLUMN = 48


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook: columns by title and number format (None for text), and the rows under them."""

    name: str
    columns: Sequence[tuple[str, str | None]]
    rows: Sequence[Sequence[Any]]


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


def as_xlsx(sheets: Iterable[Sheet]) -> bytes:
    """A workbook of these sheets. Every text is a text and no formula or link, whatever it looks like."""
    # Most commands write no workbook.
    from xlsxwriter import Workbook

    content = io.BytesIO()
    # Each text is written as one below; these hold should that ever be forgotten.
    plainly = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with Workbook(content, plainly) as workbook:
        heading = workbook.add_format({"bold": True, "bottom": 1})
        for sheet in sheets:
            worksheet = workbook.add_worksheet(sheet.name)
            worksheet.freeze_panes(1, 0)
            for place, (title, number_format) in enumerate(sheet.columns):
                cells = [row[place] for row in sheet.rows]
                shape = workbook.add_format({"num_format": number_format} if number_format else {})
                worksheet.set_column(place, place, _width(title, cells))
                worksheet.write_string(0, place, title, heading)
                for line, value in enumerate(cells, start=1):
                    _write(worksheet, line, place, value, shape)
    return content.getvalue()


def _write(worksheet: Any, line: int, place: int, value: Any, shape: Any) -> None:
    if isinstance(value, int | float):
        worksheet.write_number(line, place, value, shape)
    elif value is not None:
        worksheet.write_string(line, place, _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", str(value)))


def _width(title: str, cells: Iterable[Any]) -> int:
    """Of a column, in characters."""
    return min(_WIDEST_COLUMN, 2 + max(len(title), *(len(str(cell)) for cell in cells if isinstance(cell, str)), 8))
