"""`make soak`: the long form of all that pixeldesk has to survive, and a table of what was seen.

Takes about an hour on two processors. PIXELDESK_KILLS sets how many processes are killed in each of three places.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.command import ROOT

# Together a thousand, as follows: of a load, of a follower, of a server that is pushed to.
_KILLS = {"tests/test_kills.py": 400, "tests/test_follow_kills.py": 300, "tests/push/test_push_kills.py": 300}
_OTHERS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("tests/survival", "", {}),
    ("tests/ingest/test_load.py", "any_bytes or cannot_be_read", {"PIXELDESK_FUZZ_CASES": "5000"}),
    ("tests/ingest/test_follow_machine.py", "", {"PIXELDESK_FOLLOW_PROGRAMS": "2000"}),
    ("tests/ingest/test_object_storage.py", "killed or lost or broken_off", {}),
)


def main() -> int:
    """Run everything, print the table, and return 1 if anything failed."""
    given = os.environ.get("PIXELDESK_KILLS")
    kills = [(path, "", {"PIXELDESK_KILLS": given or str(count)}) for path, count in _KILLS.items()]
    rows: list[tuple[str, str, str]] = []
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for number, (path, chosen, env) in enumerate([*_OTHERS, *kills]):
            noted = Path(folder) / str(number)
            begun = time.monotonic()
            command = [sys.executable, "-m", "pytest", path, "-q", "-p", "no:cacheprovider", "-k", chosen]
            done = subprocess.run(command, cwd=ROOT, env={**os.environ, **env, "PIXELDESK_SOAK": str(noted)})
            failed |= done.returncode != 0
            seconds = f"{time.monotonic() - begun:,.0f} s"
            rows += [(one["done"], one["found"], "") for one in map(json.loads, _lines(noted))]
            name = " ".join([path, *(f"{key}={value}" for key, value in env.items())])
            rows.append((name, "passed" if done.returncode == 0 else "FAILED", seconds))
    print("\n| done | seen | took |\n| --- | --- | --- |")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    return int(failed)


def _lines(noted: Path) -> list[str]:
    return noted.read_text().splitlines() if noted.exists() else []


if __name__ == "__main__":
    sys.exit(main())
