"""Read a workbook as a spreadsheet does, from the XML in its archive."""

import io
import re
import zipfile
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

_NAMESPACES = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


@dataclass(frozen=True)
class Workbook:
    """The rows of each sheet, with text as text, numbers as numbers, and None for empty cells."""

    sheets: dict[str, list[list[Any]]]
    has_formula: bool
    has_link: bool


def read_workbook(content: bytes) -> Workbook:
    """Read all sheets of a workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
    texts = [_unescaped("".join(item.itertext())) for item in _of(files.get("xl/sharedStrings.xml", b"<sst/>"), "m:si")]
    names = [str(sheet.get("name")) for sheet in _of(files["xl/workbook.xml"], "m:sheets/m:sheet")]
    pages = [files[f"xl/worksheets/sheet{number}.xml"] for number in range(1, len(names) + 1)]
    return Workbook(
        {name: _rows(page, texts) for name, page in zip(names, pages, strict=True)},
        has_formula=any(_of(page, ".//m:f") for page in pages),
        has_link=any(b"hyperlink" in content for content in files.values()),
    )


def _unescaped(text: str) -> str:
    """Replace escapes of control characters such as `_x0001_`."""
    return re.sub(r"_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), text)


def _rows(page: bytes, texts: list[str]) -> list[list[Any]]:
    return [[_cell(cell, texts) for cell in row] for row in _of(page, "m:sheetData/m:row")]


def _cell(cell: ElementTree.Element, texts: list[str]) -> Any:
    value = cell.find("m:v", _NAMESPACES)
    if value is None or value.text is None:
        return None
    return texts[int(value.text)] if cell.get("t") == "s" else float(value.text)


def _of(content: bytes, path: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(content).findall(path, _NAMESPACES)
