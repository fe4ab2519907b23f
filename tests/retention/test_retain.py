"""Whole days go by their rules, what was counted of them stays, and everything says so."""

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

# Lines are dated from noon of 16 November 2026 on.
DAY = 86_400
NOW = datetime(2026, 11, 24, 15, 30)
RULES = "production:5xx=6d, production=3d, staging:404=1d"
ROLLUPS = (
    "requests_per_minute", "requests_per_hour", "errors_per_hour_and_caller", "requests_per_hour_and_customer",
    "server_errors_per_minute", "contradictory_requests",
)  # fmt: skip


def lines_of(day: int) -> list[Line]:
    """Of each environment and status some, at noon and at the first and last moment of the day."""
    lines: list[Line] = []
    for place, seconds in enumerate((-DAY / 2, 0, DAY / 2 - 0.000_001)):
        at = moment(day * DAY + seconds)
        for environment in ("production", "staging", None):
            name = f"{environment}_{day}_{place}"
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
def kept(settings: Settings, tmp_path: Path) -> Desk:
    """A desk with rules over eight days of lines, 16 to 23 November."""
    with_rules = settings.model_copy(update={"retention": RULES})
    desk = Desk(with_rules, open_store(with_rules))
    desk.ingest([str(write_lines(tmp_path / "logs" / "a.ndjson", all_lines()))])
    return desk


def rows(store: Store, table: str) -> list[dict[str, Any]]:
    return store.rows(f"SELECT * FROM {table} ORDER BY ALL")


def days_kept(store: Store, table: str, condition: str) -> set[int]:
    found = store.rows(f"SELECT DISTINCT day(timestamp) AS day FROM {table} WHERE NOT clock_suspect AND {condition}")
    return {row["day"] for row in found}


def test_whole_days_go_each_by_its_rule(kept: Desk) -> None:
    before = {table: rows(kept.store, table) for table in ROLLUPS}
    coming = kept.retention.run(dry_run=True, now=NOW)
    done = kept.retention.run(now=NOW)
    assert {**coming, "dry_run": False, "seconds": 0} == {**done, "seconds": 0}
    everything = set(range(16, 24))
    production = "environment = 'production'"
    assert days_kept(kept.store, "requests", f"{production} AND status = 503") == set(range(18, 24))
    assert days_kept(kept.store, "requests", f"{production} AND status IN (200, 404)") == set(range(21, 24))
    assert days_kept(kept.store, "requests", "environment = 'staging' AND status = 404") == {23}
    assert days_kept(kept.store, "requests", "environment = 'staging' AND status <> 404") == everything
    assert days_kept(kept.store, "requests", "environment IS NULL") == everything
    # An application log line is kept for as long as its request.
    assert days_kept(kept.store, "events", f"{production} AND message LIKE 'failed%'") == set(range(18, 24))
    assert days_kept(kept.store, "events", f"{production} AND message NOT LIKE 'failed%'") == set(range(21, 24))
    assert days_kept(kept.store, "events", "environment IS DISTINCT FROM 'production'") == everything
    # What has no possible time has no age.
    assert kept.lookup("req_past").found
    assert done["days"] == 7
    assert done["requests"] == 3 * (2 + 2 * 5 + 7)
    assert done["events"] == 3 * (2 + 2 * 5)
    assert {table: rows(kept.store, table) for table in ROLLUPS} == before
    assert kept.retention.run(now=NOW)["days"] == 0


def test_later_lines_and_the_same_lines_again_change_nothing_that_was_counted(kept: Desk, tmp_path: Path) -> None:
    before = {table: rows(kept.store, table) for table in ROLLUPS}
    dropped = kept.retention.run(now=NOW)
    late = request_line(timestamp=moment(30), request_id="req_late", environment="staging", host="late")
    again = kept.ingest([str(write_lines(tmp_path / "logs" / "b.ndjson", [*all_lines(), late]))])
    # They come back,
    assert (again["requests"], again["events"]) == (dropped["requests"] + 1, dropped["events"])
    assert kept.lookup("req_ok_production_0_1").found
    # are not counted a second time,
    added = {table: Counter(map(str, rows(kept.store, table))) - Counter(map(str, before[table])) for table in ROLLUPS}
    gone = {table: Counter(map(str, before[table])) - Counter(map(str, rows(kept.store, table))) for table in ROLLUPS}
    per_customer = "requests_per_hour_and_customer"
    assert [one for one in ROLLUPS if added[one]] == ["requests_per_minute", "requests_per_hour"]
    assert sum(added["requests_per_minute"].values()) == 1
    assert not any(gone.values())
    assert not added[per_customer]
    # and go again, counted once.
    once = kept.retention.dropped()
    assert kept.retention.run(now=NOW)["requests"] == dropped["requests"]
    assert [row["requests"] for row in kept.retention.dropped()] == [row["requests"] for row in once]


def test_not_found_and_the_check_say_what_was_dropped(kept: Desk) -> None:
    def reason() -> str:
        (missing,) = kept.lookup("req_ok_production_0_1").not_found
        return missing.reason

    kept.retention.run(dry_run=True, now=NOW)
    assert kept.lookup("req_ok_production_0_1").found
    kept.retention.run(now=NOW)
    assert (
        "30 requests of production were dropped by the rule production=3d, those of 5 days from 2026-11-16 to"
        " 2026-11-20, last on 2026-11-24;"
    ) in reason()
    assert "21 requests of staging were dropped by the rule staging:404=1d" in reason()
    found = examine(kept)
    assert found["ok"], found["wrong"]
    assert found["retention"] == {
        "rules": RULES,
        "dropped_requests": 57,
        "dropped_events": 36,
        "last_dropped_at": "2026-11-24T15:30:00.000Z",
    }
    assert found["store"]["oldest"] == "2026-11-16T00:00:00.000Z"


def test_a_store_of_which_all_was_dropped_is_not_an_empty_one(settings: Settings, tmp_path: Path) -> None:
    with_rules = settings.model_copy(update={"retention": "*=1d"})
    desk = Desk(with_rules, open_store(with_rules))
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", [request_line()]))])
    incidents, weeks = desk.incidents(), desk.stored_weeks()
    desk.retention.run(now=NOW)
    assert desk.store.rows("FROM requests") == []
    assert (desk.coverage()["oldest"], desk.coverage()["requests"]) == ("2026-11-16T12:00:00.000Z", 1)
    assert (desk.incidents(), desk.stored_weeks()) == (incidents, weeks)


def test_other_ids_and_second_lines_go_with_their_request(kept: Desk) -> None:
    with kept.store.transaction() as transaction:
        for day in (0, 7):
            request = f"request_id = 'req_ok_production_{day}_1'"
            transaction.execute(
                f"""INSERT INTO second_lines SELECT *, source_id, line_number FROM requests WHERE {request}"""
            )
            transaction.execute(
                f"""INSERT INTO aliases SELECT 'trace' || request_id, 'trace', request_id, 1
                FROM requests WHERE {request}"""
            )
    kept.retention.run(now=NOW)
    assert [row["request_id"] for row in rows(kept.store, "second_lines")] == ["req_ok_production_7_1"]
    assert [row["request_id"] for row in rows(kept.store, "aliases")] == ["req_ok_production_7_1"]


def test_stopped_in_the_middle_whole_days_are_gone(kept: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    drop = retaining._drop

    def fails_at_the_third(transaction: Any, dues: Any, now: datetime) -> None:
        drop(transaction, dues, now)
        if dues[0].day == datetime(2026, 11, 18):
            raise StoreError("the disk is full")

    monkeypatch.setattr(retaining, "_drop", fails_at_the_third)
    with pytest.raises(StoreError):
        kept.retention.run(now=NOW)
    assert days_kept(kept.store, "requests", "environment = 'production' AND status = 200") == set(range(18, 24))
    assert {row["day"].day for row in rows(kept.store, "dropped_days")} == {16, 17}
    monkeypatch.undo()
    kept.retention.run(now=NOW)
    assert days_kept(kept.store, "requests", "environment = 'production' AND status = 200") == set(range(21, 24))


def test_the_space_is_there_for_new_lines_and_the_indexes_too(settings: Settings, tmp_path: Path) -> None:
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
    assert examine(desk)["retention"]["rules"] == "none: all lines are kept"


def test_the_server_does_it_at_its_start_and_tells_a_failure() -> None:
    ran = threading.Event()
    told: list[str] = []

    def run(is_to_stop: Any) -> None:
        assert not is_to_stop()
        ran.set()
        raise StoreError("no space left")

    with daily(run, told.append):
        assert ran.wait(timeout=10)
    assert told == ["retention: no space left"]
