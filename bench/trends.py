"""How long the pages of engineers and product take to be answered, as a store grows over the same fortnight.

    python -m bench.trends [--requests 1000000 10000000 50000000] [--runs 7]

For each part of a page: the median of all it asks together, and of its slowest single question, in milliseconds. The
ranges end at the newest record. The floor is one count of the fortnight's requests by code without any rollup.
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
    """What the pages ask, by what a person would call it."""
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
    hit = next(one for one in find_incidents(desk.store) if one.requests > _FEWEST_HIT)
    hour = Failing(hit.started_at, hit.started_at + timedelta(hours=1), hit.environment, hit.code)
    (busiest,) = desk.store.rows(_BUSIEST)
    parts["errors, 7 d, one customer"] = partial(desk.live_errors, week, RequestFilter(**busiest), logged)
    parts["errors, 7 d: what can be filtered by"] = partial(desk.values_met, week)
    parts["errors, 7 d: contradictions"] = partial(desk.contradictions, week.start, week.end)
    parts["errors, an hour: what is different"] = partial(desk.what_differs, hour)
    parts["errors, a day: what is different"] = partial(desk.what_differs, Failing(day.start, day.end))
    parts["incidents: all found anew"] = partial(find_incidents, desk.store)
    parts["incident: its page"] = partial(desk.around, hit)
    parts["weekly review, cases and incidents known"] = desk.report
    return parts


@contextmanager
def slowest_question(told: list[float]) -> Iterator[None]:
    """Append the seconds of the slowest question that is asked while the block runs."""
    slowest = 0.0

    def timed(asked: Callable[..., Any]) -> Callable[..., Any]:
        def ask(*arguments: Any) -> Any:
            nonlocal slowest
            began = time.perf_counter()
            answer = asked(*arguments)
            slowest = max(slowest, time.perf_counter() - began)
            return answer

        return ask

    with patch.object(Store, "rows", timed(Store.rows)), patch.object(Store, "query", timed(Store.query)):
        yield
    told.append(slowest)


def measure(part: Part, runs: int) -> str:
    """Milliseconds: all of it, and its slowest question, after one run that does not count."""
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
    """The heading and the cells of a store of that size."""
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
