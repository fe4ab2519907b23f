"""Run a command and a server on a disk that is too small. test_full_disk.py runs this module as a process.

As `python -m tests.survival.small_disk tmpfs|limit FOLDER`, in a mount namespace of its own for `tmpfs`; sizes in bytes
on the lines of standard input, or the word `server`. Prints one line of JSON for each.
"""

import json
import os
import random
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import Secret

from pixeldesk.desk.desk import Desk
from pixeldesk.errors import StoreError
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.command import Finished, run
from tests.log_lines import as_bytes, moment, request_line
from tests.server.push.served import SENDER, TOKEN, Client, served
from tests.whole_store import differences

LINES = 1000
ROOM = 64 << 20
# Without bytecode: Python would cache a file that the limit has truncated.
SMALL = {
    "PIXELDESK_CHUNK_BYTES": "65536",
    "PIXELDESK_BATCH_BYTES": "262144",
    "PIXELDESK_MAX_LINE_BYTES": "4096",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def some_lines(name: str, count: int) -> bytes:
    """Return lines that hardly compress, so that a store of them is about as large."""
    chosen = random.Random(name)
    return as_bytes(
        request_line(request_id=f"req_{name}{n:06}", timestamp=moment(n), message=chosen.randbytes(300).hex())
        for n in range(count)
    )


def mount(folder: Path, size: int, *options: str) -> None:
    """Mount a disk of this size at `folder`; with the option `remount`, resize it."""
    how = ",".join([*options, f"size={size}"])
    subprocess.run(["mount", "-t", "tmpfs", "-o", how, "none", str(folder)], check=True)


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """Limit the size of files, for this process and its children, while the block runs."""
    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))


@contextmanager
def only_left(way: str, file: Path, left: int) -> Iterator[None]:
    """While the block runs, leave only so much space on the disk of a file, or for the growth of that file."""
    if way == "limit":
        with no_file_larger_than(file.stat().st_size + left):
            yield
        return
    ballast = file.with_name("ballast")
    found = os.statvfs(file.parent)
    ballast.write_bytes(bytes(max(0, found.f_bavail * found.f_frsize - left)))
    try:
        yield
    finally:
        ballast.unlink()


def ingest(log: Path, db: Path) -> Finished:
    """Run the command in a process of its own."""
    return run("ingest", log, "--db", db, "--json", env=SMALL)


def stored(db: Path) -> dict[str, Any]:
    """Return what the store holds, and where it contradicts itself."""
    if not db.exists():
        return {"requests": 0, "differences": {}}
    store = open_store(Settings(db=db))
    requests = store.rows("SELECT count(*) AS n FROM requests")[0]["n"]
    found = {"requests": requests, "differences": differences(store)}
    store.close()
    return found


def try_size(way: str, folder: Path, log: Path, size: int) -> dict[str, Any]:
    """Run the command on a disk of this size, and again once there is space."""
    folder.mkdir()
    db = folder / "x.duckdb"
    if way == "tmpfs":
        mount(folder, size)
        first = ingest(log, db)
        mount(folder, ROOM, "remount")
    else:
        with no_file_larger_than(size):
            first = ingest(log, db)
    between = stored(db)
    second = ingest(log, db)
    return {
        "code": first.code, "said": first.err, "between": between,
        "second_code": second.code, "report": json.loads(second.out or "{}"), "after": stored(db),
    }  # fmt: skip


def try_server(way: str, folder: Path) -> dict[str, Any]:
    """Fill the disk of a server: as it commits, and as it checkpoints its write-ahead log."""
    folder.mkdir()
    if way == "tmpfs":
        mount(folder, ROOM)
    settings = Settings(db=folder / "x.duckdb", push_tokens=Secret(f"{SENDER}={TOKEN}"))
    store = open_store(settings)
    log = folder / "x.duckdb.wal"
    found: dict[str, Any] = {}
    with served(Desk(settings, store)) as port:
        client = Client(port)
        body = some_lines("log", 500)
        with only_left(way, log, 100_000):
            full = client.post(body)
        again = client.post(body)
        found["log"] = {"status": full.status, "said": full.json["error"], "again": again.json}
    with only_left(way, settings.db, 100_000):
        try:
            store.checkpoint()
        except StoreError as error:
            found["checkpoint"] = str(error)
        try:
            store.rows("SELECT 1")
        except StoreError as error:
            found["then"] = str(error)
        store.close()
    return {**found, "after": stored(settings.db)}


def main() -> None:
    """Run what the arguments and standard input ask for, as described above."""
    way, base = sys.argv[1], Path(sys.argv[2])
    log = base / "some.log"
    log.write_bytes(some_lines("log", LINES))
    for asked in map(str.strip, sys.stdin):
        folder = base / asked
        found = try_server(way, folder) if asked == "server" else try_size(way, folder, log, int(asked))
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
