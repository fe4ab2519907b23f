"""Measure the processor time of ingest and of push against another checkout, such as that of an earlier commit.

    git worktree add ../before COMMIT
    python -m bench.against ../before [--lines 300000] [--runs 5]

Both take turns in one run, so that what else the machine does falls on both. Goal: no more than before.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from bench.measured import median, table
from bench.simulated_logs import simulated_logs

_HERE = Path(__file__).parents[1]
# Run in each checkout, so it uses only what both have.
_INGEST = """
import sys, tempfile
from pathlib import Path
from pixeldesk.desk.desk import Desk
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
with tempfile.TemporaryDirectory() as folder:
    settings = Settings(db=Path(folder) / "x.duckdb")
    desk = Desk(settings, open_store(settings))
    desk.ingest([sys.argv[1]])
    desk.store.close()
"""
_PUSH = """
import json, sys, tempfile, time
from itertools import islice
from pathlib import Path
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from pixeldesk.desk.desk import Desk
with tempfile.TemporaryDirectory() as folder:
    settings = Settings(db=Path(folder) / "x.duckdb")
    desk = Desk(settings, open_store(settings))
    files = sorted(Path(sys.argv[1]).rglob("*"), key=lambda file: file.stat().st_size, reverse=True)
    lines = list(islice((line for file in files if file.is_file() for line in file.open("rb")), 6000))
    posts = [b"".join(lines[start : start + 100]) for start in range(0, len(lines), 100)]
    begun = None
    for number, post in enumerate(posts):
        if number == 10:
            begun = time.process_time()
        desk.ingest_upload(f"{number}.log", post)
    print(json.dumps((time.process_time() - begun) / (len(posts) - 10)))
    desk.store.close()
"""


def _processor_s(checkout: Path, folder: Path) -> float:
    before = os.times()
    _run(checkout, _INGEST, folder)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def _run(checkout: Path, program: str, folder: Path) -> str:
    env = {**os.environ, "PYTHONPATH": str(checkout)}
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        cwd=checkout,
        env=env,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return done.stdout


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("other", type=Path)
    parser.add_argument("--lines", type=int, default=300_000)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    folder = simulated_logs(given.lines)
    checkouts = {"before": given.other.absolute(), "now": _HERE}
    ingests: dict[str, list[float]] = {name: [] for name in checkouts}
    pushes: dict[str, list[float]] = {name: [] for name in checkouts}
    for number in range(given.runs):
        for name, checkout in checkouts.items():
            ingests[name].append(_processor_s(checkout, folder))
            pushes[name].append(1000 * float(json.loads(_run(checkout, _PUSH, folder))))
            print(f"run {number + 1} {name}: {ingests[name][-1]:.2f} s, {pushes[name][-1]:.0f} ms", file=sys.stderr)
    rows = [
        [
            name,
            f"{median(ingests[name]):.2f}",
            f"{min(ingests[name]):.2f}",
            f"{median(pushes[name]):.0f}",
            f"{min(pushes[name]):.0f}",
        ]
        for name in checkouts
    ]
    title = f"Processor time: {given.lines:,} native lines, and 100 lines at a time; median and least of {given.runs}"
    table(title, ["checkout", "ingest s", "least", "100 lines ms", "least"], rows)


if __name__ == "__main__":
    main()
