"""Check the four files of a review: the same figures in each, and log text that is inert."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from pixeldesk.desk.desk import Desk
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from pixeldesk.weekly.export import exported, file_name
from pixeldesk.weekly.form import Form
from pixeldesk.weekly.markdown import MOST_SHOWN, inert
from pixeldesk.weekly.review import Review
from pixeldesk.weekly.reviewing import review_week
from pixeldesk.weekly.week import Week
from tests.diagnosis.a_diagnosis import a_diagnosis
from tests.log_lines import write_lines
from tests.weekly.test_review import INCIDENT
from tests.weekly.weekly_lines import bad, whole_week
from tests.workbook import Workbook, read_workbook

IMAGE = "<img src=x onerror=alert(1)>"
HOSTILE = [
    IMAGE,
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM(A1)",
    "`|` | [x](http://evil.example) \\| ![y](//evil.example/y.png)",
    "two\nlines | `` ` ``\\",
    "</td><script>alert(1)</script>",
    "{{ 7 * 7 }} {% raw %}",
    "\x1b[31m\u202e",
]


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Review:
    """Review a week in which every name in the logs is hostile, after a quiet week."""
    folder = tmp_path_factory.mktemp("forms")
    lines = [*whole_week(-1), *whole_week(0, failing=40)]
    for index, text in enumerate(HOSTILE):
        fields: dict[str, Any] = {"customer_id": text, "environment": IMAGE, "route": text}
        lines += [
            bad(0, index + 0.5 + n / 60, text, request_id=f"req_H{index}{n:05}", **fields) for n in range(index + 1)
        ]
        lines += [bad(-1, index, "once", request_id=f"req_O{index:05}", **{**fields, "customer_id": f"={text}"})]
    lines += [bad(0, n / 10, request_id=f"req_N{n:05}", customer_id=f"cus_{n:03}") for n in range(MOST_SHOWN)]
    store = open_store(Settings(db=folder / "x.duckdb"))
    Desk(Settings(), store).ingest([str(write_lines(folder / "a.ndjson", lines))])
    seen = {"first_seen": datetime(2026, 11, 16), "last_seen": datetime(2026, 11, 17)}
    diagnoses = [
        a_diagnosis(case="unknown_key", title="Unknown key", environment=IMAGE, customer_id=text, **seen)
        for text in HOSTILE
    ]
    found = review_week(store, Week(2026, 47), None, 0.999, diagnoses, [INCIDENT])
    store.close()
    return found


# --- Markdown -----------------------------------------------------------------------------------------------


def tokens(text: str) -> list[Token]:
    found: list[Token] = []
    for token in MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text):
        found += [token, *(token.children or [])]
    return found


def test_markdown_shows_log_text_as_code_and_nothing_else(review: Review) -> None:
    found = tokens(exported(review, "md").decode())
    assert {token.type for token in found} <= {
        *(
            f"{kind}_{end}"
            for kind in ("heading", "paragraph", "bullet_list", "list_item")
            for end in ("open", "close")
        ),
        *(f"{part}_{end}" for part in ("table", "thead", "tbody", "tr", "th", "td") for end in ("open", "close")),
        "inline",
        "text",
        "code_inline",
    }
    codes = {token.content for token in found if token.type == "code_inline"}
    assert {IMAGE, "=cmd¦' /C calc'!A0", "two lines ¦ '' ' ''\\", "\\u001b[31m\\u202e"} <= codes
    outside = " ".join(token.content for token in found if token.type == "text")
    assert not re.search(r"evil|img|script|cmd|SUM|7 \* 7", outside)


def test_markdown_tables_keep_their_columns(review: Review) -> None:
    columns: list[int] = []
    for token in tokens(exported(review, "md").decode()):
        if token.type == "thead_open":
            columns = [0]
        elif token.type == "tr_open":
            columns.append(0)
        elif token.type in ("th_open", "td_open"):
            columns[-1] += 1
        elif token.type == "table_close":
            assert len({*columns[1:]}) == 1
    assert columns


@hypothesis_settings(deadline=None)
@given(st.text(max_size=60))
def test_no_text_ends_its_code_span(text: str) -> None:
    table = f"| {inert(text)} | {inert(text)} |"
    found = tokens(f"| a | b |\n| --- | --- |\n{table}\n")
    assert [token.type for token in found if token.type in ("td_open", "code_inline")] == ["td_open", "code_inline"] * 2
    assert not [token for token in found if token.type == "text" and token.content not in ("a", "b")]


# --- HTML ---------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """An HTML page's elements with their attributes, its texts, and the cells of each table."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.rows: list[list[str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip()


def test_html_is_self_contained_and_runs_nothing(review: Review) -> None:
    text = exported(review, "html").decode()
    page = Page(text)
    assert {tag for tag, _ in page.elements} <= {
        *("html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "div", "section", "ul", "li"),
        *("table", "thead", "tbody", "tr", "th", "td", "svg", "g", "text", "rect", "path"),
    }
    names = {name for _, attributes in page.elements for name in attributes}
    assert not [name for name in names if name.startswith("on") or name in ("href", "src", "style")]
    assert "default-src 'none'" in text
    assert not re.search(r"url\(|@import", text)
    assert IMAGE in "".join(page.texts)
    assert "{{ 7 * 7 }} {% raw %}" in "".join(page.texts)


def test_html_charts_have_labels_for_screen_readers(review: Review) -> None:
    page = Page(exported(review, "html").decode())
    drawings = [attributes for tag, attributes in page.elements if tag == "svg"]
    assert len(drawings) == 3
    assert all(drawing["role"] == "img" and drawing["aria-label"] for drawing in drawings)
    bars = [float(attributes["width"] or 0) for tag, attributes in page.elements if attributes.get("class") == "bar"]
    assert len(bars) == min(15, len(review.codes)) + len(review.routes)
    for drawn, rates in ((bars[: -len(review.routes)], review.codes), (bars[-len(review.routes) :], review.routes)):
        shares = [rate.rate or 0.0 for rate in rates[: len(drawn)]]
        assert drawn == [pytest.approx(share * max(drawn) / max(shares), abs=0.11) for share in shares]


# --- spreadsheets -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def flat(review: Review) -> list[dict[str, str]]:
    text = exported(review, "csv").decode("utf-8-sig")
    return [*csv.DictReader(io.StringIO(text, newline=""))]


@pytest.fixture(scope="module")
def workbook(review: Review) -> Workbook:
    return read_workbook(exported(review, "xlsx"))


def of(rows: Sequence[dict[str, str]], section: str) -> list[dict[str, str]]:
    return [row for row in rows if row["section"] == section]


def test_csv_has_the_same_figures_in_one_table(review: Review, flat: list[dict[str, str]]) -> None:
    for section, rates in (("overall", (review.overall, review.server_errors)), ("route", review.routes)):
        for row, rate in zip(of(flat, section), rates, strict=True):
            assert rate.from_week_before is not None and rate.from_mean is not None
            counts = [int(row["requests"]), int(row["errors"])]
            shares = [float(row[name]) for name in ("rate", "low", "high", "before", "change", "mean")]
            before, mean = rate.from_week_before, rate.from_mean
            assert counts == [rate.requests, rate.errors]
            assert shares == [rate.rate, rate.low, rate.high, before.rate, before.points, mean.rate]
            assert row["noise"] == ("more than noise" if before.is_more_than_noise else "noise")
    assert len(of(flat, "new customer")) == len(review.new_customers or ()) > MOST_SHOWN
    assert [row["name"] for row in of(flat, "week by week")] == ["2026-W46", "2026-W47"]
    assert of(flat, "incident")[0]["from"] == "2026-11-16T00:00:00.000Z"


def test_no_cell_of_the_csv_is_a_formula(flat: list[dict[str, str]]) -> None:
    numbers = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?")
    cells = [cell for row in flat for cell in row.values() if cell and not numbers.fullmatch(cell)]
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert "'=cmd|' /C calc'!A0" in cells and "'+1" in cells


def test_the_workbook_has_a_sheet_per_table_with_raw_text(review: Review, workbook: Workbook) -> None:
    assert [*workbook.sheets][:4] == ["About", "Summary", "Codes", "Routes"]
    assert not workbook.has_formula and not workbook.has_link
    heading, *codes = workbook.sheets["Codes"]
    assert heading[:6] == ["Error code", "Requests", "Errors", "Rate", "95% interval, low", "95% interval, high"]
    assert [row[:6] for row in codes] == [
        [code.name, code.requests, code.errors, *map(pytest.approx, (code.rate, code.low, code.high))]
        for code in review.codes
    ]
    assert heading[7:9] == ["Change, points", "Change, more than noise"]
    assert [row[7] for row in codes] == [
        pytest.approx(code.from_week_before.points) for code in review.codes if code.from_week_before
    ]
    customers = [row[0] for row in workbook.sheets["New customers"][1:]]
    assert customers == [customer.customer_id for customer in review.new_customers or ()]
    assert {*HOSTILE} <= {*customers}


def test_markdown_and_html_say_how_many_rows_they_leave_out(review: Review) -> None:
    more = f"And {len(review.new_customers or ()) - MOST_SHOWN} more."
    assert more in exported(review, "md").decode()
    assert more in exported(review, "html").decode()


@pytest.mark.parametrize("form", ["md", "html", "csv", "json"])
def test_no_text_turns_or_hides_what_stands_beside_it(review: Review, form: Form) -> None:
    shown = exported(review.model_copy(update={"environment": HOSTILE[-1]}), form).decode("utf-8-sig")
    assert re.search("[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]", shown) is None
    assert "[31m" in shown


def test_a_file_is_named_after_its_week(review: Review) -> None:
    assert file_name(review, "xlsx") == "pixel-errors-2026-W47.xlsx"


def test_no_file_reveals_the_machine(review: Review, tmp_path: Path) -> None:
    assert all(str(tmp_path.parent).encode() not in exported(review, form) for form in ("md", "html", "csv"))
