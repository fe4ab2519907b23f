"""Run a child process and measure its processor time and its peak memory."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

MIB = 1024 * 1024


@dataclass(frozen=True)
class Measured:
    """A child's JSON output with its own `wall_s`, and its processor seconds and peak memory by the system's count."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    output: dict[str, Any]


def run_child(module: str, *arguments: str) -> Measured:
    """Run `python -m module arguments`, which prints a JSON object with `wall_s` as its last line."""
    process = subprocess.Popen([sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE)
    assert process.stdout is not None
    output = json.loads(process.stdout.read().splitlines()[-1])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{module} {' '.join(arguments)} failed")
    # ru_maxrss is in KiB on Linux.
    return Measured(output["wall_s"], usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output)


def median(values: Iterable[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def table(title: str, head: list[str], rows: list[list[str]]) -> None:
    """Print a table in Markdown."""
    print(f"\n### {title}\n")
    for row in (head, ["---"] * len(head), *rows):
        print(f"| {' | '.join(row)} |")
