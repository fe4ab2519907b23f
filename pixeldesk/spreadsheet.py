"""Write rows as CSV or XLSX in which no cell is a formula, and in CSV none turns what stands beside it.

In CSV a cell that begins with = + - @ is a formula, and log text may hold anything, so such text is prefixed with an
apostrophe. Numbers are our own and stay unchanged. In XLSX each cell declares its own type.
Source: https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pixeldesk.printable import visible

_STARTS_A_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")

# Characters that XML 1.0 does not allow and XlsxWriter does not escape. It escapes the other control characters.
_NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
_WIDEST_COLUMN = 48


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook: the title and number format (None for text) of each column, and the rows."""

    name: str
    columns: Sequence[tuple[str, str | None]]
    rows: Sequence[Sequence[Any]]


def as_csv(rows: Iterable[Mapping[str, Any]], columns: Iterable[str]) -> bytes:
    """Return these columns of the rows as CSV with a header, in UTF-8 with the byte order mark that Excel needs."""
    text = io.StringIO()
    names = list(columns)
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([_cell(row[name]) for name in names] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, int | float):
        return value
    # Tabs and line ends stay: the file is quoted where they need it.
    text = visible(str(value))
    begins = text[:1] in _STARTS_A_FORMULA[-3:] or text.lstrip().startswith(_STARTS_A_FORMULA)
    return f"'{text}" if text and begins else text


def as_xlsx(sheets: Iterable[Sheet]) -> bytes:
    """Return a workbook of these sheets. Text is always written as text, never as a formula or link."""
    # Most commands write no workbook.
    from xlsxwriter import Workbook

    content = io.BytesIO()
    # `_write` already writes text as text; the options are a second line of defence.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with Workbook(content, options) as workbook:
        heading = workbook.add_format({"bold": True, "bottom": 1})
        for sheet in sheets:
            worksheet = workbook.add_worksheet(sheet.name)
            worksheet.freeze_panes(1, 0)
            for column, (title, number_format) in enumerate(sheet.columns):
                cells = [row[column] for row in sheet.rows]
                cell_format = workbook.add_format({"num_format": number_format} if number_format else {})
                worksheet.set_column(column, column, _column_width(title, cells))
                worksheet.write_string(0, column, title, heading)
                for row_number, value in enumerate(cells, start=1):
                    _write(worksheet, row_number, column, value, cell_format)
    return content.getvalue()


def _write(worksheet: Any, row: int, column: int, value: Any, cell_format: Any) -> None:
    if isinstance(value, int | float):
        worksheet.write_number(row, column, value, cell_format)
    elif value is not None:
        worksheet.write_string(row, column, _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", str(value)))


def _column_width(title: str, cells: Iterable[Any]) -> int:
    """Return a column's width in characters."""
    return min(_WIDEST_COLUMN, 2 + max(len(title), *(len(str(cell)) for cell in cells if isinstance(cell, str)), 8))
