"""Measure ingest against a bare `INSERT … FROM read_json`.

    python -m bench.ingest [--lines 1000000] [--runs 3]

Floor `bare`: the same files into a single unindexed table by `INSERT INTO t SELECT * FROM read_json(files)` with
DuckDB's defaults; the schema is detected before the clock starts. Floor `typed`: the same with all columns and types
given, which saves DuckDB the detection. Ours: `pixeldesk ingest` into an empty store, with quarantine, hash,
duplicates, redaction, raw record, rollups and indexes. Each run is its own process, in turn; the clock covers loading
and closing the file. Goal: at least half the speed of bare, and at most 2 GB of memory.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from bench.measured import MIB, Measured, median, run_child, table
from bench.simulated_logs import simulated_logs
from pixeldesk.desk.desk import Desk
from pixeldesk.settings import Settings
from pixeldesk.store import open_store

_TYPES = {
    **dict.fromkeys(
        (
            *("level", "message", "request_id", "environment", "host", "region", "release", "method", "route"),
            *("path", "customer_id", "website_id"),
        ),
        "VARCHAR",
    ),
    "timestamp": "TIMESTAMPTZ",
    "status": "SMALLINT",
    "duration_ms": "DOUBLE",
    "api_key": "STRUCT(id VARCHAR, fingerprint VARCHAR, prefix VARCHAR, length INTEGER, scopes VARCHAR[], "
    "revoked_at TIMESTAMPTZ, expires_at TIMESTAMPTZ)",
    "client": "STRUCT(ip VARCHAR, user_agent VARCHAR)",
    "response": 'STRUCT("rows" BIGINT, retry_after_s DOUBLE)',
    "upstream": "STRUCT(service VARCHAR, status SMALLINT, message VARCHAR, jwt_fingerprint VARCHAR, "
    "jwt_issued_at TIMESTAMPTZ)",
    "error": "STRUCT(code VARCHAR, message VARCHAR, details JSON)",
    "meta": "STRUCT(request_id VARCHAR)",
}


def bare(files: list[str], db: Path, columns: str) -> float:
    """Load the files with DuckDB alone. Returns seconds."""
    reader = f"read_json($files, format = 'newline_delimited'{columns})"
    with duckdb.connect(str(db)) as connection:
        connection.execute(f"CREATE TABLE t AS SELECT * FROM {reader} LIMIT 0", {"files": files})
        started = time.perf_counter()
        connection.execute(f"INSERT INTO t SELECT * FROM {reader}", {"files": files})
        connection.execute("CHECKPOINT")
        return time.perf_counter() - started


def ours(folder: str, db: Path) -> float:
    """Load the files as a user does. Returns seconds."""
    settings = Settings(db=db)
    store = open_store(settings)
    started = time.perf_counter()
    Desk(settings, store).ingest([folder])
    store.close()
    return time.perf_counter() - started


def _child(way: str, folder: str) -> None:
    files = sorted(str(path) for path in Path(folder).rglob("*") if path.is_file())
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in _TYPES.items())
    with tempfile.TemporaryDirectory() as temporary:
        db = Path(temporary) / "x.duckdb"
        seconds = (
            ours(folder, db)
            if way == "pixeldesk"
            else bare(files, db, f", columns = {{{columns}}}" if way == "typed" else "")
        )
        size = sum(path.stat().st_size for path in db.parent.iterdir() if path.is_file())
    print(json.dumps({"wall_s": seconds, "db_mib": size / MIB}))


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--child", nargs=2, metavar=("WAY", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        _child(*given.child)
        return
    folder = simulated_logs(given.lines)
    megabytes = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    ways = ("bare", "typed", "pixeldesk")
    runs: dict[str, list[Measured]] = {way: [] for way in ways}
    for number in range(given.runs):
        for way in ways:
            runs[way].append(run_child("bench.ingest", "--child", way, str(folder)))
            print(f"run {number + 1} {way}: {runs[way][-1].wall_s:.2f} s", file=sys.stderr)
    rows = []
    for way in ways:
        ratio = median(a.wall_s / b.wall_s for a, b in zip(runs["bare"], runs[way], strict=True))
        cpu = median(a.cpu_s / b.cpu_s for a, b in zip(runs["bare"], runs[way], strict=True))
        rows.append(
            [
                way,
                f"{median(run.wall_s for run in runs[way]):.2f}",
                f"{megabytes / median(run.wall_s for run in runs[way]):.0f}",
                f"{median(run.cpu_s for run in runs[way]):.1f}",
                f"{max(run.peak_mib for run in runs[way]):.0f}",
                f"{median(run.output['db_mib'] for run in runs[way]):.0f}",
                f"{ratio:.2f}",
                f"{cpu:.2f}",
            ]
        )
    head = [
        "way",
        "wall s",
        "MB/s",
        "processor s",
        "peak MiB",
        "file MiB",
        "speed to bare",
        "the same in processor",
    ]
    table(f"Ingest, {given.lines:,} lines, {megabytes:,.0f} MB, median of {given.runs}", head, rows)


if __name__ == "__main__":
    main()
