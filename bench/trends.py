"""Measure how long the answers for engineers' and product's pages take as a store grows over one fortnight.

    python -m bench.trends [--requests 1000000 10000000 50000000] [--runs 7]

For each part of a page, the table has the median time of all its questions together, and of its slowest question, in
milliseconds. The ranges end at the newest record. The floor counts the fortnight's requests by code without a rollup.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench.grown_store import grown_store
from bench.measured import median, table
from pixeldesk.desk.desk import Desk
from pixeldesk.incidents.find import find_incidents
from pixeldesk.settings import Settings
from pixeldesk.store import Store
from pixeldesk.trends.differences import Failing
from pixeldesk.trends.request_filter import RequestFilter
from pixeldesk.trends.time_range import LENGTHS, TimeRange, last

_FLOOR = "SELECT error_code, status, count(*) FROM requests GROUP BY ALL"
_BUSIEST = """SELECT customer_id FROM errors_per_hour_and_caller WHERE customer_id IS NOT NULL
    GROUP BY customer_id ORDER BY sum(requests) DESC LIMIT 1"""
_FEWEST_HIT = 50
Part = Callable[[], object]


def parts_of(desk: Desk) -> dict[str, Part]:
    """Return the parts of the pages by name, each as a function that asks its questions."""
    logged = desk.logged_time()
    assert logged is not None
    everything = RequestFilter()
    parts: dict[str, Part] = {"floor: requests counted by code, no rollup": lambda: desk.store.rows(_FLOOR)}
    for name, length in LENGTHS.items():
        within = last(length, logged.newest)
        bucket = TimeRange(within.buckets[-2], within.buckets[-1])
        parts[f"errors, {name}"] = partial(desk.live_errors, within, everything, logged)
        parts[f"errors, {name}: one bucket"] = partial(desk.span_errors, bucket, everything)
    day, week = last(LENGTHS["24 h"], logged.newest), last(LENGTHS["7 d"], logged.newest)
    incident = next(each for each in find_incidents(desk.store) if each.requests > _FEWEST_HIT)
    onset = incident.started_at
    hour = Failing(onset, onset + timedelta(hours=1), incident.environment, incident.code)
    (busiest,) = desk.store.rows(_BUSIEST)
    parts["errors, 7 d, one customer"] = partial(desk.live_errors, week, RequestFilter(**busiest), logged)
    parts["errors, 7 d: what can be filtered by"] = partial(desk.values_met, week)
    parts["errors, 7 d: contradictions"] = partial(desk.contradictions, week.start, week.end)
    parts["errors, an hour: what is different"] = partial(desk.what_differs, hour)
    parts["errors, a day: what is different"] = partial(desk.what_differs, Failing(day.start, day.end))
    parts["incidents: all found anew"] = partial(find_incidents, desk.store)
    parts["incident: its page"] = partial(desk.around, incident)
    parts["weekly review, cases and incidents known"] = desk.report
    return parts


@contextmanager
def slowest_question(seconds: list[float]) -> Iterator[None]:
    """Append the seconds of the slowest question within the block to a list."""
    slowest = 0.0

    def timed(ask: Callable[..., Any]) -> Callable[..., Any]:
        def ask_timed(*arguments: Any) -> Any:
            nonlocal slowest
            began = time.perf_counter()
            answer = ask(*arguments)
            slowest = max(slowest, time.perf_counter() - began)
            return answer

        return ask_timed

    with patch.object(Store, "rows", timed(Store.rows)), patch.object(Store, "query", timed(Store.query)):
        yield
    seconds.append(slowest)


def measure(part: Part, runs: int) -> str:
    """Return the milliseconds of a part and, in brackets, of its slowest question, after a warm-up run."""
    part()
    whole: list[float] = []
    slowest: list[float] = []
    for _ in range(runs):
        began = time.perf_counter()
        with slowest_question(slowest):
            part()
        whole.append(time.perf_counter() - began)
    return f"{median(whole) * 1000:.0f} ({median(slowest) * 1000:.0f})"


def _column(requests: int, runs: int) -> tuple[str, dict[str, str]]:
    """Return the heading and the cells for a store of this size."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pixeldesk.duckdb"
        began = datetime.now()
        store = grown_store(path, requests)
        (counted,) = store.rows("SELECT count(*) AS requests FROM requests")
        print(f"{counted['requests']:,} requests made in {(datetime.now() - began).seconds} s")
        desk = Desk(Settings(db=path), store)
        cells = {name: measure(part, runs) for name, part in parts_of(desk).items()}
        store.close()
    return f"{counted['requests']:,}", cells


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, nargs="+", default=[1_000_000, 10_000_000, 50_000_000])
    parser.add_argument("--runs", type=int, default=7)
    given = parser.parse_args()
    columns = dict(_column(requests, given.runs) for requests in given.requests)
    names = list(next(iter(columns.values())))
    rows = [[name, *(cells[name] for cells in columns.values())] for name in names]
    table("The pages' questions, ms: all of a part (its slowest question)", ["part", *columns], rows)


if __name__ == "__main__":
    main()
