"""Measure the processor time that open pages cost while lines arrive each second.

    python -m bench.open_pages [--requests 1000000] [--seconds 120]

Three pages ask as their fragments do: Customers and a customer's page each two seconds, Live errors its incidents each
five. The floor is the same process with the same lines and no page. Goal: each of the three answers takes a tenth of a
processor at most, however large the store is.
"""

import argparse
import json
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench.grown_store import grown_store
from bench.measured import table
from pixeldesk.desk.desk import Desk
from pixeldesk.errors import PixeldeskError
from pixeldesk.settings import Settings
from pixeldesk.store import open_store

_LINES_A_SECOND = 20


def _lines(batch: int) -> str:
    fields = {"method": "GET", "route": "/pixel/events", "status": 200, "customer_id": "cus_open"}
    now = datetime.now(UTC).isoformat()
    records = [{**fields, "timestamp": now, "request_id": f"req_open{batch}_{row}"} for row in range(_LINES_A_SECOND)]
    return "".join(json.dumps(record) + "\n" for record in records)


def _busiest_failing_customer(desk: Desk) -> str:
    (row,) = desk.store.rows(
        """SELECT customer_id FROM requests WHERE status >= 400 AND customer_id IS NOT NULL
        GROUP BY customer_id ORDER BY count(*) DESC LIMIT 1"""
    )
    return str(row["customer_id"])


def _repeat(work: Callable[[int], object], pause: float, stop: threading.Event) -> threading.Thread:
    def run() -> None:
        count = 0
        while not stop.is_set():
            try:
                work(count)
            except PixeldeskError as error:
                print(f"failed: {error}")
            count += 1
            stop.wait(pause)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def _share(desk: Desk, log: Path, first: int, seconds: float, pages: list[tuple[Callable[[], object], float]]) -> float:
    """Return the processors that this process used, while the lines arrived and the pages asked."""

    def read(count: int) -> None:
        log.write_text(_lines(first + count))
        desk.ingest([str(log)])

    stop = threading.Event()
    begun, used = time.perf_counter(), time.process_time()
    threads = [_repeat(read, 1.0, stop)]
    threads += [_repeat(lambda _, ask=ask: ask(), pause, stop) for ask, pause in pages]  # type: ignore[misc]
    time.sleep(seconds)
    share = (time.process_time() - used) / (time.perf_counter() - begun)
    stop.set()
    for thread in threads:
        thread.join()
    return share


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=120)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(db=Path(folder) / "pixeldesk.duckdb")
        grown_store(settings.db, arguments.requests).close()
        desk = Desk(settings, open_store(settings))
        customer = _busiest_failing_customer(desk)
        pages: list[tuple[Callable[[], object], float]] = [
            (desk.diagnosis_snapshot, 2.0),
            (lambda: desk.customer_in_background(customer).result(), 2.0),
            (desk.known_incidents, 5.0),
        ]
        for ask, _ in pages:
            ask()
        log = Path(folder) / "log.ndjson"
        floor = _share(desk, log, 0, arguments.seconds, [])
        asked = _share(desk, log, 1_000_000, arguments.seconds, pages)
        desk.close()
    table(
        "Three open pages while lines arrive each second",
        ["requests", "processors without pages", "with three pages", "the pages"],
        [[f"{arguments.requests:,}", f"{floor:.3f}", f"{asked:.3f}", f"{asked - floor:.3f}"]],
    )


if __name__ == "__main__":
    main()
