"""`make soak`: run the long form of everything that pixeldesk has to survive, and print a table of the findings.

Takes about an hour on two processors. PIXELDESK_KILLS sets how many processes each of four tests kills.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.command import ROOT

# More than a thousand kills in total: of a load, of a follower, of a server that is pushed to, of a migration.
KILLS = {
    "tests/survival/test_kills.py": 400,
    "tests/survival/test_follow_kills.py": 300,
    "tests/server/push/test_push_kills.py": 300,
    "tests/survival/test_migration_kills.py": 300,
}
OTHERS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("tests/survival", "not kills", {}),
    ("tests/ingest/test_load.py", "any_bytes or cannot_be_read", {"PIXELDESK_FUZZ_CASES": "5000"}),
    ("tests/ingest/following/test_follow_machine.py", "", {"PIXELDESK_FOLLOW_PROGRAMS": "2000"}),
    ("tests/ingest/sources/test_object_storage.py", "killed or lost or broken_off", {}),
)


def main() -> int:
    """Run everything, print the table, and return 1 if anything failed."""
    requested = os.environ.get("PIXELDESK_KILLS")
    kills = [(path, "", {"PIXELDESK_KILLS": requested or str(count)}) for path, count in KILLS.items()]
    rows: list[tuple[str, str, str]] = []
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for number, (path, chosen, env) in enumerate([*OTHERS, *kills]):
            findings = Path(folder) / str(number)
            begun = time.monotonic()
            command = [sys.executable, "-m", "pytest", path, "-q", "-p", "no:cacheprovider", "-k", chosen]
            done = subprocess.run(command, cwd=ROOT, env={**os.environ, **env, "PIXELDESK_SOAK": str(findings)})
            failed |= done.returncode != 0
            seconds = f"{time.monotonic() - begun:,.0f} s"
            rows += [(finding["done"], finding["found"], "") for finding in map(json.loads, _lines(findings))]
            name = " ".join([path, *(f"{key}={value}" for key, value in env.items())])
            rows.append((name, "passed" if done.returncode == 0 else "FAILED", seconds))
    print("\n| done | seen | took |\n| --- | --- | --- |")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    return int(failed)


def _lines(findings: Path) -> list[str]:
    return findings.read_text().splitlines() if findings.exists() else []


if __name__ == "__main__":
    sys.exit(main())
