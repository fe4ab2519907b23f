"""The export as a spreadsheet would read it: numbers are numbers, and no text is a formula."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spreadsheet import as_csv


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
def test_a_text_that_a_spreadsheet_would_compute_gets_an_apostrophe(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["cus_1", "a=b", "key ak_live_x…", 'he said "no", twice', "two\nlines", "", "  x", "'=1"]
)
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert cell(text) == text


def test_numbers_stay_numbers_and_nothing_is_nothing() -> None:
    rows = [{"count": -3, "share": 0.25, "none": None, "left out": 1}]
    assert as_csv(rows, ["count", "share", "none"]).decode("utf-8-sig") == "count,share,none\r\n-3,0.25,\r\n"


@given(st.text())
def test_no_text_whatever_is_read_as_a_formula(text: str) -> None:
    written = cell(text)
    assert written in (text, f"'{text}")
    assert not written.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert not written.startswith(("\t", "\r", "\n"))
