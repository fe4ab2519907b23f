"""Whatever happens to followed log files, nothing is lost silently and nothing is stored twice.

Some lines are equal. Of them the store must have as many as the file that has the most.
"""

import gzip
import json
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pixeldesk.ingest.following.files import FileFollower
from pixeldesk.ingest.load import Progress, load
from pixeldesk.ingest.sources.find_sources import find_sources
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.log_lines import event_line, moment
from tests.whole_store import differences

# `make fuzz` raises it.
PROGRAMS = int(os.environ.get("PIXELDESK_FOLLOW_PROGRAMS", "6"))
STEPS = int(os.environ.get("PIXELDESK_FOLLOW_STEPS", "25"))
# Few fields: with so few lines, planning the statement for all native fields would take most of the time.
FORMAT = """
name = "few-fields"
title = "A few fields"
recognised_by = [["timestamp", "request_id"], ["timestamp", "status"]]
fields = { timestamp = "timestamp", request_id = "request_id", status = "status", message = "message" }
"""
# Longer than the head by which a file is recognised.
SAME_START = json.dumps(event_line(message="started " + "x" * 5000)).encode() + b"\n"
# Without an id, and at a whole second.
EQUAL_LINE = json.dumps({"timestamp": moment(), "status": 429}).encode()
EQUAL = "an equal line"
LIVE, FIRST, SECOND = "app.log", "app.log.1", "app.log.2"


class KilledError(Exception):
    """The process was killed in the middle of a poll."""


@dataclass(eq=False)
class File:
    """A file, whatever its name is. `ids`: the requests whose lines are complete in it; EQUAL for each equal line."""

    writer: BinaryIO | None = None
    ids: list[str] = field(default_factory=list)
    half: tuple[str | None, bytes, bytes] | None = None
    """A half-written line: its id unless it is torn, the part that was written, and the rest."""
    is_known: bool = False
    """Lines that no other file begins with were stored from it since it was last truncated."""
    is_held: bool = False
    """The follower has polled it since it started."""
    is_foreign: bool = False
    """It was rotated before anything was followed."""
    packed_at: float | None = None
    """The follower's clock when it first polled the file compressed; it waits until such a file is quiet."""


class Following(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="pixeldesk-follow-"))
        self.logs = self.folder / "logs"
        self.logs.mkdir()
        self.stores = 0
        (self.folder / "few-fields.toml").write_text(FORMAT)
        self.settings = Settings(
            db=self.folder / "0.duckdb",
            formats=self.folder / "few-fields.toml",
            chunk_bytes=16384,
            max_line_bytes=8192,
            batch_bytes=4096,
            memory_mib=256,
        )
        self.store = open_store(self.settings)
        self.clock = 1000.0
        self.follower: FileFollower | None = None
        self.files: dict[str, File] = {}
        self.nameless: list[File] = []
        self.writers: list[BinaryIO] = []
        self.written: list[str] = []
        self.must: set[str] = set()
        self.equal_read = 0
        self.equal_written = 0
        self.garbage: set[str] = set()
        self.was_looked_at = False
        self.expects_loss = False
        self.latest_loss = datetime.min

    @initialize(whole_folder=st.booleans())
    def begin(self, whole_folder: bool) -> None:
        self.whole_folder = whole_folder
        self.path = str(self.logs if whole_folder else self.logs / LIVE)
        self.resume()

    # --- writers

    def line(self, is_equal: bool = False) -> tuple[str, bytes]:
        if is_equal:
            return EQUAL, EQUAL_LINE
        request_id = f"req_{len(self.written):06}"
        self.written.append(request_id)
        fields = {"timestamp": moment(len(self.written)), "request_id": request_id, "status": 200}
        return request_id, json.dumps(fields).encode()

    def append(self, file: File, count: int, equal: int = 0) -> None:
        assert file.writer is not None
        if file.half is not None:
            request_id, _, rest = file.half
            file.writer.write(rest + b"\n")
            file.ids += [request_id] if request_id else []
            file.half = None
        for number in range(count + equal):
            request_id, content = self.line(is_equal=number >= count)
            file.writer.write(content + b"\n")
            file.ids.append(request_id)
        self.equal_written = max(self.equal_written, file.ids.count(EQUAL))

    def live(self, same_start: bool = False) -> File:
        if LIVE not in self.files:
            writer = (self.logs / LIVE).open("ab", buffering=0)
            self.writers.append(writer)
            self.files[LIVE] = File(writer)
            writer.write(SAME_START if same_start else b"")
        return self.files[LIVE]

    @rule(count=st.integers(1, 3), equal=st.integers(0, 3), same_start=st.booleans())
    def write(self, count: int, equal: int, same_start: bool) -> None:
        self.append(self.live(same_start), count, equal)

    @rule(share=st.sampled_from([0.1, 0.6, 1.0]), is_equal=st.booleans())
    def half_write(self, share: float, is_equal: bool) -> None:
        file = self.live()
        assert file.writer is not None
        if file.half is None:
            request_id, content = self.line(is_equal)
            cut = round(len(content) * share)
            file.writer.write(content[:cut])
            file.half = (request_id, content[:cut], content[cut:])
            if is_equal and cut == len(content):
                self.equal_written = max(self.equal_written, file.ids.count(EQUAL) + 1)

    @rule(count=st.integers(1, 2), equal=st.integers(0, 2), choice=st.integers(0, 9))
    def write_to_a_rotated_file(self, count: int, equal: int, choice: int) -> None:
        others = [file for name, file in self.files.items() if name != LIVE] + self.nameless
        rotated = [file for file in others if file.writer]
        if rotated:
            self.append(rotated[choice % len(rotated)], count, equal)

    # --- rotation

    def tear(self, file: File) -> None:
        """A half-written line stays in two pieces."""
        if file.half is not None:
            _, written, rest = file.half
            self.garbage |= {written.decode(), rest.decode()}
            file.half = (None, b"", rest)

    def cannot_be_seen(self, file: File) -> None:
        """The loss must be reported if the follower could know that there was something to lose."""
        others = [*self.files.values(), *(file for file in self.nameless if file.is_held)]
        left = {request_id for other in others if other is not file for request_id in other.ids}
        if file.is_known and set(file.ids) - {EQUAL} - self.must - left:
            self.expects_loss = True

    def drop(self, name: str) -> None:
        file = self.files.pop(name, None)
        if file is not None:
            (self.logs / name).unlink()
            if file.is_held:
                self.nameless.append(file)
            else:
                self.tear(file)
                self.cannot_be_seen(file)

    def rename(self, old: str, new: str) -> None:
        if old in self.files:
            self.drop(new)
            (self.logs / old).rename(self.logs / new)
            self.files[new] = self.files.pop(old)

    def shift(self) -> None:
        for ending in ("", ".gz"):
            self.drop(SECOND + ending)
            self.rename(FIRST + ending, SECOND + ending)

    @precondition(lambda self: LIVE in self.files)
    @rule(again=st.booleans())
    def rotate(self, again: bool) -> None:
        self.shift()
        self.rename(LIVE, FIRST)
        if again:
            self.live()

    @precondition(lambda self: LIVE in self.files)
    @rule()
    def copy_and_truncate(self) -> None:
        self.shift()
        file = self.files[LIVE]
        shutil.copy(self.logs / LIVE, self.logs / FIRST)
        self.files[FIRST] = File(ids=list(file.ids), is_known=file.is_known)
        self.tear(file)
        self.cut(file)

    def cut(self, file: File) -> None:
        os.truncate(self.logs / LIVE, 0)
        file.ids = []
        file.is_known = False

    @precondition(lambda self: LIVE in self.files)
    @rule()
    def truncate(self) -> None:
        file = self.files[LIVE]
        self.tear(file)
        self.cannot_be_seen(file)
        self.cut(file)

    @precondition(lambda self: LIVE in self.files)
    @rule()
    def delete(self) -> None:
        self.drop(LIVE)

    @precondition(lambda self: FIRST in self.files and FIRST + ".gz" not in self.files)
    @rule()
    def compress(self) -> None:
        path, file = self.logs / FIRST, self.files[FIRST]
        compressed = path.with_name(FIRST + ".gz")
        compressed.write_bytes(gzip.compress(path.read_bytes()))
        modified = path.stat().st_mtime_ns
        os.utime(compressed, ns=(modified, modified))
        self.tear(file)
        self.files[compressed.name] = File(ids=list(file.ids), is_known=file.is_known, is_foreign=file.is_foreign)
        self.drop(FIRST)

    # --- the follower

    @precondition(lambda self: self.follower is None)
    @rule()
    def resume(self) -> None:
        self.follower = FileFollower(self.store, self.settings, [self.path], "few-fields", clock=lambda: self.clock)

    @precondition(lambda self: self.follower is not None)
    @rule(seconds=st.sampled_from([1.0, 1.0, 3.0, 12.0]))
    def poll(self, seconds: float) -> None:
        assert self.follower is not None
        self.clock += seconds
        self.follower.poll()
        self.reckon()
        self.check()

    def reckon(self) -> None:
        """Check that everything that could be read is stored."""
        was_looked_at, self.was_looked_at = self.was_looked_at, self.was_looked_at or LIVE in self.files
        for name, file in self.files.items():
            if not self.whole_folder and name != LIVE:
                file.is_foreign = file.is_foreign or not was_looked_at
                if file.is_foreign:
                    continue
            file.is_held = True
            if name.endswith(".gz") and file.packed_at is None:
                file.packed_at = self.clock
        for file in [*self.files.values(), *self.nameless]:
            is_read = file.packed_at is None or self.clock - file.packed_at >= 2
            if file.is_held and is_read:
                ids = set(file.ids) - {EQUAL}
                self.must |= ids
                self.equal_read = max(self.equal_read, file.ids.count(EQUAL))
                file.is_known = bool(ids)

    def check(self) -> None:
        ids = [row["request_id"] for row in self.store.rows("SELECT request_id FROM requests")]
        stored = {request_id for request_id in ids if request_id.startswith("req_")}
        assert self.equal_read <= len(ids) - len(stored) <= self.equal_written
        assert self.must <= stored, f"lost: {sorted(self.must - stored)}"
        assert stored <= set(self.written)
        assert differences(self.store) == {}, differences(self.store)
        latest = self.store.rows("SELECT max(noticed_at) AS at FROM losses")[0]["at"] or datetime.min
        assert latest > self.latest_loss or not self.expects_loss, "a loss was not reported"
        self.latest_loss, self.expects_loss = max(latest, self.latest_loss), False

    @precondition(lambda self: self.follower is not None)
    @rule(calls=st.none() | st.integers(0, 3))
    def kill(self, calls: int | None) -> None:
        """Kill the process between two polls, or after so many steps of one, with the disk as it is then."""
        assert self.follower is not None
        if calls is not None:
            self.clock += 1
            left = iter(range(calls))

            def interrupt(_: Progress) -> None:
                if next(left, None) is None:
                    raise KilledError

            with suppress(KilledError):
                self.follower.poll(interrupt)
        self.stores += 1
        crashed, self.settings = (
            self.settings.db,
            self.settings.model_copy(update={"db": self.folder / f"{self.stores}.duckdb"}),
        )
        for ending in ("", ".wal"):
            if Path(f"{crashed}{ending}").exists():
                shutil.copy(f"{crashed}{ending}", f"{self.settings.db}{ending}")
        self.follower.close()
        self.store.close()
        self.store = open_store(self.settings)
        self.follower = None
        for file in [*self.files.values(), *self.nameless]:
            file.is_held = False
            file.packed_at = None
        for file in self.nameless:
            self.tear(file)
        self.nameless = []

    @rule()
    def ingest_once(self) -> None:
        """Read the same files by the command that does not follow."""
        for file in self.files.values():
            if file.half is not None:
                self.garbage |= {file.half[1].decode(), file.half[2].decode()}
        load(self.store, self.settings, find_sources([self.path]), "few-fields")
        # It takes the content of a path for the file of that path, and does not search for a file that was replaced.
        for file in self.files.values():
            file.is_known = False
        self.expects_loss = False

    def teardown(self) -> None:
        try:
            if hasattr(self, "path"):
                self.finish()
        finally:
            if self.follower is not None:
                self.follower.close()
            self.store.close()
            for writer in self.writers:
                writer.close()
            shutil.rmtree(self.folder)

    def finish(self) -> None:
        """The writer completes its line; then only torn lines are in quarantine."""
        if self.follower is None:
            self.resume()
        self.poll(1.0)
        for file in [*self.files.values(), *self.nameless]:
            if file.half is not None:
                self.append(file, 0)
        for _ in range(3):
            self.poll(12.0)
        excerpts = [row["excerpt"] for row in self.store.rows("SELECT excerpt FROM quarantine")]
        assert set(excerpts) <= self.garbage, (excerpts, self.garbage)


def test_following_loses_nothing_and_stores_nothing_twice() -> None:
    run_state_machine_as_test(
        Following,
        settings=settings(
            max_examples=PROGRAMS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
