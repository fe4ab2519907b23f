"""Measure the lookup of a request id at two sizes of the store.

    python -m bench.lookup [--lines 1000000 10000000] [--ids 1000]

Each figure is for an id chosen at random. As in the desk, every question uses its own cursor. `empty query` is the
floor: `SELECT 1` asked in the same way. Goal: a request's row in 2 ms (p50) at 10 million requests, and no slower than
at 1 million.
"""

import argparse
import random
import time
from collections.abc import Callable
from functools import partial
from statistics import quantiles

from bench.measured import table
from bench.simulated_logs import DATA, simulated_logs
from pixeldesk.desk.desk import Desk
from pixeldesk.queries import question
from pixeldesk.settings import Settings
from pixeldesk.store import open_store


def _milliseconds(ask: Callable[[str], object], ids: list[str]) -> tuple[float, float]:
    """Return p50 and p99 after a warm-up, milliseconds."""
    for request_id in ids[:20]:
        ask(request_id)
    taken = []
    for request_id in ids:
        started = time.perf_counter()
        ask(request_id)
        taken.append((time.perf_counter() - started) * 1000)
    cuts = quantiles(taken, n=100)
    return cuts[49], cuts[98]


def _ask_nothing(desk: Desk, _: str) -> object:
    return desk.store.rows("SELECT 1")


def _ask(desk: Desk, name: str, ending: str, request_id: str) -> object:
    return question(name).rows(desk.store, request_id=request_id + ending)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--ids", type=int, default=1000)
    given = parser.parse_args()
    rows = []
    for lines in given.lines:
        settings = Settings(db=DATA / f"{lines}.duckdb")
        desk = Desk(settings, open_store(settings))
        desk.ingest([str(simulated_logs(lines))])
        (count,) = desk.store.rows("SELECT count(*) AS n FROM requests")
        sample = desk.store.rows(f"SELECT request_id FROM requests USING SAMPLE {given.ids} ROWS")
        ids = [str(row["request_id"]) for row in sample]
        random.Random(1).shuffle(ids)
        questions: dict[str, Callable[[str], object]] = {
            "empty query (floor)": partial(_ask_nothing, desk),
            "request by id": partial(_ask, desk, "request", ""),
            "the same, not there": partial(_ask, desk, "request", "x"),
            "its other log lines": partial(_ask, desk, "request_events", ""),
            "whole card": desk.lookup,
        }
        for name, ask in questions.items():
            p50, p99 = _milliseconds(ask, ids if name != "whole card" else ids[:200])
            rows.append([f"{count['n']:,}", name, f"{p50:.2f}", f"{p99:.2f}"])
        desk.store.close()
    table("Lookup", ["requests", "question", "p50 ms", "p99 ms"], rows)


if __name__ == "__main__":
    main()
