"""A follower is killed in the middle of a file that is then rotated away, comes back and is deleted."""

from pathlib import Path

from pixeldesk.ingest.following.files import FileFollower
from pixeldesk.ingest.load import Progress
from pixeldesk.settings import Settings
from pixeldesk.store import Store, open_store
from tests.log_lines import request_line, write_lines
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
