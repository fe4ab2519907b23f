"""Measure following: how soon an appended line is found, and what following costs while files are idle.

    python -m bench.follow [--appends 40] [--requests 1000000] [--idle 30]

Beside a store of `--requests` requests, 100 idle files and a growing file are followed as by `pixeldesk ingest
--follow`. Each append is one line; its delay ends when a lookup in the same process finds it. The floor of the idle
part is the same process without following. Goals: 3 s, and under 0.5 % of a processor.
"""

import argparse
import json
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.measured import table
from bench.simulated_logs import simulated_logs
from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.following.files import FileFollower
from pixeldesk.settings import Settings
from pixeldesk.store import open_store

_IDLE_FILES = 100
_DEADLINE_S = 30.0


def _line(request_id: str) -> str:
    now = datetime.now(UTC).isoformat()
    record = {"timestamp": now, "request_id": request_id, "method": "GET", "route": "/v1/x", "status": 200}
    return json.dumps(record) + "\n"


def _is_there(desk: Desk, request_id: str) -> bool:
    sql = "SELECT count(*) AS n FROM requests WHERE request_id = $id"
    return bool(desk.store.rows(sql, {"id": request_id})[0]["n"])


def _delays(desk: Desk, log: Path, appends: int) -> list[float]:
    delays = []
    for number in range(appends):
        request_id = f"req_bench{number}"
        begun = time.perf_counter()
        with log.open("a") as file:
            file.write(_line(request_id))
        while not _is_there(desk, request_id):
            if time.perf_counter() - begun > _DEADLINE_S:
                raise SystemExit("an appended line is not found")
            time.sleep(0.01)
        delays.append(time.perf_counter() - begun)
        # Vary the pauses, so that appends are not synchronous with the follower's polls.
        time.sleep(0.3 + (number * 0.37) % 1.7)
    return sorted(delays)


def _processor_share(seconds: float) -> float:
    begun, used = time.perf_counter(), time.process_time()
    time.sleep(seconds)
    return (time.process_time() - used) / (time.perf_counter() - begun)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--appends", type=int, default=40)
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--idle", type=float, default=30.0, help="seconds")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "logs"
        folder.mkdir()
        for number in range(_IDLE_FILES):
            (folder / f"idle{number}.log").write_text(_line(f"req_idle{number}"))
        log = folder / "growing.log"
        log.write_text(_line("req_first"))
        settings = Settings(db=Path(temporary) / "x.duckdb")
        store = open_store(settings)
        desk = Desk(settings, store)
        desk.ingest([str(simulated_logs(given.requests))])
        floor = _processor_share(given.idle)
        stop = threading.Event()
        thread = threading.Thread(target=FileFollower(store, settings, [str(folder)]).run, args=(stop,))
        thread.start()
        while not _is_there(desk, "req_first"):
            time.sleep(0.05)
        delays = _delays(desk, log, given.appends)
        time.sleep(15)  # Until the poll interval is longest and last lines without a line end are settled.
        idle = _processor_share(given.idle)
        stop.set()
        thread.join()
        store.close()
    rows = [
        [
            f"{given.requests:,}",
            f"{delays[len(delays) // 2]:.2f}",
            f"{delays[int(len(delays) * 0.95)]:.2f}",
            f"{delays[-1]:.2f}",
            f"{100 * idle:.2f} %",
            f"{100 * floor:.2f} %",
        ]
    ]
    head = ["requests there", "found after s, p50", "p95", "most", f"processor idle, {_IDLE_FILES + 1} files", "floor"]
    table(f"Follow, {given.appends} appended lines", head, rows)


if __name__ == "__main__":
    main()
