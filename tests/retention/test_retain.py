"""Whole days are dropped by their rules, their counts stay, and every answer says so."""

import threading
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.desk.doctor import examine
from pixeldesk.errors import StoreError, UsageError
from pixeldesk.retention import retain as retaining
from pixeldesk.retention.daily import daily
from pixeldesk.settings import Settings
from pixeldesk.store import Store, open_store
from tests.log_lines import Line, event_line, failed_line, moment, request_line, write_lines
from tests.patience import PATIENCE_S

# Lines are dated from noon of 16 November 2026.
DAY = 86_400
NOW = datetime(2026, 11, 24, 15, 30)
RULES = "production:5xx=6d, production=3d, staging:404=1d"
ROLLUPS = (
    "requests_per_minute",
    "requests_per_hour",
    "errors_per_hour_and_caller",
    "requests_per_hour_and_customer",
    "server_errors_per_minute",
    "contradictory_requests",
)


def lines_of(day: int) -> list[Line]:
    """Return lines of each environment and status, at noon and at the first and last moment of a day."""
    lines: list[Line] = []
    for index, seconds in enumerate((-DAY / 2, 0, DAY / 2 - 0.000_001)):
        at = moment(day * DAY + seconds)
        for environment in ("production", "staging", None):
            name = f"{environment}_{day}_{index}"
            given = {"timestamp": at, "environment": environment}
            lines += [
                request_line(request_id=f"req_ok_{name}", **given),
                failed_line("invalid_body", 404, request_id=f"req_404_{name}", **given),
                failed_line("ingest_unavailable", 503, request_id=f"req_503_{name}", **given),
                event_line(request_id=f"req_ok_{name}", message=f"ok {name}", **given),
                event_line(request_id=f"req_503_{name}", message=f"failed {name}", **given),
                event_line(request_id=None, message=f"alone {name}", **given),
            ]
    return lines


def all_lines() -> list[Line]:
    past = request_line(request_id="req_past", timestamp="1970-01-01T00:00:00Z")
    return [past, *(line for day in range(8) for line in lines_of(day))]


@pytest.fixture
def ruled(settings: Settings, tmp_path: Path) -> Desk:
    """Return a desk with rules over eight days of lines, 16 to 23 November."""
    with_rules = settings.model_copy(update={"retention": RULES})
    desk = Desk(with_rules, open_store(with_rules))
    desk.ingest([str(write_lines(tmp_path / "logs" / "a.ndjson", all_lines()))])
    return desk


def rows(store: Store, table: str) -> list[dict[str, Any]]:
    return store.rows(f"SELECT * FROM {table} ORDER BY ALL")


def stored_days(store: Store, table: str, condition: str) -> set[int]:
    found = store.rows(f"SELECT DISTINCT day(timestamp) AS day FROM {table} WHERE NOT clock_suspect AND {condition}")
    return {row["day"] for row in found}


def test_whole_days_are_dropped_by_their_rules(ruled: Desk) -> None:
    before = {table: rows(ruled.store, table) for table in ROLLUPS}
    coming = ruled.retention.run(dry_run=True, now=NOW)
    done = ruled.retention.run(now=NOW)
    assert coming.model_copy(update={"dry_run": False, "seconds": done.seconds}) == done
    everything = set(range(16, 24))
    production = "environment = 'production'"
    assert stored_days(ruled.store, "requests", f"{production} AND status = 503") == set(range(18, 24))
    assert stored_days(ruled.store, "requests", f"{production} AND status IN (200, 404)") == set(range(21, 24))
    assert stored_days(ruled.store, "requests", "environment = 'staging' AND status = 404") == {23}
    assert stored_days(ruled.store, "requests", "environment = 'staging' AND status <> 404") == everything
    assert stored_days(ruled.store, "requests", "environment IS NULL") == everything
    # An application log line is stored as long as its request.
    assert stored_days(ruled.store, "events", f"{production} AND message LIKE 'failed%'") == set(range(18, 24))
    assert stored_days(ruled.store, "events", f"{production} AND message NOT LIKE 'failed%'") == set(range(21, 24))
    assert stored_days(ruled.store, "events", "environment IS DISTINCT FROM 'production'") == everything
    # A line with an implausible time has no age.
    assert ruled.lookup("req_past").found
    assert done.days == 7
    assert done.requests == 3 * (2 + 2 * 5 + 7)
    assert done.events == 3 * (2 + 2 * 5)
    assert {table: rows(ruled.store, table) for table in ROLLUPS} == before
    assert ruled.retention.run(now=NOW).days == 0


def test_later_lines_and_the_same_lines_again_do_not_change_the_counts(ruled: Desk, tmp_path: Path) -> None:
    before = {table: rows(ruled.store, table) for table in ROLLUPS}
    dropped = ruled.retention.run(now=NOW)
    late = request_line(timestamp=moment(30), request_id="req_late", environment="staging", host="late")
    again = ruled.ingest([str(write_lines(tmp_path / "logs" / "b.ndjson", [*all_lines(), late]))])
    # The lines are stored again,
    assert (again.requests, again.events) == (dropped.requests + 1, dropped.events)
    assert ruled.lookup("req_ok_production_0_1").found
    # not counted a second time,
    added = {table: Counter(map(str, rows(ruled.store, table))) - Counter(map(str, before[table])) for table in ROLLUPS}
    gone = {table: Counter(map(str, before[table])) - Counter(map(str, rows(ruled.store, table))) for table in ROLLUPS}
    per_customer = "requests_per_hour_and_customer"
    assert [table for table in ROLLUPS if added[table]] == ["requests_per_minute", "requests_per_hour"]
    assert sum(added["requests_per_minute"].values()) == 1
    assert not any(gone.values())
    assert not added[per_customer]
    # and dropped again, counted once.
    once = ruled.retention.dropped()
    assert ruled.retention.run(now=NOW).requests == dropped.requests
    assert [row.requests for row in ruled.retention.dropped()] == [row.requests for row in once]


def test_lookup_and_doctor_say_what_was_dropped(ruled: Desk) -> None:
    def reason() -> str:
        (missing,) = ruled.lookup("req_ok_production_0_1").not_found
        return missing.reason

    ruled.retention.run(dry_run=True, now=NOW)
    assert ruled.lookup("req_ok_production_0_1").found
    ruled.retention.run(now=NOW)
    assert (
        "30 requests of production were dropped by the rule production=3d, those of 5 days from 16 November 2026"
        " to 20 November 2026, last on 24 November 2026;"
    ) in reason()
    assert "21 requests of staging were dropped by the rule staging:404=1d" in reason()
    found = examine(ruled).as_json()
    assert found["ok"], found["wrong"]
    assert found["retention"] == {
        "rules": RULES,
        "dropped_requests": 57,
        "dropped_events": 36,
        "last_dropped_at": "2026-11-24T15:30:00.000Z",
    }
    assert found["store"]["oldest"] == "2026-11-16T00:00:00.000Z"


def test_a_store_with_everything_dropped_is_not_empty(settings: Settings, tmp_path: Path) -> None:
    with_rules = settings.model_copy(update={"retention": "*=1d"})
    desk = Desk(with_rules, open_store(with_rules))
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", [request_line()]))])
    incidents, weeks = desk.incidents(), desk.stored_weeks()
    desk.retention.run(now=NOW)
    assert desk.store.rows("FROM requests") == []
    assert (desk.coverage().oldest, desk.coverage().requests) == (datetime(2026, 11, 16, 12), 1)
    assert (desk.incidents(), desk.stored_weeks()) == (incidents, weeks)


def test_aliases_and_second_lines_are_dropped_with_their_request(ruled: Desk) -> None:
    with ruled.store.transaction() as transaction:
        for day in (0, 7):
            request = f"request_id = 'req_ok_production_{day}_1'"
            transaction.execute(
                f"""INSERT INTO second_lines BY NAME
                SELECT *, source_id AS first_source_id, line_number AS first_line_number
                FROM requests WHERE {request}"""
            )
            transaction.execute(
                f"""INSERT INTO aliases SELECT 'trace' || request_id, 'trace', request_id, 1
                FROM requests WHERE {request}"""
            )
    ruled.retention.run(now=NOW)
    assert [row["request_id"] for row in rows(ruled.store, "second_lines")] == ["req_ok_production_7_1"]
    assert [row["request_id"] for row in rows(ruled.store, "aliases")] == ["req_ok_production_7_1"]


def test_an_interruption_leaves_whole_days(ruled: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    drop = retaining._drop

    def fails_at_the_third(transaction: Any, dues: Any, now: datetime) -> None:
        drop(transaction, dues, now)
        if dues[0].day == datetime(2026, 11, 18):
            raise StoreError("the disk is full")

    monkeypatch.setattr(retaining, "_drop", fails_at_the_third)
    with pytest.raises(StoreError):
        ruled.retention.run(now=NOW)
    assert stored_days(ruled.store, "requests", "environment = 'production' AND status = 200") == set(range(18, 24))
    assert {row["day"].day for row in rows(ruled.store, "dropped_days")} == {16, 17}
    monkeypatch.undo()
    ruled.retention.run(now=NOW)
    assert stored_days(ruled.store, "requests", "environment = 'production' AND status = 200") == set(range(21, 24))


def test_the_space_is_reused_and_the_indexes_are_rebuilt(settings: Settings, tmp_path: Path) -> None:
    with_rules = settings.model_copy(update={"retention": "*=1d"})
    desk = Desk(with_rules, open_store(with_rules))

    def used_blocks() -> int:
        return int(desk.store.rows("PRAGMA database_size")[0]["used_blocks"])

    lines = [request_line(request_id=f"req_{n}", timestamp=moment(n), route=f"/{n:040}") for n in range(20_000)]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    desk.store.checkpoint()
    full = used_blocks()
    desk.retention.run(now=NOW)
    assert used_blocks() < full
    assert desk.store.rows("SELECT count(*) AS indexes FROM duckdb_indexes()") == [{"indexes": 4}]


def test_without_rules_nothing_is_dropped(desk: Desk) -> None:
    with pytest.raises(UsageError, match="PIXELDESK_RETENTION"):
        desk.retention.run()
    assert examine(desk).retention.rules == "none: all lines are kept"


def test_the_server_runs_it_at_its_start_and_reports_a_failure() -> None:
    ran = threading.Event()
    reported: list[str] = []

    def run(is_to_stop: Any) -> None:
        assert not is_to_stop()
        ran.set()
        raise StoreError("no space left")

    with daily(run, reported.append):
        assert ran.wait(timeout=PATIENCE_S)
    assert reported == ["retention: no space left"]
