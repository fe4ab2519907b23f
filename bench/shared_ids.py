"""Measure the lookup of a request id that many requests share, as the ratio to an id that one request has.

    python -m bench.shared_ids [--sharing 100 1000 10000]

The ids are in one store, beside 100,000 other requests. `queries` counts the questions asked of the store: those for
the neighbours of a card are asked for each card, all others once. Goal: half a second for 10,000 requests, and as many
queries as for 1,000.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from bench.measured import table
from bench.simulated_logs import simulated_logs
from pixeldesk.desk.desk import Desk
from pixeldesk.settings import Settings
from pixeldesk.store import Store, open_store

_OTHERS, _RUNS = 100_000, 7
_BEGIN = datetime(2026, 11, 16, 12)


def _lines(sharing: Iterable[int]) -> Iterator[str]:
    """Yield a line for each request: those of one id are a second apart, of seven customers in turn."""
    for hour, count in enumerate(sharing):
        for number in range(count):
            line = {
                "timestamp": f"{(_BEGIN + timedelta(hours=hour, seconds=number)).isoformat()}Z",
                "request_id": _request_id(count),
                "status": 500,
                "method": "GET",
                "route": "/pixel/pipes/{pipe}",
                "customer_id": f"cus_{number % 7}",
                "error": {"code": "internal_error"},
            }
            yield f"{json.dumps(line)}\n"


def _request_id(sharing: int) -> str:
    return f"req_sharedBy{sharing}x"


def _measure(desk: Desk, request_id: str) -> tuple[float, int]:
    """Return the seconds of a lookup (median) and the number of its queries."""
    seconds = []
    for _ in range(_RUNS):
        began = time.perf_counter()
        desk.lookup(request_id)
        seconds.append(time.perf_counter() - began)
    rows, queries = Store.rows, 0

    def counting(store: Store, sql: str, parameters: Any = None) -> list[dict[str, Any]]:
        nonlocal queries
        queries += 1
        return rows(store, sql, parameters)

    with patch.object(Store, "rows", counting):
        desk.lookup(request_id)
    return median(seconds), queries


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m bench.shared_ids", description=__doc__)
    parser.add_argument("--sharing", type=int, nargs="+", default=[100, 1_000, 10_000])
    sharing = [1, *parser.parse_args().sharing]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(db=folder / "shared.duckdb")
        desk = Desk(settings, open_store(settings))
        (folder / "shared.ndjson").write_text("".join(_lines(sharing)))
        desk.ingest([str(simulated_logs(_OTHERS)), str(folder / "shared.ndjson")])
        measured = [(count, *_measure(desk, _request_id(count))) for count in sharing]
        desk.close()
    single = measured[0][1]
    rows = [
        [f"{count:,}", f"{seconds * 1000:.0f}", f"{seconds / single:.1f}", str(queries)]
        for count, seconds, queries in measured
    ]
    table("Lookup of an id that many requests share", ["requests", "ms", "times one", "queries"], rows)


if __name__ == "__main__":
    main()
