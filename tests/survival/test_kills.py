"""After kill -9 at any moment the store opens, holds only whole batches, and the same command completes it exactly."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

from pixeldesk.settings import Settings
from pixeldesk.store import Store, open_store
from tests.command import environment
from tests.conftest import ROOT
from tests.log_lines import Line, event_line, request_line, write_lines
from tests.survival.seen import seen

# `make kills` raises it.
KILLS = int(os.environ.get("PIXELDESK_KILLS", "4"))
LINES = 10_000 if KILLS < 100 else 400_000
# Small batches, so that kills hit the middle of one, and a checkpoint.
SIZES = {
    "PIXELDESK_CHUNK_BYTES": str(1 << 18),
    "PIXELDESK_BATCH_BYTES": str(1 << 19),
    "PIXELDESK_MAX_LINE_BYTES": "4096",
}


def some_lines() -> list[Line]:
    chosen = random.Random(7)
    lines: list[Line] = [
        request_line(request_id=f"req_{n:08}", timestamp=1_763_284_364 + n, customer_id=f"cus_{chosen.randrange(99)}")
        for n in range(LINES)
    ]
    for n in range(0, LINES, 50):
        lines[n] = event_line(message=f"event {n}")
        lines[n + 1] = f"not json {n}"
        lines[n + 2] = lines[n + 3]
        # Of equal lines that no text identifies, each is stored.
        lines[n + 4] = event_line(message="tick", request_id=None, timestamp=1_763_284_364)
        lines[n + 5] = "not json"
    return lines


# Prints a line once everything is imported. Times count from there, however slow the machine is.
COMMAND = (
    "import sys; from pixeldesk.cli.main import main; print('ready', flush=True); sys.argv[0] = 'pixeldesk'; main()"
)


def start(path: Path, settings: Settings) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", COMMAND, "ingest", str(path), "--db", str(settings.db)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(SIZES), stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


def finish(path: Path, settings: Settings) -> float:
    """Load the whole file. Returns how many seconds that took, not counting imports."""
    process = start(path, settings)
    begun = time.monotonic()
    process.communicate()
    assert process.returncode == 0
    return time.monotonic() - begun


def lines_stored(store: Store) -> int:
    """Count the lines of all batches, after checking that tables, batches, sources and rollups agree."""
    (batches,) = store.rows(
        """SELECT coalesce(sum(lines), 0) AS lines, coalesce(sum(requests), 0) AS requests,
            coalesce(sum(events), 0) AS events, coalesce(sum(quarantined), 0) AS quarantined,
            coalesce(sum(duplicates), 0) AS duplicates FROM batches"""
    )
    (tables,) = store.rows(
        """SELECT (SELECT count(*) FROM requests) AS requests, (SELECT count(*) FROM events) AS events,
            (SELECT count(*) FROM quarantine) AS quarantined,
            (SELECT coalesce(sum(requests), 0) FROM requests_per_minute) AS per_minute,
            (SELECT coalesce(sum(requests), 0) FROM requests_per_hour) AS per_hour,
            (SELECT coalesce(sum(lines), 0) FROM sources) AS lines"""
    )
    assert {name: tables[name] for name in ("lines", "requests", "events", "quarantined")} == {
        name: batches[name] for name in ("lines", "requests", "events", "quarantined")
    }
    assert tables["requests"] == tables["per_minute"] == tables["per_hour"]
    return int(batches["lines"])


def contents(settings: Settings) -> list[list[dict[str, object]]]:
    store = open_store(settings, read_only=True)
    found = [
        store.rows(f"SELECT * EXCLUDE (batch_id) FROM {table} ORDER BY line_number")
        for table in ("requests", "events", "quarantine")
    ]
    found.append(store.rows("SELECT * FROM requests_per_minute ORDER BY ALL"))
    store.close()
    return found


def test_killed_at_any_moment(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.log", some_lines())
    killed, whole = Settings(db=tmp_path / "killed.duckdb"), Settings(db=tmp_path / "whole.duckdb")
    takes_s = finish(path, whole)
    moments = random.Random(KILLS)
    fell_into_it = 0
    before = 0
    kills = 0
    while kills < KILLS or not fell_into_it:
        process = start(path, killed)
        try:
            # At a random time in each quarter in turn.
            process.communicate(timeout=takes_s * (kills % 4 + moments.random()) / 4)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        kills += 1
        after = 0
        if killed.db.exists():
            store = open_store(killed)
            after = lines_stored(store)
            store.close()
            assert after >= before
            fell_into_it += 0 < after < LINES
        before = after if after < LINES else 0
        if before == 0 and killed.db.exists():
            killed.db.unlink()
        # The machine may be slower or quicker by now: the next ones fall later or earlier, until one is in the middle.
        if not fell_into_it:
            takes_s *= 1.5 if after == 0 else 0.75
    finish(path, killed)
    found = contents(killed)
    assert found == contents(whole)
    assert [len(rows) for rows in found[:3]] == [LINES * 45 // 50, LINES * 2 // 50, LINES * 2 // 50]
    seen(f"kill -9 of {kills:,} loads", f"{fell_into_it:,} in the middle; every store opened, 0 lost, 0 doubled")
