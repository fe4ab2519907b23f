"""Simulate logs of any size, cached under bench/data/."""

import subprocess
import sys
from pathlib import Path

DATA = Path(__file__).parent / "data"


def simulated_logs(lines: int) -> Path:
    """Return the folder of uncompressed log files with about this many lines, made by the simulator if missing."""
    folder = DATA / f"{lines}"
    if not (folder / "truth.json").exists():
        command = [sys.executable, "-m", "sample_logs.simulator", "--out", str(folder), "--lines", str(lines)]
        subprocess.run([*command, "--compress", "none"], check=True, stdout=sys.stderr)
    return folder / "logs"
