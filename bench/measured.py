"""A child process measured: its own figures, its processor time and its peak memory."""

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
    """What a child did: `wall_s` as it told, processor seconds and peak memory as the system counted."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    told: dict[str, Any]


def run_child(module: str, *arguments: str) -> Measured:
    """Run `python -m module arguments`; it prints one JSON object with `wall_s`."""
    process = subprocess.Popen([sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE)
    assert process.stdout is not None
    told = json.loads(process.stdout.read().splitlines()[-1])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{module} {' '.join(arguments)} failed")
    # ru_maxrss is in KiB on Linux.
    return Measured(told["wall_s"], usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, told)


def median(values: Iterable[float]) -> float:
    """The middle value."""
    return statistics.median(values)


def table(title: str, head: list[str], rows: list[list[str]]) -> None:
    """Print a table in Markdown."""
    print(f"\n### {title}\n")
    for row in (head, ["---"] * len(head), *rows):
        print(f"| {' | '.join(row)} |")
