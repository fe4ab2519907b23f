"""Measure other log formats against the native one, with the same requests written as each program writes them.

    python -m bench.formats [--requests 300000] [--runs 3]

The floor is the native format. Each file is loaded into an empty store by its own process, in turn, with its format
detected. `processor` is the figure to compare, since the machine may be busy. Goal: at most twice the native format's
processor time.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.measured import Measured, median, run_child, table
from pixeldesk.desk.desk import Desk
from pixeldesk.settings import Settings
from pixeldesk.store import open_store

_START = datetime(2026, 11, 16, tzinfo=UTC)
Line = dict[str, Any] | str


def _pixel(number: int, when: datetime) -> Line:
    return {
        "timestamp": when.isoformat(),
        "level": "info",
        "message": "request finished",
        "request_id": f"req_{number:016x}",
        "environment": "production",
        "host": "api-1",
        "method": "GET",
        "route": "/v1/pipes/{name}.json",
        "path": f"/v1/pipes/top_pages.json?n={number}",
        "status": 200,
        "duration_ms": 12.5,
        "customer_id": f"cus_{number % 500}",
        "client": {"ip": "203.0.113.9", "user_agent": "python-requests/2.32"},
    }


def _pino(number: int, when: datetime) -> Line:
    return {
        "level": 30,
        "time": int(when.timestamp() * 1000),
        "pid": 4711,
        "hostname": "api-1",
        "req": {
            "id": f"req_{number:016x}",
            "method": "GET",
            "url": f"/v1/pipes/top_pages.json?n={number}",
            "headers": {"user-agent": "python-requests/2.32", "x-forwarded-for": "203.0.113.9"},
            "remoteAddress": "10.0.0.7",
        },
        "res": {"statusCode": 200},
        "responseTime": 12.5,
        "customerId": f"cus_{number % 500}",
        "msg": "request completed",
    }


def _nginx(number: int, when: datetime) -> Line:
    return {
        "time_iso8601": when.isoformat(),
        "request_id": f"req_{number:016x}",
        "remote_addr": "203.0.113.9",
        "request_method": "GET",
        "request_uri": f"/v1/pipes/top_pages.json?n={number}",
        "status": "200",
        "request_time": "0.012",
        "host": "api.example.com",
        "http_user_agent": "python-requests/2.32",
        "upstream_status": "200",
    }


def _docker(number: int, when: datetime) -> Line:
    inner = json.dumps(_pino(number, when)) + "\n"
    return {"log": inner, "stream": "stdout", "time": when.isoformat().replace("+00:00", "Z")}


def _cri(number: int, when: datetime) -> str:
    return f"{when.isoformat().replace('+00:00', 'Z')} stdout F {json.dumps(_pino(number, when))}"


def _combined(number: int, when: datetime) -> str:
    return (
        f'203.0.113.9 - - [{when:%d/%b/%Y:%H:%M:%S} +0000] "GET /v1/pipes/top_pages.json?n={number} HTTP/1.1" 200 1234 '
        '"-" "python-requests/2.32"'
    )


_WRITERS: dict[str, Callable[[int, datetime], Line]] = {
    "pixel": _pixel,
    "pino": _pino,
    "nginx": _nginx,
    "docker/pino": _docker,
    "cri/pino": _cri,
    "combined": _combined,
}


def lines_of(name: str, requests: int) -> Iterator[str]:
    """Yield requests as a program writes them, a line each: `pixel`, `pino`, `docker/pino` and so on."""
    for number in range(requests):
        when = _START + timedelta(milliseconds=200 * number)
        line = _WRITERS[name](number, when)
        yield (line if isinstance(line, str) else json.dumps(line, separators=(",", ":"))) + "\n"


def _child(file: str) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        settings = Settings(db=Path(temporary) / "x.duckdb")
        store = open_store(settings)
        started = time.perf_counter()
        report = Desk(settings, store).ingest([file])
        store.close()
        seconds = time.perf_counter() - started
    print(json.dumps({"wall_s": seconds, "requests": report.requests, "formats": report.formats}))


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=300_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--child", metavar="FILE", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        _child(given.child)
        return
    runs: dict[str, list[Measured]] = {name: [] for name in _WRITERS}
    with tempfile.TemporaryDirectory() as temporary:
        files = {name: Path(temporary) / f"{name.replace('/', '-')}.ndjson" for name in _WRITERS}
        for name, file in files.items():
            with file.open("w") as output:
                output.writelines(lines_of(name, given.requests))
        for number in range(given.runs):
            for name, file in files.items():
                found = run_child("bench.formats", "--child", str(file))
                if (found.output["requests"], list(found.output["formats"])) != (given.requests, [name]):
                    raise SystemExit(f"{name}: {found.output}")
                runs[name].append(found)
                print(f"run {number + 1} {name}: {found.wall_s:.2f} s", file=sys.stderr)
        sizes = {name: file.stat().st_size / 1e6 for name, file in files.items()}
    rows = [
        [
            name,
            f"{sizes[name]:.0f}",
            f"{median(run.wall_s for run in runs[name]):.2f}",
            f"{median(run.cpu_s for run in runs[name]):.1f}",
            f"{median(a.cpu_s / b.cpu_s for a, b in zip(runs[name], runs['pixel'], strict=True)):.2f}",
            f"{max(run.peak_mib for run in runs[name]):.0f}",
        ]
        for name in _WRITERS
    ]
    head = ["format", "MB", "wall s", "processor s", "processor to native", "peak MiB"]
    table(f"Formats, {given.requests:,} requests each, median of {given.runs}", head, rows)


if __name__ == "__main__":
    main()
