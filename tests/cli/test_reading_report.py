"""What `ingest` and `doctor` say of files: what each was read as, what was not read of it, what was not understood."""

import threading
from pathlib import Path

import pytest

from pixeldesk.cli.console import print_unread
from pixeldesk.desk.desk import Desk
from pixeldesk.desk.doctor import examine
from pixeldesk.ingest.report import Reading
from tests.command import run
from tests.ingest.formats.log_makers import pino_line
from tests.log_lines import Line, request_lines, write_lines
from tests.patience import PATIENCE_S, wait_until

UNKNOWN: list[Line] = [{"took": 12, "stage": "live", "outcome_status": 404, "requested_url": "/x"}] * 3
PINO: list[Line] = [
    {"level": 30, "time": 1763294400000 + n, "pid": 7, "hostname": "web-1", "msg": "done", "http_status": 404, "rid": n}
    for n in range(3)
]
TEXT: list[Line] = [f"the weather is fine today, {n}" for n in range(9)]


def test_a_file_of_which_nothing_is_understood_is_told_each_time(tmp_path: Path) -> None:
    db = tmp_path / "x.duckdb"
    good, unknown = write_lines(tmp_path / "good.ndjson", request_lines(2)), tmp_path / "unknown.ndjson"
    text, half = write_lines(tmp_path / "text.log", TEXT), write_lines(tmp_path / "half.ndjson", PINO)
    write_lines(unknown, UNKNOWN)
    told = run("ingest", good, unknown, text, half, "--json", "--db", db)
    assert told.code == 1
    report = told.json
    assert {reading["source"]: (reading["format"], reading["unread"]) for reading in report["readings"]} == {
        str(good): ("pixel", []),
        str(unknown): ("unrecognised", ["outcome_status", "requested_url"]),
        str(half): ("pino", ["http_status", "rid"]),
    }
    of_text, of_unknown = sorted(report["not_understood"], reverse=True, key=lambda sentence: "unknown" not in sentence)
    assert of_unknown.startswith(f"{unknown}: nothing of it was understood (3 lines): ")
    for part in ("took, stage", "--format", "docs/adding_a_format.md", "pixeldesk quarantine --retry"):
        assert part in of_unknown
    assert of_text.startswith(f"{text}: its lines are text") and "docs/adding_a_format.md" in of_text
    assert (report["unreadable"], report["lines"], report["unmapped"]) == ([], 8, 3)

    again = run("ingest", tmp_path, "--db", db)
    assert again.code == 1
    assert str(unknown) in again.err and str(text) in again.err and str(good) not in again.err
    doctor = run("doctor", "--db", db)
    assert (doctor.code, of_unknown in doctor.err) == (1, True)

    only_half = run("ingest", write_lines(tmp_path / "other.ndjson", PINO), "--db", tmp_path / "y.duckdb")
    assert only_half.code == 0
    first, second = only_half.out.splitlines()
    assert first.startswith("1 files (pino 1), 3 lines")
    assert "http_status, rid" in second and "docs/adding_a_format.md" in second


def test_files_that_lack_the_same_are_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    alike = [Reading(source=f"/logs/{n}", format="pino", unread=["code"]) for n in range(3)]
    others = [Reading(source=f"/logs/x{n}", format="pino", unread=[f"code{n}"]) for n in range(12)]
    print_unread([*alike, Reading(source="/logs/good", format="pino", unread=[]), *others])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("/logs/0 and 2 others (pino): ")
    assert (len(lines), lines[-1]) == (11, "3 more kinds of files have such fields; --json names all")


def test_the_doctor_knows_of_followed_files_that_are_text(desk: Desk, tmp_path: Path) -> None:
    text = write_lines(tmp_path / "text.log", TEXT)
    unknown = write_lines(tmp_path / "unknown.ndjson", UNKNOWN)
    stop = threading.Event()
    follower = threading.Thread(target=lambda: desk.follow([str(text), str(unknown)], stop))
    follower.start()
    try:
        wait_until(lambda: len(examine(desk).wrong) == 2, "two sentences")
        assert [sentence.split(": ")[0] for sentence in examine(desk).wrong] == [str(unknown), str(text)]
        with unknown.open("a") as file:
            file.write(
                '{"timestamp": "2026-11-16T09:00:00Z", "request_id": "req_late", "status": 200, "route": "/x"}\n'
            )
        wait_until(lambda: len(examine(desk).wrong) == 1, "a line of it was understood")
    finally:
        stop.set()
        follower.join(PATIENCE_S)


def test_a_duration_that_outlasts_its_log_is_doubted(tmp_path: Path) -> None:
    slow, fast = ([pino_line(n, f"{name}-{n:016}") for n in range(3)] for name in ("slow", "fast"))
    slow[1]["responseTime"] = 1_201_809_000
    told = run("ingest", write_lines(tmp_path / "slow.log", slow), write_lines(tmp_path / "fast.log", fast),
               "--db", tmp_path / "x.duckdb")  # fmt: skip
    (sentence,) = (line for line in told.out.splitlines() if "longer than the log itself" in line)
    assert sentence.startswith(f"{tmp_path / 'slow.log'} (pino): a request took 333.8 hours")
