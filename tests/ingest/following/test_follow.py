"""Each event that can happen to a followed file, tested by itself."""

import gzip
import os
import shutil
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.following.files import FileFollower
from pixeldesk.ingest.load import Progress
from tests.log_lines import Line, as_bytes, event_line, request_line, request_lines, write_lines

LINES = request_lines(60)


class Watch:
    """A follower over the store of a desk, whose clock advances by a second at each poll."""

    begun: ClassVar[list["Watch"]] = []

    def __init__(self, desk: Desk, *paths: Path) -> None:
        self.begun.append(self)
        self.desk = desk
        self.clock = 0.0
        self.notices: list[str] = []
        self.follower = FileFollower(desk.store, desk.settings, [str(path) for path in paths], clock=lambda: self.clock)

    def poll(self, seconds: float = 1.0) -> dict[str, int]:
        """Poll once. Returns the new lines by outcome, and 'lost' for each loss reported."""
        before = self._outcomes()
        self.clock += seconds
        self.follower.poll(self._notify)
        return {name: count - before[name] for name, count in self._outcomes().items() if count > before[name]}

    def _outcomes(self) -> dict[str, int]:
        report = self.follower.report.ingested()
        assert report.lines == sum(report.lines_by_outcome().values())
        return {**report.lines_by_outcome(), "lost": len(report.lost)}

    def _notify(self, progress: Progress) -> None:
        if progress.notice is not None:
            self.notices.append(progress.notice)


OUTCOMES = ("requests", "events", "quarantined", "duplicates", "blank", "unmapped")


@pytest.fixture(autouse=True)
def _all_files_are_closed() -> Iterator[None]:
    yield
    while Watch.begun:
        Watch.begun.pop().follower.close()


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Return an empty folder for logs."""
    folder = tmp_path / "logs"
    folder.mkdir()
    return folder


@pytest.fixture
def log(logs: Path) -> Path:
    """Return a log with ten lines."""
    return write_lines(logs / "app.log", LINES[:10])


@pytest.fixture(params=["folder", "file"])
def watch(request: pytest.FixtureRequest, desk: Desk, log: Path) -> Watch:
    """Return a follower of that log, by its name or by its folder, which has polled once."""
    watch = Watch(desk, log.parent if request.param == "folder" else log)
    assert watch.poll() == {"requests": 10}
    return watch


def append(path: Path, lines: Iterable[Line]) -> None:
    """Append lines to a file."""
    with path.open("ab") as file:
        file.write(as_bytes(lines))


def stored(desk: Desk) -> int:
    """Count the stored requests, and check that each is stored once."""
    (row,) = desk.store.rows("SELECT count(*) AS stored, count(DISTINCT request_id) AS ids FROM requests")
    assert row["stored"] == row["ids"]
    return int(row["stored"])


# --- writing ----------------------------------------------------------------------------------------------


def test_only_appended_lines_are_read(watch: Watch, log: Path) -> None:
    append(log, LINES[10:12])
    assert watch.poll() == {"requests": 2}
    assert watch.poll() == {}


def test_new_files_in_a_followed_folder_or_glob_are_found(desk: Desk, logs: Path) -> None:
    watch = Watch(desk, logs / "by-folder", logs / "*.ndjson")
    assert watch.poll() == {}
    write_lines(logs / "by-folder" / "deep" / "a.log", LINES[:3])
    write_lines(logs / "b.ndjson", LINES[3:5])
    write_lines(logs / "c.txt", LINES[5:6])
    assert watch.poll() == {"requests": 5}


def test_a_half_written_line_is_deferred_until_it_is_complete(watch: Watch, log: Path) -> None:
    content = as_bytes(LINES[10:13])
    for piece in (content[:70], content[70:900], content[900:-1]):
        with log.open("ab") as file:
            file.write(piece)
        watch.poll()
    assert stored(watch.desk) == 12
    with log.open("ab") as file:
        file.write(content[-1:])
    assert watch.poll() == {"requests": 1}


def test_an_unterminated_line_is_stored_after_a_while_and_withdrawn_if_it_grows(watch: Watch, log: Path) -> None:
    content = as_bytes(LINES[10:11])
    with log.open("ab") as file:
        file.write(content[:50])
    assert watch.poll(seconds=9) == {}
    assert watch.poll(seconds=11) == {"quarantined": 1}
    with log.open("ab") as file:
        file.write(content[50:])
    assert watch.poll() == {"requests": 1}
    assert watch.desk.store.rows("SELECT * FROM quarantine") == []


@pytest.mark.parametrize(
    ("new_name", "restarted"),
    [("app.log.2", False), ("app.log.2", True), ("elsewhere.old", False), ("elsewhere.old", True), (None, False)],
)
def test_of_two_half_written_lines_the_longer_one_tells_what_a_file_is(
    desk: Desk, logs: Path, new_name: str | None, restarted: bool
) -> None:
    content = as_bytes(LINES[:1])
    (logs / "app.log.1").write_bytes(content[:9])
    log = logs / "app.log"
    log.write_bytes(content[:50])
    watch = Watch(desk, logs)
    assert watch.poll() == {}
    assert watch.poll(seconds=12) == {"quarantined": 2}
    with log.open("ab") as writer:
        if restarted:
            watch.follower.close()
            watch = Watch(desk, logs)
        if new_name is None:
            log.unlink()
        else:
            log.rename(logs / new_name)
        writer.write(content[50:])
    assert watch.poll() == {"requests": 1}
    excerpts = [row["excerpt"] for row in desk.store.rows("SELECT excerpt FROM quarantine")]
    assert excerpts == [content[:9].decode()]


def test_a_half_written_line_across_a_restart(desk: Desk, log: Path) -> None:
    content = as_bytes(LINES[10:11])
    with log.open("ab") as file:
        file.write(content[:50])
    Watch(desk, log).poll()
    with log.open("ab") as file:
        file.write(content[50:])
    assert Watch(desk, log).poll() == {"requests": 1}


@pytest.mark.parametrize("start", [[], LINES[:1]])
def test_an_unterminated_last_line_of_a_deleted_file_is_stored(desk: Desk, log: Path, start: list[Line]) -> None:
    for n in range(3):
        log.write_bytes(as_bytes([*start, LINES[10 + n]])[:-1])
        desk.ingest([str(log)])
    assert stored(desk) == len(start) + 3
    log.write_bytes(log.read_bytes() + b"\n")
    desk.ingest([str(log)])
    assert stored(desk) == len(start) + 3


def test_a_file_of_one_unterminated_line(desk: Desk, log: Path) -> None:
    log.write_bytes(as_bytes(LINES[:1])[:-1])
    watch = Watch(desk, log)
    assert watch.poll() == {}
    assert watch.poll(seconds=11) == {"requests": 1}
    assert watch.poll(seconds=11) == {}


# --- rotation -----------------------------------------------------------------------------------------------


def test_rotation_by_renaming(watch: Watch, log: Path) -> None:
    writer = log.open("ab", buffering=0)
    writer.write(as_bytes(LINES[10:12]))
    log.rename(log.with_name("app.log.1"))
    write_lines(log, LINES[20:23])
    # The writer notices the rotation later.
    writer.write(as_bytes(LINES[12:14])[:-30])
    assert watch.poll() == {"requests": 6}
    writer.write(as_bytes(LINES[12:14])[-30:])
    append(log, LINES[23:24])
    assert watch.poll() == {"requests": 2}
    writer.close()


def test_files_rotated_before_are_not_read_again(watch: Watch, log: Path) -> None:
    for turn in range(1, 5):
        for number in range(turn, 0, -1):
            older = log.with_name(f"app.log.{number}" if number > 1 else "app.log")
            if number == 1:
                log.rename(log.with_name("app.log.1"))
            elif log.with_name(f"app.log.{number - 1}").exists():
                log.with_name(f"app.log.{number - 1}").rename(older)
        write_lines(log, LINES[10 * turn : 10 * turn + 10])
        assert watch.poll() == {"requests": 10}


def test_two_rotations_between_two_polls(watch: Watch, log: Path) -> None:
    append(log, LINES[10:12])
    log.rename(log.with_name("app.log.2"))
    write_lines(log, LINES[20:22]).rename(log.with_name("app.log.1"))
    write_lines(log, LINES[30:32])
    assert watch.poll() == {"requests": 6}


@pytest.mark.parametrize("is_first", [False, True], ids=["a later poll", "the first poll"])
def test_rotation_in_the_middle_of_a_poll(
    is_first: bool, desk: Desk, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Listed by name, app.log.10 comes before app.log.9.
    newer, older = (write_lines(logs / f"app.log.{n}", LINES[n * 5 - 45 : n * 5 - 40]) for n in (9, 10))
    watch = Watch(desk, logs)
    assert watch.poll() == {"requests": 10}
    if is_first:
        watch = Watch(desk, logs)
    append(newer, LINES[10:12])
    append(older, LINES[12:13])
    stat = os.stat

    def rotate_after(path: str | Path, **given: bool) -> os.stat_result:
        status = stat(path, **given)
        if str(path) == str(older):
            monkeypatch.setattr(os, "stat", stat)
            older.rename(logs / "app.log.11")
            newer.rename(older)
        return status

    monkeypatch.setattr(os, "stat", rotate_after)
    watch.poll()
    watch.poll()
    assert os.stat is stat
    assert (stored(desk), watch.follower.report.lost) == (13, [])


def test_rotation_by_copytruncate(watch: Watch, log: Path) -> None:
    append(log, LINES[10:12])
    shutil.copy(log, log.with_name("app.log.1"))
    os.truncate(log, 0)
    append(log, LINES[20:21])
    assert watch.poll() == {"requests": 3}
    append(log, LINES[21:22])
    assert watch.poll() == {"requests": 1}
    assert watch.follower.report.lost == []


def test_a_file_that_was_truncated_and_has_grown_past_the_old_position(watch: Watch, log: Path) -> None:
    write_lines(log, LINES[20:40])
    assert watch.poll() == {"requests": 20, "lost": 1}


def written_at(path: Path, lines: Iterable[Line], second: int) -> None:
    """Write a file anew in place, as rotatelogs does, and say when it was."""
    with path.open("r+b" if path.exists() else "wb") as file:
        file.truncate()
        file.write(as_bytes(lines))
    at = 1_795_000_000 + second
    os.utime(path, (at, at))


def test_a_ring_of_files_loses_nothing(desk: Desk, logs: Path) -> None:
    ring = [logs / "app.log", logs / "app.log.1", logs / "app.log.2"]
    watch = Watch(desk, logs)
    for turn in range(12):
        written_at(ring[turn % 3], LINES[turn * 5 : turn * 5 + 5], turn * 6)
        assert watch.poll() == {"requests": 5}
    assert (stored(desk), watch.follower.report.lost) == (60, [])


def test_a_file_of_a_ring_that_is_as_long_as_before(desk: Desk, logs: Path) -> None:
    ring = [logs / "app.log", logs / "app.log.1"]
    watch = Watch(desk, logs)
    for turn in range(4):
        written_at(ring[turn % 2], [request_line(request_id=f"req_{turn}{n}") for n in range(3 + turn)], turn * 6)
        assert watch.poll() == {"requests": 3 + turn}
    assert watch.follower.report.lost == []


def test_a_ring_that_went_round_between_two_polls_may_have_lost_lines(desk: Desk, logs: Path) -> None:
    ring = [logs / "app.log", logs / "app.log.1"]
    watch = Watch(desk, logs)
    for turn in range(2):
        written_at(ring[turn], LINES[turn * 5 : turn * 5 + 5], turn * 6)
        watch.poll()
    for turn in range(2, 6):
        written_at(ring[turn % 2], LINES[turn * 5 : turn * 5 + 5], turn * 6)
    assert watch.poll() == {"requests": 10, "lost": 2}


@pytest.mark.parametrize("last", ["this file", "another log"])
def test_a_truncated_file_that_was_still_written_may_have_lost_lines(desk: Desk, logs: Path, last: str) -> None:
    log, other = logs / "app.log", logs / "app.log.1"
    written_at(log, LINES[:5], 0)
    written_at(other, LINES[5:10], 6)
    watch = Watch(desk, logs)
    assert watch.poll() == {"requests": 10}
    if last == "this file":
        append(log, LINES[10:12])
        os.utime(log, (1_795_000_012, 1_795_000_012))
        assert watch.poll() == {"requests": 2}
    else:  # Of a file that is not of the ring, the time says nothing.
        other.rename(logs / "error.log")
        assert watch.poll() == {}
    written_at(log, LINES[20:22], 18)
    assert watch.poll() == {"requests": 2, "lost": 1}


def test_a_followed_file_that_is_compressed_is_not_read_again(desk: Desk, log: Path) -> None:
    watch = Watch(desk, log.parent)
    watch.poll()
    append(log, LINES[10:12])
    compressed = log.with_name("app.log.1.gz")
    compressed.write_bytes(gzip.compress(log.read_bytes()))
    log.unlink()
    # A file that is being compressed is left alone until it is quiet.
    assert watch.poll() == {"requests": 2}
    assert watch.poll(seconds=3) == {"duplicates": 2}
    assert watch.poll(seconds=12) == {}
    write_lines(log, LINES[20:22])
    assert watch.poll() == {"requests": 2}


def test_a_compressed_copy_of_a_file_that_was_not_read_to_its_end(desk: Desk, log: Path) -> None:
    watch = Watch(desk, log)
    watch.poll()
    watch.follower.close()
    append(log, LINES[10:12])
    log.with_name("app.log-20261116.gz").write_bytes(gzip.compress(log.read_bytes()))
    write_lines(log, LINES[20:22])
    watch = Watch(desk, log)
    assert watch.poll() == {"requests": 2}
    assert watch.poll(seconds=3) == {"requests": 2}


def test_files_with_the_same_head(desk: Desk, logs: Path) -> None:
    start: list[Line] = [event_line(message="started " + "x" * 9000)]
    first = write_lines(logs / "a.log", [*start, *LINES[:3]])
    write_lines(logs / "b.log", [*start, *LINES[3:6]])
    watch = Watch(desk, logs)
    assert watch.poll() == {"requests": 6, "events": 1, "duplicates": 1}
    write_lines(logs / "c.log", [*start, *LINES[6:9]])
    write_lines(first, [*start, *LINES[9:14]])
    watch.poll()
    assert stored(desk) == 14


def test_the_position_of_a_line_stays_true_when_its_file_is_renamed(watch: Watch, log: Path) -> None:
    def position(request_id: str) -> tuple[str, int]:
        (row,) = watch.desk.store.rows(
            """SELECT f_source_name(sources.path, state, retired_at) AS source, requests.line_number FROM requests
            JOIN sources ON sources.source_id = requests.source_id WHERE request_id = $id""",
            {"id": request_id},
        )
        return row["source"], row["line_number"]

    log.rename(log.with_name("app.log.1"))
    write_lines(log, LINES[20:22])
    watch.poll()
    assert position("req_N0000003") == (str(log.with_name("app.log.1")), 4)
    assert position("req_N0000021") == (str(log), 2)
    write_lines(log, LINES[30:33])
    watch.poll()
    assert position("req_N0000021")[0].startswith(f"{log} (replaced ")
    assert position("req_N0000030") == (str(log), 1)


# --- deletion -----------------------------------------------------------------------------------------------


def test_a_deleted_file_is_read_to_its_end(watch: Watch, log: Path) -> None:
    writer = log.open("ab", buffering=0)
    writer.write(as_bytes(LINES[10:12]))
    log.unlink()
    assert watch.poll() == {"requests": 2}
    writer.write(as_bytes(LINES[12:13])[:-1])
    assert watch.poll() == {}
    assert watch.poll(seconds=11) == {"requests": 1}
    writer.close()
    # Its disk space is released when its writer has been quiet for a while.
    watch.poll(seconds=70)
    assert not [link for link in Path("/proc/self/fd").iterdir() if "app.log (deleted)" in os.path.realpath(link)]


def test_a_possible_loss_is_reported_once(watch: Watch, log: Path) -> None:
    append(log, LINES[10:12])
    os.truncate(log, 0)
    assert watch.poll() == {"lost": 1}
    assert watch.poll() == {}
    (message,) = watch.follower.report.lost
    assert message.startswith(f"{log}: was cut off; what was written to it after ")
    assert message.endswith(" UTC may be lost")
    assert watch.notices == [message]
    (row,) = watch.desk.query("losses", limit=10)
    assert (row["source"], row["what"]) == (str(log), "was cut off")
    append(log, LINES[12:13])
    assert watch.poll() == {"requests": 1}


def test_a_file_that_is_found_again_was_not_lost(desk: Desk, log: Path) -> None:
    watch = Watch(desk, log.parent)
    watch.poll()
    watch.follower.close()
    append(log, LINES[10:12])
    elsewhere = log.rename(log.parent.parent / "elsewhere")
    watch = Watch(desk, log.parent)
    assert watch.poll() == {"lost": 1}
    elsewhere.rename(log.with_name("app.log.2"))
    watch.poll()
    assert (watch.follower.report.lost, desk.query("losses", limit=10), stored(desk)) == ([], [], 12)


def test_the_deletion_of_a_finished_file_is_no_loss(desk: Desk, log: Path) -> None:
    old = write_lines(log.with_name("old.log"), LINES[20:30])
    os.utime(old, (0, 0))
    watch = Watch(desk, log.parent)
    assert watch.poll() == {"requests": 20}
    watch.follower.close()
    old.unlink()
    assert Watch(desk, log.parent).poll() == {}


def test_the_oldest_file_is_read_first_since_rotation_deletes_it_next(desk: Desk, log: Path) -> None:
    for number in (1, 3, 2):
        rotated = write_lines(log.with_name(f"app.log.{number}"), LINES[10 + 10 * number : 15 + 10 * number])
        os.utime(rotated, (time.time() - 100 * number,) * 2)
    assert Watch(desk, log.parent).poll() == {"requests": 25}
    read = [Path(row["path"]).name for row in desk.store.rows("SELECT path FROM sources ORDER BY source_id")]
    assert read == ["app.log.3", "app.log.2", "app.log.1", "app.log"]


def test_the_deletion_of_a_compressed_file_is_no_loss(desk: Desk, log: Path) -> None:
    compressed = log.with_name("app.log.9.gz")
    compressed.write_bytes(gzip.compress(as_bytes(LINES[20:30])))
    os.utime(compressed, (time.time() - 60, time.time() - 60))
    watch = Watch(desk, log.parent)
    assert watch.poll(seconds=3) == {"requests": 20}
    watch.follower.close()
    compressed.unlink()
    assert Watch(desk, log.parent).poll() == {}


def test_a_reused_inode_number(desk: Desk, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "pixeldesk.ingest.following.registry._MAX_OPEN", 0
    )  # The inode number of an open file is not reused.
    watch = Watch(desk, log.parent)
    watch.poll()
    number = log.stat().st_ino
    os.utime(log, (0, 0))
    log.unlink()
    for attempt in range(30):
        other = write_lines(log.with_name(f"other-{attempt}.log"), LINES[20 + attempt : 21 + attempt])
        if other.stat().st_ino == number:
            break
    watch.poll()
    assert stored(desk) == 11 + attempt


# --- interruptions ------------------------------------------------------------------------------------------


def test_a_rotation_while_nothing_ran_is_recognised_by_the_head_of_the_file(desk: Desk, log: Path) -> None:
    watch = Watch(desk, log)
    watch.poll()
    watch.follower.close()
    append(log, LINES[10:12])
    log.rename(log.with_name("saved"))
    write_lines(log.with_name("another"), LINES[50:52])
    write_lines(log, LINES[20:22])
    watch = Watch(desk, log)
    assert watch.poll() == {"requests": 4}
    assert desk.query("losses", limit=10) == []


def test_a_file_that_was_replaced_while_nothing_ran(desk: Desk, log: Path) -> None:
    watch = Watch(desk, log)
    watch.poll()
    watch.follower.close()
    write_lines(log, LINES[20:22])
    assert Watch(desk, log).poll() == {"requests": 2, "lost": 1}
    assert Watch(desk, log).poll() == {}


def test_the_next_poll_makes_up_for_one_that_failed(watch: Watch, log: Path) -> None:
    log.rename(log.with_name("app.log.1"))
    write_lines(log, LINES[20:22])

    def fail(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watch.follower.poll(fail)
    assert watch.poll() == {"requests": 2}
    assert stored(watch.desk) == 12


def test_two_followers_and_a_command_store_nothing_twice(watch: Watch, desk: Desk, log: Path) -> None:
    other = Watch(desk, log.parent)
    other.poll()
    append(log, LINES[10:12])
    log.rename(log.with_name("app.log.1"))
    write_lines(log, LINES[20:22])
    watch.poll()
    desk.ingest([str(log.parent)])
    other.poll()
    append(log, LINES[22:24])
    other.poll()
    watch.poll()
    assert stored(desk) == 16


def test_a_stopping_follower_reads_what_was_written_until_then(desk: Desk, log: Path) -> None:
    stop = threading.Event()
    append(log, LINES[10:12])

    def stop_at_once(_: Progress) -> None:
        if not stop.is_set():
            append(log, LINES[12:13])
        stop.set()

    follower = FileFollower(desk.store, desk.settings, [str(log)])
    assert follower.run(stop, stop_at_once).counts.requests == 13


# --- problems, and the cost of a poll -----------------------------------------------------------------------


def test_a_damaged_file_is_reported_until_it_is_whole(desk: Desk, logs: Path) -> None:
    whole = gzip.compress(as_bytes(LINES[:10]), mtime=0)
    packed = logs / "app.log.1.gz"
    packed.write_bytes(whole[:-20])
    os.utime(packed, (0, 0))
    write_lines(logs / "app.log", LINES[20:21])
    watch = Watch(desk, logs)
    watch.poll()
    append(logs / "app.log", LINES[21:22])
    watch.poll()
    assert [str(problem).startswith(f"{packed}: ") for problem in watch.follower.report.damaged] == [True]
    assert len(watch.notices) == 1
    packed.write_bytes(whole)
    os.utime(packed, (1, 1))
    watch.poll()
    watch.poll(seconds=3)
    assert watch.follower.report.damaged == []
    assert stored(desk) == 12


def test_a_wrong_path_is_reported_once_and_tried_again(desk: Desk, logs: Path) -> None:
    watch = Watch(desk, logs / "missing.log")
    assert watch.poll() == watch.poll() == {}
    assert watch.notices == [f"{logs / 'missing.log'}: no such file or folder; check the path"]
    assert [str(problem) for problem in watch.follower.report.unreadable] == watch.notices
    write_lines(logs / "missing.log", LINES[:2])
    assert watch.poll() == {"requests": 2}
    assert watch.follower.report.unreadable == []


def test_an_unreadable_file_does_not_hold_up_the_others(desk: Desk, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = write_lines(log.with_name("secret.log"), LINES[20:22])
    os.mkfifo(log.with_name("pipe"))
    opened = os.open

    def refuse(path: str, *flags: int) -> int:
        if str(path) == str(secret):
            raise PermissionError(13, "Permission denied")
        return opened(path, *flags)

    monkeypatch.setattr("os.open", refuse)
    watch = Watch(desk, log.parent)
    assert watch.poll() == {"requests": 10}
    assert watch.poll() == {}
    assert sorted(watch.notices) == [
        f"{log.with_name('pipe')}: is not a regular file, and is not followed",
        f"{secret}: may not be read by this user; change its mode or run as its owner",
    ]
    monkeypatch.setattr("os.open", opened)
    assert watch.poll() == {"requests": 2}


def test_an_idle_poll_does_not_touch_the_store(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    watch.poll()
    monkeypatch.setattr(watch.desk.store, "rows", None)
    monkeypatch.setattr(watch.desk.store, "transaction", None)
    assert watch.poll() == {}


def test_more_files_than_are_kept_open(desk: Desk, logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pixeldesk.ingest.following.registry._MAX_OPEN", 2)
    paths = [write_lines(logs / f"{n}.log", LINES[n : n + 1]) for n in range(6)]
    watch = Watch(desk, logs)
    assert watch.poll() == {"requests": 6}
    for n, path in enumerate(paths):
        append(path, LINES[10 + n : 11 + n])
    assert watch.poll() == {"requests": 6}
    open_now = [os.path.realpath(link) for link in Path("/proc/self/fd").iterdir()]
    assert sum(str(logs) in path for path in open_now) == 2


def test_a_followed_file_has_one_row_of_counts_an_hour(watch: Watch, log: Path) -> None:
    for n in range(10, 15):
        append(log, [request_line(request_id=f"req_more{n}")])
        watch.poll()
    rows = watch.desk.store.rows("SELECT lines, requests FROM batches")
    # There are two if the hour has just ended.
    assert len(rows) <= 2
    assert sum(row["requests"] for row in rows) == 15


def test_a_follower_reads_again_what_a_restored_backup_lacks(watch: Watch, log: Path, tmp_path: Path) -> None:
    write_lines(log, LINES[:20])
    assert watch.poll() == {"requests": 10}
    made = watch.desk.backup(tmp_path / "backup.duckdb")
    write_lines(log, LINES[:50])
    assert watch.poll() == {"requests": 30}
    watch.desk.restore(made.path)
    assert watch.poll() == {"requests": 30}
    assert watch.desk.coverage().requests == 50
    assert watch.notices == []
