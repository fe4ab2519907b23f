"""A follower is killed in the middle of a file that is then rotated away, comes back and is deleted."""

from pathlib import Path

import pytest

from pixeldesk.ingest.following.files import FileFollower
from pixeldesk.ingest.load import Progress
from pixeldesk.settings import Settings
from pixeldesk.store import Store, open_store
from tests.log_lines import as_bytes, request_line, write_lines
from tests.whole_store import differences

SMALL = {"chunk_bytes": 16384, "max_line_bytes": 4096, "batch_bytes": 32768}


class _KilledError(Exception):
    pass


def poll(store: Store, settings: Settings, path: Path, killed_after: int | None = None) -> FileFollower:
    """Poll once with a new follower, killed after a transaction has received so many lines."""

    def notify(progress: Progress) -> None:
        if killed_after is not None and progress.lines > killed_after:
            raise _KilledError

    follower = FileFollower(store, settings, [str(path)])
    try:
        follower.poll(notify)
    except _KilledError:
        assert killed_after is not None
    finally:
        follower.close()
    return follower


def test_a_partly_read_file_remains_one_wherever_it_is(tmp_path: Path) -> None:
    settings = Settings(db=tmp_path / "x.duckdb", **SMALL)  # type: ignore[arg-type]
    store = open_store(settings)
    logs = tmp_path / "logs"
    log, rotated = logs / "app.log", logs / "app.log.1"
    first, second, third = (
        [request_line(request_id=f"req_{name}{n}") for n in range(count)]
        for name, count in (("first", 200), ("second", 3), ("third", 3))
    )

    def finished(path: Path) -> list[bool]:
        rows = store.rows("SELECT finished FROM sources WHERE path = $path", {"path": str(path)})
        return [row["finished"] for row in rows]

    write_lines(log, first)
    poll(store, settings, log, killed_after=150)
    log.rename(tmp_path / "elsewhere")
    write_lines(log, second)
    poll(store, settings, log)
    # The file comes back, and a follower recognises it but is killed before reading it.
    (tmp_path / "elsewhere").rename(rotated)
    poll(store, settings, logs, killed_after=0)
    assert finished(rotated) == [False]
    log.rename(rotated)
    write_lines(log, third)
    last = poll(store, settings, logs)
    assert [loss.startswith(f"{rotated}: ") for loss in last.report.lost] == [True]
    stored = {row["request_id"] for row in store.rows("SELECT request_id FROM requests")}
    assert {line["request_id"] for line in second + third} <= stored
    assert differences(store) == {}
    store.close()


def test_the_rest_of_a_deleted_file_is_lost_with_its_follower(tmp_path: Path) -> None:
    settings = Settings(db=tmp_path / "x.duckdb", **SMALL)  # type: ignore[arg-type]
    store = open_store(settings)
    log = tmp_path / "logs" / "app.log"
    lines = [request_line(request_id=f"req_{n}") for n in range(60)]
    write_lines(log, lines[:20])

    def killed(progress: Progress) -> None:
        if progress.lines > 20:
            raise _KilledError

    follower = FileFollower(store, settings, [str(log.parent)])
    follower.poll()
    with log.open("ab") as file:
        file.write(as_bytes(lines[20:]))
    log.unlink()
    with pytest.raises(_KilledError):
        follower.poll(killed)
    follower.close()
    (row,) = store.rows("SELECT path, state, finished FROM sources")
    assert row == {"path": str(log), "state": "gone", "finished": False}
    # Nobody has the file any more. That is reported once.
    assert [loss.startswith(f"{log}: ") for loss in poll(store, settings, log.parent).report.lost] == [True]
    assert poll(store, settings, log.parent).report.lost == []
    (row,) = store.rows("SELECT state, finished FROM sources")
    assert row == {"state": "gone", "finished": True}
    store.close()
