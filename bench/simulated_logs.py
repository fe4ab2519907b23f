"""Logs of any size from the simulator, made once and kept under bench/data/."""

import subprocess
import sys
from pathlib import Path

DATA = Path(__file__).parent / "data"


def made_logs(lines: int) -> Path:
    """The folder of plain log files with so many lines."""
    folder = DATA / f"{lines}"
    if not (folder / "truth.json").exists():
        command = [sys.executable, "-m", "sample_logs.simulator", "--out", str(folder), "--lines", str(lines)]
        subprocess.run([*command, "--compress", "none"], check=True, stdout=sys.stderr)
    return folder / "logs"
