"""kill -9 of a process that follows a log which grows and rotates: every line is stored once in the end."""

import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from itertools import count
from pathlib import Path

from pixeldesk.server.handover.client import ask
from pixeldesk.server.handover.server_file import read_server_file
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.command import environment
from tests.conftest import ROOT
from tests.log_lines import as_bytes, request_line
from tests.survival.seen import seen
from tests.survival.test_kills import COMMAND
from tests.whole_store import differences

# `make kills` raises it.
KILLS = int(os.environ.get("PIXELDESK_KILLS", "3"))
# In the long form a file lives for some minutes, so that followers that are killed at once do not all miss it.
TURNS_PER_ROTATION, MOST_ROTATED = (7 if KILLS < 10 else 35), 300
# Small batches, so that a kill falls between two of one look.
SIZES = {
    "PIXELDESK_CHUNK_BYTES": "65536",
    "PIXELDESK_BATCH_BYTES": "131072",
    "PIXELDESK_MAX_LINE_BYTES": "4096",
}


class Server:
    """What writes a log in the background, in pieces that do not end with a line, and has it rotated."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._chosen = random.Random(KILLS)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write)
        self.written = 0

    def __enter__(self) -> "Server":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _write(self) -> None:
        writer = self._log.open("ab", buffering=0)
        for turn in count(1):
            lines = [request_line(request_id=f"req_{self.written + n:08}") for n in range(self._chosen.randrange(20))]
            content = as_bytes(lines)
            cut = self._chosen.randrange(len(content) + 1)
            writer.write(content[:cut])
            if turn % TURNS_PER_ROTATION == 0:
                self._rotate()
            if self._stop.wait(self._chosen.random() / 20):
                break
            # Whoever writes learns late that the file has another name by now.
            writer.write(content[cut:])
            self.written += len(lines)
            if turn % TURNS_PER_ROTATION == 0:
                writer.close()
                writer = self._log.open("ab", buffering=0)
            elif turn % TURNS_PER_ROTATION == 3:
                self._copy_and_truncate()
        writer.write(content[cut:])
        self.written += len(lines)
        writer.close()

    def _shifted(self) -> Path:
        """Make room for the newest of the rotated files, the oldest ones packed."""
        rotated = sorted(self._log.parent.glob("app.log.*"), key=lambda path: int(path.name.split(".")[2]))
        for path in reversed(rotated):
            number = int(path.name.split(".")[2]) + 1
            path = path.rename(path.with_name(f"app.log.{number}{'.gz' if path.suffix == '.gz' else ''}"))
            if number == 3:
                packed = path.with_name("app.log.3.gz")
                packed.with_name(".packing").write_bytes(gzip.compress(path.read_bytes()))
                packed.with_name(".packing").rename(packed)
                path.unlink()
            elif number > MOST_ROTATED:
                path.unlink()
        return self._log.with_name("app.log.1")

    def _rotate(self) -> None:
        self._log.rename(self._shifted())

    def _copy_and_truncate(self) -> None:
        shutil.copy(self._log, self._shifted())
        os.truncate(self._log, 0)


def follow(log: Path, settings: Settings) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", COMMAND, "ingest", str(log), "--follow", "--json", "--db", str(settings.db)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(SIZES), stdout=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


def lines_stored(settings: Settings) -> int:
    """The requests that a killed process left, once all that the store says agrees."""
    if not settings.db.exists():
        return 0
    store = open_store(settings)
    assert differences(store) == {}
    requests = int(store.rows("SELECT count(*) AS n FROM requests")[0]["n"])
    store.close()
    return requests


def test_killed_while_following(tmp_path: Path) -> None:
    settings = Settings(db=tmp_path / "x.duckdb")
    log = tmp_path / "logs" / "app.log"
    log.parent.mkdir()
    moments = random.Random(KILLS)
    before = 0
    with Server(log) as server:
        for kill in count(1):
            process = follow(log.parent, settings)
            with suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=moments.uniform(0.5, 3.5))
            process.kill()
            process.communicate()
            after = lines_stored(settings)
            assert after >= before
            before = after
            # On a slow machine some of them come before anything was read.
            if kill >= KILLS and before:
                break
    process = follow(log.parent, settings)
    try:
        latest = time.monotonic() + 120
        while stored_by(process, settings) < server.written:
            assert time.monotonic() < latest, "lines are lost"
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        report = json.loads(process.communicate(timeout=60)[0])
    finally:
        process.kill()
        process.communicate()
    assert (process.returncode, report["lost"]) == (0, [])
    assert lines_stored(settings) == server.written
    done = f"kill -9 of {kill:,} followers of a log that grows and rotates"
    seen(done, f"{server.written:,} lines, 0 lost, 0 doubled")


def stored_by(process: "subprocess.Popen[bytes]", settings: Settings) -> int:
    """The requests in the store that a process has."""
    assert process.poll() is None
    if read_server_file(settings.server_file) is None:
        return 0
    return int(ask(settings, "query", {"name": "coverage", "parameters": {}})[0]["all_requests"])
