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
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from pixeldesk.desk.commands.query import Query
from pixeldesk.server.handover.client import ask
from pixeldesk.server.handover.server_file import read_server_file
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.command import environment
from tests.conftest import ROOT
from tests.log_lines import Line, as_bytes, event_line, request_line
from tests.patience import PATIENCE_S, wait_until
from tests.survival.seen import seen
from tests.survival.test_kills import COMMAND
from tests.whole_store import differences

# `make kills` raises it.
KILLS = int(os.environ.get("PIXELDESK_KILLS", "3"))
# In the long form a file lives for some minutes, so that followers that are killed at once do not all miss it.
TURNS_PER_ROTATION, MOST_ROTATED, MOST_UNREAD = (7 if KILLS < 10 else 35), 300, 150
# Small batches, so that a kill falls between two of one look.
SIZES = {
    "PIXELDESK_CHUNK_BYTES": "65536",
    "PIXELDESK_BATCH_BYTES": "131072",
    "PIXELDESK_MAX_LINE_BYTES": "4096",
}


# Nothing in it identifies it.
EQUAL: Line = event_line(request_id=None, timestamp=1_763_284_364, message="tick")


class Server:
    """What writes a log in the background, in pieces that do not end with a line, and has it rotated.

    It waits with a rotation while too much is unread: else it would hang on the machine whether lines are lost.
    """

    def __init__(self, log: Path) -> None:
        self._log = log
        self._chosen = random.Random(KILLS)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write)
        self._written_at_rotation: list[int] = []
        self.written = 0
        self.most_equal = 0
        """How many equal lines the file has that has the most."""
        self.stored = 0
        """How many lines are stored, up to the first that is not; set by whoever has looked."""

    def __enter__(self) -> "Server":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _write(self) -> None:
        writer = self._log.open("ab", buffering=0)
        equal_here = 0
        for turn in count(1):
            lines = [
                request_line(request_id=f"req_{self.written + n:08}") for n in range(self._chosen.randrange(1, 20))
            ]
            equal = [EQUAL] * self._chosen.randrange(4)
            content = as_bytes([*lines, *equal])
            cut = self._chosen.randrange(len(content) + 1)
            writer.write(content[:cut])
            if turn % TURNS_PER_ROTATION == 0:
                self._wait_for_readers()
                # The line that is cut here ends up in this file.
                self._rotate(self.written + len(lines))
            if self._stop.wait(self._chosen.random() / 20):
                break
            # Whoever writes learns late that the file has another name by now.
            writer.write(content[cut:])
            self.written += len(lines)
            equal_here += len(equal)
            self.most_equal = max(self.most_equal, equal_here)
            if turn % TURNS_PER_ROTATION == 0:
                writer.close()
                writer = self._log.open("ab", buffering=0)
                equal_here = 0
            elif turn % TURNS_PER_ROTATION == 3:
                self._copy_and_truncate()
                equal_here = 0
        writer.write(content[cut:])
        self.written += len(lines)
        self.most_equal = max(self.most_equal, equal_here + len(equal))
        writer.close()

    def _wait_for_readers(self) -> None:
        """What is thrown away was read when it had its last line, since much that was written later is stored."""
        unread = self._written_at_rotation[:-MOST_UNREAD]
        while unread and unread[-1] > self.stored and not self._stop.wait(0.05):
            pass

    def _shifted(self, written: int) -> Path:
        """Make room for the newest of the rotated files, the oldest ones packed. It ends with line `written`."""
        self._written_at_rotation.append(written)
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

    def _rotate(self, written: int) -> None:
        self._log.rename(self._shifted(written))

    def _copy_and_truncate(self) -> None:
        shutil.copy(self._log, self._shifted(self.written))
        os.truncate(self._log, 0)


@contextmanager
def follow(log: Path, settings: Settings) -> Iterator["subprocess.Popen[bytes]"]:
    """Follow a log in a process of its own, which is killed at the end of the block."""
    command = [sys.executable, "-c", COMMAND, "ingest", str(log), "--follow", "--json", "--db", str(settings.db)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(SIZES), stdout=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def lines_stored(settings: Settings) -> tuple[int, int]:
    """The requests that a killed process left, and how many of them come before the first that is not there.

    All that the store says has to agree.
    """
    if not settings.db.exists():
        return 0, 0
    store = open_store(settings)
    assert differences(store) == {}
    numbered = "SELECT request_id, row_number() OVER (ORDER BY request_id) - 1 AS n FROM requests"
    (found,) = store.rows(
        f"""SELECT count(*) AS requests, count(*) FILTER (request_id = 'req_' || lpad(n::VARCHAR, 8, '0')) AS first
            FROM ({numbered})"""
    )
    store.close()
    return int(found["requests"]), int(found["first"])


def test_killed_while_following(tmp_path: Path) -> None:
    settings = Settings(db=tmp_path / "x.duckdb")
    log = tmp_path / "logs" / "app.log"
    log.parent.mkdir()
    moments = random.Random(KILLS)
    before = 0
    with Server(log) as server:
        for kill in range(1, KILLS + 1):
            with follow(log.parent, settings) as process:
                if kill % 2 == 0:  # However slow the machine is, every other one gets on.
                    wait_until(partial(has_stored, process, settings, before + 1), "a follower stores lines")
                with pytest.raises(subprocess.TimeoutExpired):  # It does not end by itself.
                    process.communicate(timeout=moments.uniform(0.5, 3.5))
            after, server.stored = lines_stored(settings)
            assert after >= before
            before = after
    assert before or KILLS == 1
    with follow(log.parent, settings) as process:
        wait_until(partial(has_stored, process, settings, server.written), "every line is stored")
        process.send_signal(signal.SIGINT)
        report = json.loads(process.communicate(timeout=PATIENCE_S)[0])
    assert (process.returncode, report["lost"]) == (0, [])
    assert lines_stored(settings) == (server.written, server.written)
    with closing(open_store(settings)) as store:
        assert store.rows("SELECT count(*) AS events FROM events") == [{"events": server.most_equal}]
    done = f"kill -9 of {kill:,} followers of a log that grows and rotates"
    seen(done, f"{server.written:,} lines, 0 lost, 0 doubled")


def has_stored(process: "subprocess.Popen[bytes]", settings: Settings, lines: int) -> bool:
    """Whether the store that a process has holds so many requests."""
    assert process.poll() is None
    if read_server_file(settings.server_file) is None:
        return False
    return int(str(ask(settings, Query(name="coverage"))[0]["all_requests"])) >= lines
