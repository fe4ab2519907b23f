"""Run the real command line as a process and measure its seconds and its peak memory."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

_COMMAND = [sys.executable, "-m", "pixeldesk"]


@dataclass(frozen=True)
class Finished:
    """A command's JSON output, its seconds and its peak memory."""

    output: Any
    seconds: float
    peak_mib: float


def pixeldesk(*arguments: str) -> Finished:
    """Run the real command to its end. Its stderr goes to our own. Exits if the command fails."""
    started = time.perf_counter()
    process = subprocess.Popen([*_COMMAND, *arguments, "--json"], stdout=subprocess.PIPE)
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    # 1 means "not everything": a drawn world may contain lines that are refused.
    if process.returncode not in (0, 1):
        raise SystemExit(f"pixeldesk {arguments[0]} ended with {process.returncode}")
    # ru_maxrss is in KiB on Linux.
    return Finished(json.loads(printed), seconds, usage.ru_maxrss / 1024)
