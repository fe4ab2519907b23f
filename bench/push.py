"""Measure push: how long a post of 100 lines takes, and how many lines per second the server stores.

    python -m bench.push [--lines 100000] [--clients 1 50]

The server is the real one, in its own process. Each client has one connection and sends its next post after the answer
to the last, which comes after the commit. The floor is `pixeldesk ingest` of the same lines from a file.
"""

import argparse
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from bench.command import pixeldesk
from bench.measured import table
from bench.simulated_logs import simulated_logs

_APP = Path(__file__).parents[1] / "app.py"
_LINES_A_POST = 100
_TOKEN = "a-token-for-the-benchmark"
_TICKS = os.sysconf("SC_CLK_TCK")
_DEADLINE_S = 60.0


def _lines(count: int) -> list[bytes]:
    """Return `count` lines of the simulator's largest files."""
    files = sorted(simulated_logs(1_000_000).rglob("*"), key=lambda file: file.stat().st_size, reverse=True)
    every = (line for file in files if file.is_file() for line in file.open("rb"))
    return list(islice(every, count))


@contextmanager
def _server(folder: Path) -> Iterator[tuple[int, int]]:
    """Run the server with an empty store for the length of a `with` block. Yields its port and its process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"DB": str(folder / "x.duckdb"), "PORT": str(port), "PUSH_TOKENS": f"bench={_TOKEN}"}
    env = {**os.environ, **{f"PIXELDESK_{name}": value for name, value in settings.items()}}
    process = subprocess.Popen([sys.executable, str(_APP)], env=env, stdout=subprocess.DEVNULL)
    try:
        latest = time.monotonic() + _DEADLINE_S
        while not _is_healthy(port):
            if time.monotonic() > latest or process.poll() is not None:
                raise SystemExit("the server does not start")
            time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().read() == b'{"status":"ok"}'
    except OSError:
        return False
    finally:
        connection.close()


def _push(port: int, bodies: list[bytes]) -> list[float]:
    """Send posts as one client. Returns the seconds of each."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    seconds = []
    for body in bodies:
        begun = time.perf_counter()
        connection.request("POST", "/ingest", body, {"Authorization": f"Bearer {_TOKEN}"})
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise SystemExit(f"a post was answered with {response.status}")
        seconds.append(time.perf_counter() - begun)
    connection.close()
    return seconds


def _processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _row(clients: int, lines: list[bytes], folder: Path) -> list[str]:
    bodies = [b"".join(lines[start : start + _LINES_A_POST]) for start in range(0, len(lines), _LINES_A_POST)]
    # A single client is slow, and a tenth of the posts is enough to measure it.
    bodies = bodies[: max(20, len(bodies) // 10)] if clients == 1 else bodies
    with _server(folder) as (port, process), ThreadPoolExecutor(clients) as pool:
        _push(port, [bodies[0]])
        used, begun = _processor_seconds(process), time.perf_counter()
        found = sorted(
            second
            for seconds in pool.map(lambda n: _push(port, bodies[n::clients]), range(clients))
            for second in seconds
        )
        wall, cpu = time.perf_counter() - begun, _processor_seconds(process) - used
    count = len(bodies) * _LINES_A_POST
    p50, p95 = found[len(found) // 2], found[int(len(found) * 0.95)]
    return [
        f"push, {clients} at once",
        f"{len(bodies) / wall:,.0f}",
        f"{count / wall:,.0f}",
        f"{p50 * 1000:,.0f}",
        f"{p95 * 1000:,.0f}",
        f"{cpu / count * 1e6:,.0f}",
    ]


def _floor(lines: list[bytes], folder: Path) -> list[str]:
    log = folder / "floor.log"
    log.write_bytes(b"".join(lines))
    begun = os.times()
    done = pixeldesk("ingest", str(log), "--db", str(folder / "x.duckdb"))
    ended = os.times()
    cpu = ended.children_user + ended.children_system - begun.children_user - begun.children_system
    rate = len(lines) / done.seconds
    return ["pixeldesk ingest, one file", "", f"{rate:,.0f}", "", "", f"{cpu / len(lines) * 1e6:,.0f}"]


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 50])
    given = parser.parse_args()
    lines = _lines(given.lines)
    rows = []
    for clients in given.clients:
        with tempfile.TemporaryDirectory() as folder:
            rows.append(_row(clients, lines, Path(folder)))
    with tempfile.TemporaryDirectory() as folder:
        rows.append(_floor(lines, Path(folder)))
    head = ["how", "posts/s", "lines/s", "p50 ms", "p95 ms", "processor µs a line"]
    table(f"Push: {given.lines:,} lines, {_LINES_A_POST} a post, answered after the commit", head, rows)


if __name__ == "__main__":
    main()
