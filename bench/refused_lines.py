"""Measure what refused lines cost: a file with one bad line in ten against the same file without any.

    python -m bench.refused_lines [--requests 200000] [--runs 3]

The floor is the clean file, loaded in turn by its own process. A bad line is explained in Python, line by line, while
good lines are not, so the figure to watch is the processor time per bad line: `extra ms per bad line`. Goal: 0.15 ms.
The bad lines take turns: a text for the status, a text for the duration, a time without an offset, a line cut in half.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.formats import lines_of
from bench.measured import Measured, median, run_child, table

_EVERY = 10
_PIXEL_FAULTS: tuple[dict[str, Any], ...] = (
    {"status": "abc"},
    {"duration_ms": "fast"},
    {"timestamp": "2026-11-16 09:12:44"},
)
_PINO_FAULTS: tuple[dict[str, Any], ...] = ({"res": {"statusCode": "abc"}}, {"responseTime": "fast"}, {"time": "9:12"})


def _spoilt_pixel(line: str, turn: int) -> str:
    turn %= len(_PIXEL_FAULTS) + 1
    return line[: len(line) // 2] if turn == len(_PIXEL_FAULTS) else json.dumps(json.loads(line) | _PIXEL_FAULTS[turn])


def _spoilt_docker(line: str, turn: int) -> str:
    envelope = json.loads(line)
    inner = json.loads(envelope["log"]) | _PINO_FAULTS[turn % len(_PINO_FAULTS)]
    return json.dumps(envelope | {"log": json.dumps(inner) + "\n"})


_SPOILERS: dict[str, Callable[[str, int], str]] = {"pixel": _spoilt_pixel, "docker/pino": _spoilt_docker}


def _with_bad_lines(name: str, requests: int) -> Iterator[str]:
    for number, line in enumerate(lines_of(name, requests)):
        # The first lines stay good, since a source's format is detected by them.
        is_bad = number % _EVERY == _EVERY - 1
        yield _SPOILERS[name](line, number // _EVERY).rstrip("\n") + "\n" if is_bad else line


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    bad = given.requests // _EVERY
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        for name in _SPOILERS:
            clean, spoilt = (Path(temporary) / f"{kind}.ndjson" for kind in ("clean", "spoilt"))
            with clean.open("w") as output:
                output.writelines(lines_of(name, given.requests))
            with spoilt.open("w") as output:
                output.writelines(_with_bad_lines(name, given.requests))
            rows.append([name, *_compared(clean, spoilt, given.requests, bad, given.runs)])
    head = ["format", "clean processor s", "one bad in ten processor s", "ratio", "extra ms per bad line", "peak MiB"]
    table(f"Refused lines, {bad:,} in {given.requests:,}, median of {given.runs}", head, rows)


def _compared(clean: Path, spoilt: Path, requests: int, bad: int, runs: int) -> list[str]:
    floor: list[Measured] = []
    found: list[Measured] = []
    for number in range(runs):
        floor.append(run_child("bench.formats", "--child", str(clean)))
        found.append(run_child("bench.formats", "--child", str(spoilt)))
        if found[-1].output["requests"] != requests - bad:
            raise SystemExit(f"{spoilt}: {found[-1].output}")
        print(f"run {number + 1}: {floor[-1].cpu_s:.2f} s, {found[-1].cpu_s:.2f} s", file=sys.stderr)
    extra = median((b.cpu_s - a.cpu_s) / bad * 1000 for a, b in zip(floor, found, strict=True))
    return [
        f"{median(each.cpu_s for each in floor):.1f}",
        f"{median(each.cpu_s for each in found):.1f}",
        f"{median(b.cpu_s / a.cpu_s for a, b in zip(floor, found, strict=True)):.2f}",
        f"{extra:.3f}",
        f"{max(each.peak_mib for each in found):.0f}",
    ]


if __name__ == "__main__":
    main()
