"""Rejected lines are retried: a line that parses now leaves quarantine, counted once; all others stay."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.ingest import retry as retrying
from pixeldesk.ingest.retry import retry
from pixeldesk.settings import Settings
from pixeldesk.store import Store, open_store
from tests.conftest import ROOT
from tests.log_lines import Line, as_bytes, event_line, failed_line, moment, request_line, request_lines, write_lines
from tests.whole_store import differences

ROLLUPS = (
    "requests_per_minute", "requests_per_hour", "errors_per_hour_and_caller", "requests_per_hour_and_customer",
    "server_errors_per_minute", "contradictory_requests",
)  # fmt: skip
SECRET = "ak_live_Zt3bQ9wE7rT5yU1iO3pA5sD7fG9hJ1kL"
OWN_FORMAT = """
name = "shop"
title = "The shop's own"
seat = "application"
recognised_by = [["ts", "rid"]]
detected_by = [["ts", "code", "rid"]]
[fields]
timestamp = ["ts"]
request_id = ["rid"]
status = ["code"]
"""


def long(line: dict[str, Any], text: str = "") -> dict[str, Any]:
    return {**line, "path": f"/pixel/{'x' * 1500}?key={text}"}


def some_lines() -> list[Line]:
    """Return good lines, and six that exceed a limit of 1,024 bytes, among them a duplicate and one with a secret."""
    limited = [long(failed_line("rate_limited", 429, request_id=f"req_L{n}", timestamp=moment(n))) for n in range(3)]
    return [
        *limited,
        *request_lines(20),
        long(failed_line("ingest_unavailable", 503, request_id="req_S", timestamp=moment(7200)), SECRET),
        long(event_line(message="long")),
        "no JSON",
        b"\xff" * 1500,
        b"\xff",
        request_line(request_id="req_bad", status="abc"),
    ]


def rollups(store: Store) -> dict[str, list[dict[str, Any]]]:
    return {table: store.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in ROLLUPS}


def counts(store: Store) -> dict[str, int]:
    names = ("lines", "requests", "events", "quarantined", "duplicates", "unmapped")
    (row,) = store.rows(f"SELECT {', '.join(f'sum({name})::BIGINT AS {name}' for name in names)} FROM batches")
    return dict(row)


def read(settings: Settings, *paths: Path) -> Desk:
    desk = Desk(settings, open_store(settings))
    desk.ingest([str(path) for path in paths])
    return desk


def with_limit(settings: Settings, limit: int) -> Settings:
    return settings.model_copy(update={"max_line_bytes": limit})


@pytest.mark.parametrize("name", ["a.ndjson", "a.ndjson.gz"])
def test_after_a_setting_is_fixed_the_store_is_as_if_it_had_been_right(
    name: str, settings: Settings, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / name, [b"\xef\xbb\xbf" + as_bytes(some_lines()[:1])[:-1], *some_lines()[1:]])
    right = read(settings.model_copy(update={"db": tmp_path / "right.duckdb"}), path)
    desk = read(with_limit(settings, 1024), path)
    assert counts(desk.store)["quarantined"] == 9
    report = retry(desk.store, settings)
    assert report.as_json() == {
        "tried": 9, "requests": 4, "events": 1, "duplicates": 0, "still": 4, "not_found": 0, "not_found_in": [],
    }  # fmt: skip
    assert counts(desk.store) == counts(right.store)
    assert rollups(desk.store) == rollups(right.store)
    assert differences(desk.store) == {}
    columns = "request_id, line_number, line_hash, raw, status, timestamp"
    requests = f"SELECT {columns} FROM requests ORDER BY request_id"
    assert desk.store.rows(requests) == right.store.rows(requests)
    (card,) = desk.lookup("req_S").found
    assert (card.status, SECRET in str(card)) == (503, False)
    # A second retry changes nothing, nor does reading all files again.
    assert retry(desk.store, settings).tried == 4
    desk.ingest([str(path)])
    assert counts(desk.store) == counts(right.store)
    right.close()
    desk.close()


def test_a_custom_format_that_was_added_later(settings: Settings, tmp_path: Path) -> None:
    lines = [{"ts": moment(n), "rid": f"shop-{n}", "code": "403"} for n in range(5)]
    desk = read(settings, write_lines(tmp_path / "shop.ndjson", [*lines, {"neither": 1}]))
    assert counts(desk.store)["unmapped"] == 6
    (tmp_path / "shop.toml").write_text(OWN_FORMAT)
    report = retry(desk.store, settings.model_copy(update={"formats": tmp_path / "shop.toml"}))
    assert (report.requests, report.still) == (5, 1)
    assert counts(desk.store) | {"requests": 5, "unmapped": 1, "lines": 6} == counts(desk.store)
    assert differences(desk.store) == {}
    assert [card.status for card in desk.lookup("shop-3").found] == [403]
    desk.close()


def test_lines_of_missing_or_changed_sources_stay_and_are_reported(settings: Settings, tmp_path: Path) -> None:
    gone = write_lines(tmp_path / "gone.ndjson", [long(request_line(request_id="req_gone"))])
    changed = write_lines(tmp_path / "changed.ndjson", [long(request_line(request_id="req_changed"))])
    desk = read(with_limit(settings, 1024), gone, changed)
    gone.unlink()
    changed.write_bytes(changed.read_bytes().replace(b"req_changed", b"req_CHANGED"))
    before = desk.store.rows("FROM quarantine ORDER BY ALL"), counts(desk.store)
    report = retry(desk.store, settings)
    assert (report.not_found, report.requests) == (2, 0)
    assert report.not_found_in == sorted([str(gone), str(changed)])
    assert (desk.store.rows("FROM quarantine ORDER BY ALL"), counts(desk.store)) == before
    desk.close()


def test_a_short_line_needs_no_file_and_a_reason_is_updated(settings: Settings, tmp_path: Path) -> None:
    own = tmp_path / "shop.toml"
    own.write_text(OWN_FORMAT)
    with_own = settings.model_copy(update={"formats": own})
    good = [{"ts": moment(n), "rid": f"shop-{n}", "code": 200} for n in range(5)]
    bad = [{"ts": "yesterday", "rid": "shop-x", "code": 200, "when": moment(n)} for n in range(2)]
    path = write_lines(tmp_path / "a.ndjson", [*good, *bad, {**bad[0], "when": "never"}])
    desk = read(with_own, path)
    path.unlink()
    (reason,) = {row["reason"] for row in desk.quarantine(9)}
    (kind,) = desk.query("quarantine_reasons", source=str(path))
    assert (kind["lines"], kind["example"]) == (3, reason)
    own.write_text(OWN_FORMAT.replace('timestamp = ["ts"]', 'timestamp = ["when"]'))
    assert retry(desk.store, with_own, reason="another").tried == 0
    assert retry(desk.store, with_own, source="another").tried == 0
    report = retry(desk.store, with_own, str(path), kind["kind"])
    assert (report.tried, report.requests, report.still) == (3, 2, 1)
    (left,) = desk.quarantine(9)
    assert left["reason"].startswith('when is "never"')
    assert differences(desk.store) == {"ids_twice": 1}
    desk.close()


def test_an_unterminated_last_line_is_still_withdrawn_when_it_grows(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(as_bytes([long(request_line(request_id=f"req_{n}")) for n in range(2)])[:-1])
    desk = read(with_limit(settings, 1024), path)
    assert retry(desk.store, settings).requests == 2
    desk.ingest([str(path)])
    assert (counts(desk.store)["requests"], differences(desk.store)) == (2, {})
    path.write_bytes(path.read_bytes() + b"\n" + as_bytes([request_line(request_id="req_next")]))
    Desk(settings, desk.store).ingest([str(path)])
    assert counts(desk.store) | {"lines": 3, "requests": 3, "quarantined": 0, "duplicates": 0} == counts(desk.store)
    assert differences(desk.store) == {}
    desk.close()


def test_a_failure_in_the_middle_changes_nothing(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = read(with_limit(settings, 1024), write_lines(tmp_path / "a.ndjson", some_lines()))
    tables = ("requests", "quarantine", "batches", *ROLLUPS)
    before = [desk.store.rows(f"FROM {table} ORDER BY ALL") for table in tables]
    monkeypatch.setattr(retrying, "count_rollups", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        retry(desk.store, settings)
    assert [desk.store.rows(f"FROM {table} ORDER BY ALL") for table in tables] == before
    desk.close()


def test_a_kill_in_the_middle_changes_nothing_and_the_same_command_completes_it(
    settings: Settings, tmp_path: Path
) -> None:
    desk = read(with_limit(settings, 1024), write_lines(tmp_path / "a.ndjson", some_lines()))
    before = counts(desk.store)
    desk.close()
    killed = (
        "import os, sys, pixeldesk.ingest.retry as r; from pixeldesk.cli.main import main;"
        "r.count_rollups = lambda *_: os.kill(os.getpid(), 9); sys.argv[0] = 'pixeldesk'; main()"
    )
    command = [sys.executable, "-c", killed, "quarantine", "--retry", "--db", str(settings.db)]
    assert subprocess.run(command, cwd=ROOT, env=os.environ, check=False).returncode == -signal.SIGKILL
    desk = Desk(settings, open_store(settings))
    assert (counts(desk.store), differences(desk.store)) == (before, {})
    assert retry(desk.store, settings).requests == 4
    assert differences(desk.store) == {}
    desk.close()


def test_a_whole_line_is_tried_again_without_its_source(settings: Settings, tmp_path: Path) -> None:
    own = tmp_path / "shop.toml"
    own.write_text(OWN_FORMAT)
    lines: list[Line] = [
        {"ts": moment(n), "rid": f"shop-{n}", "code": "403", "long": "l" * 900, "password": f"hunter{n}-secret"}
        for n in range(4)
    ]
    path = write_lines(tmp_path / "shop.ndjson", lines)
    content = path.read_bytes()
    desk = read(settings, path)
    assert counts(desk.store)["unmapped"] == 4
    path.unlink()
    with_own = settings.model_copy(update={"formats": own})
    report = retry(desk.store, with_own)
    assert (report.requests, report.not_found, report.still) == (4, 0, 0)
    assert "secret" not in str(desk.store.rows("SELECT raw FROM requests"))
    # The file is delivered again, under another name: its lines are known, although they were redacted.
    (tmp_path / "again.ndjson").write_bytes(content)
    again = Desk(with_own, desk.store).ingest([str(tmp_path / "again.ndjson")])
    assert (again.requests, again.duplicates) == (0, 4)
    assert differences(desk.store) == {}
    desk.close()


def test_a_line_in_bytes_stays_without_its_source(settings: Settings, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.ndjson", [*request_lines(2), b"cafe caf\xe9" * 100])
    desk = read(settings, path)
    path.unlink()
    report = retry(desk.store, settings)
    assert (report.tried, report.still, report.not_found) == (1, 1, 0)
    desk.close()


def test_a_last_line_stays_when_the_source_of_another_grows(settings: Settings, tmp_path: Path) -> None:
    narrow = settings.model_copy(update={"max_line_bytes": 1024})
    logs = [tmp_path / "a.log", tmp_path / "b.log"]
    lines = [[*request_lines(2, host=log.name), long(request_line(request_id=f"req_{log.stem}"))] for log in logs]
    for log, each in zip(logs, lines, strict=True):
        log.write_bytes(as_bytes(each).rstrip(b"\n"))
    with closing(open_store(narrow)) as store:
        Desk(narrow, store).ingest(map(str, logs))
    with closing(open_store(settings)) as store:
        assert retry(store, settings).requests == 2
        write_lines(logs[0], [*lines[0], *request_lines(3, host="grown")])
        Desk(settings, store).ingest(map(str, logs))
        found = store.rows("SELECT request_id FROM requests WHERE request_id IN ('req_a', 'req_b') ORDER BY ALL")
        assert [row["request_id"] for row in found] == ["req_a", "req_b"]
        assert differences(store).keys() <= {"ids_twice"}
