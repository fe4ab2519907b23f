"""Read exports back as a spreadsheet would: numbers are numbers, and no text is a formula."""

import csv
import io
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pixeldesk.printable import visible
from pixeldesk.spreadsheet import Sheet, as_csv, as_xlsx
from tests.workbook import read_workbook


def read_back(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def cell(value: Any) -> str:
    ((_,), (written,)) = read_back(as_csv([{"x": value}], ["x"]))
    return written


@pytest.mark.parametrize(
    "text",
    [
        "=cmd|' /C calc'!A0",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        " \u00a0=1",
        "＝1",
        "－1",
        "=",
        "\tx",
    ],
)
def test_text_that_looks_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["cus_1", "a=b", "key ak_live_x…", 'he said "no", twice', "two\nlines", "", "  x", "'=1"]
)
def test_other_text_stays_unchanged(text: str) -> None:
    assert cell(text) == text


def test_numbers_stay_numbers_and_none_is_empty() -> None:
    rows = [{"count": -3, "share": 0.25, "none": None, "left out": 1}]
    assert as_csv(rows, ["count", "share", "none"]).decode("utf-8-sig") == "count,share,none\r\n-3,0.25,\r\n"


@hypothesis_settings(deadline=None)
@given(st.text())
@example("\x1b[31m\x9b\u202e")
def test_no_text_is_read_as_a_formula(text: str) -> None:
    written = cell(text)
    assert written in (visible(text), f"'{visible(text)}")
    assert not re.search("[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]", written)
    assert not written.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert not written.startswith(("\t", "\r", "\n"))


FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "{=1}",
    "http://evil.example",
    "mailto:a@b.c",
    "12",
    "1e5",
    "'=1",
    "_x0041_",
]


def test_a_workbook_holds_text_as_text_and_numbers_as_numbers() -> None:
    rows = [[text, index, index / 4] for index, text in enumerate(FORMULAS)]
    found = read_workbook(as_xlsx([Sheet("A", [("=name", None), ("count", "#,##0"), ("share", "0.00%")], rows)]))
    assert found.sheets == {"A": [["=name", "count", "share"], *rows]}
    assert not found.has_formula
    assert not found.has_link


def test_a_workbook_has_every_sheet_even_empty() -> None:
    found = read_workbook(as_xlsx([Sheet("A", [("x", None)], []), Sheet("B", [("y", None)], [[None], ["z"]])]))
    assert found.sheets == {"A": [["x"]], "B": [["y"], ["z"]]}


@hypothesis_settings(deadline=None)
@given(st.text(max_size=40))
@example("\ufffe\uffff\ud800")
def test_a_workbook_gives_back_any_text(text: str) -> None:
    expected = re.sub("[\ud800-\udfff\ufffe\uffff]", "\ufffd", text)
    (_, (found,)) = read_workbook(as_xlsx([Sheet("A", [("x", None)], [[f".{text}"]])])).sheets["A"]
    assert found == f".{expected}"


def test_text_longer_than_a_cell_is_truncated() -> None:
    (_, (found,)) = read_workbook(as_xlsx([Sheet("A", [("x", None)], [["=" * 40_000]])])).sheets["A"]
    assert found == "=" * 32_767
