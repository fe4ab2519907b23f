"""Run `pixeldesk report` as a cron job does, alone and beside a server that owns the store."""

import csv
import io
import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.desk.commands.report import ReportFile
from pixeldesk.desk.desk import Desk
from pixeldesk.errors import UsageError
from pixeldesk.server.handover.server import handover_server
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.asking import answer
from tests.command import run
from tests.log_lines import write_lines
from tests.weekly.weekly_lines import whole_week
from tests.workbook import read_workbook


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store of two weeks."""
    folder = tmp_path_factory.mktemp("report")
    store = open_store(Settings(db=folder / "x.duckdb"))
    lines = [*whole_week(-1, failing=10), *whole_week(0, failing=4)]
    Desk(Settings(), store).ingest([str(write_lines(folder / "a.ndjson", lines))])
    store.close()
    return folder / "x.duckdb"


@pytest.fixture(scope="module")
def document(db: Path) -> Any:
    """Return the review as JSON."""
    done = run("report", "--db", db, "--json")
    assert (done.code, done.err) == (0, "")
    return done.json


def test_json_is_the_review_itself(document: Any) -> None:
    assert (document["week"], document["environment"]) == ("2026-W47", None)
    assert (document["overall"]["errors"], document["overall"]["requests"]) == (4, 172)
    assert document["overall"]["from_week_before"]["rate"] == pytest.approx(10 / 178)


def test_markdown_is_the_default_form(db: Path) -> None:
    done = run("report", "--db", db, "--week", "2026-W46")
    assert done.code == 0
    assert done.out.startswith("# Weekly review 2026-W46, Mon 9 Nov 2026 to Sun 15 Nov 2026, UTC\n")


def test_csv_to_a_pipe_and_html_to_a_file(db: Path, tmp_path: Path) -> None:
    rows = [*csv.DictReader(io.StringIO(run("report", "--db", db, "--format", "csv").out.removeprefix("\ufeff")))]
    assert [row["errors"] for row in rows if row["section"] == "overall"] == ["4", "0"]
    page = tmp_path / "week.html"
    done = run("report", "--db", db, "--format", "html", "--out", page)
    assert (done.code, done.out) == (0, "")
    assert page.read_text().rstrip().endswith("</html>")


def test_a_server_that_owns_the_store_makes_the_same(db: Path, document: Any, tmp_path: Path) -> None:
    settings = Settings(db=db)
    desk = Desk(settings, open_store(settings))
    with handover_server(desk):
        done = run("report", "--db", db, "--format", "xlsx", "--out", tmp_path / "week.xlsx")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert answer(desk, "report", {}) == document
    assert json.loads(b64decode(answer(desk, "report_file", {"form": "json"})["content"])) == document
    desk.close()
    sheets = read_workbook((tmp_path / "week.xlsx").read_bytes()).sheets
    assert sheets["Summary"][1][:3] == ["all errors", 172, 4]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--week", "2027-W53"], "2027 has no week 53; a year has 52 or 53"),
        (["--format", "xlsx"], "xlsx is no text: give it a file with --out FILE"),
        (["--out", "/nowhere/week.md"], "/nowhere/week.md: no such file or directory"),
    ],
)
def test_an_error_is_one_line(db: Path, options: list[str], complaint: str) -> None:
    assert run("report", "--db", db, *options).complaint == complaint


def test_a_mistyped_form_is_refused_before_anything_is_counted() -> None:
    with pytest.raises(UsageError, match="a report is made as md, html, csv, xlsx or json, not as 'pdf'"):
        ReportFile.of({"form": "pdf"})
