"""Measure the time and memory of `pixeldesk diagnose` as the store grows, against a floor.

    python -m bench.diagnosis_size [--lines 1000000 10000000]

The floor is one pass of the engine over the columns that a diagnosis reads, grouped by keys, addresses and websites,
which its first four steps need at least. Seconds are medians of three runs, each in its own process; memory is the
peak.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from bench.command import pixeldesk
from bench.measured import median, table
from bench.simulated_logs import simulated_logs

_RUNS = 3
_HEAD = ["requests", "diagnoses", "seconds", "seconds a million", "of the floor", "peak MiB"]
_FLOOR = """
    SELECT count(*), max(first_seen), max(last_seen), max(example) FROM (
        SELECT environment, customer_id, key_fingerprint, key_prefix, client_ip, website_id, route, user_agent,
            error_code, status, response_rows, min(timestamp) AS first_seen, max(timestamp) AS last_seen,
            arg_max(request_id, timestamp) AS example
        FROM requests GROUP BY ALL)
"""


def main() -> None:
    """Measure each size and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.diagnosis_size", description=__doc__)
    parser.add_argument("--lines", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--db", type=Path, nargs="*", help="existing stores, instead of --lines")
    given = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        for db in given.db or [_store(Path(temporary), lines) for lines in given.lines]:
            rows.append(_measured(db))
    table("Diagnosing a whole store", _HEAD, rows)


def _store(folder: Path, lines: int) -> Path:
    db = folder / f"{lines}.duckdb"
    pixeldesk("ingest", str(simulated_logs(lines)), "--db", str(db))
    return db


def _measured(db: Path) -> list[str]:
    with duckdb.connect(str(db), read_only=True, config={"memory_limit": "1400MiB"}) as connection:
        requests = connection.execute("SELECT count(*) FROM requests").fetchall()[0][0]
        floor = median(_seconds(lambda: connection.execute(_FLOOR).fetchall()) for _ in range(_RUNS))
    runs = [pixeldesk("diagnose", "--db", str(db)) for _ in range(_RUNS)]
    seconds = median(run.seconds for run in runs)
    return [
        f"{requests:,}",
        f"{len(runs[0].output):,}",
        f"{seconds:.1f}",
        f"{seconds / requests * 1e6:.2f}",
        f"{seconds / floor:.1f}",
        f"{max(run.peak_mib for run in runs):,.0f}",
    ]


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
