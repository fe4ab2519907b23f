"""Back up a store, and restore a backup, whether a server runs on the store or not.

A backup is a store like any other: one file, which --db opens. The journals beside a store are copied with it.
"""

import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pixeldesk.errors import StoreMissing, UsageError
from pixeldesk.settings import Settings
from pixeldesk.store.duckdb import Store, open_store
from pixeldesk.store.file_copy import log_of, put_in_place, temporary_copy


@dataclass(frozen=True)
class StoreCopy:
    """A verified copy of a store: its path, its size in bytes and its number of requests.

    `former` is where a restore moved the store that was there before, if there was one.
    """

    path: Path
    bytes: int
    requests: int
    former: Path | None = None


def backup(store: Store, settings: Settings, to: Path, *, replace: bool = False) -> StoreCopy:
    """Copy the open store to a file, or into a folder under a dated name. Readers go on; writers wait for the copy.

    Raises UsageError if there is such a file, unless `replace`; StoreError if it cannot be written.
    """
    if to.is_dir():
        to /= f"{store.path.stem}-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.duckdb"
    if not to.parent.is_dir():
        raise UsageError(f"there is no folder {to.parent}; make it, or give another path")
    if to.exists():
        if to.samefile(store.path):
            raise UsageError(f"{to} is the store itself; give another path")
        if not replace:
            raise UsageError(f"{to} exists; give another path, or --replace to overwrite it")
    with ExitStack() as stack:
        with store.quiet_file():
            new = stack.enter_context(temporary_copy(store.path, to))
        requests = _verified(new, settings, copy_of=store.path)
        # The log of a store that was there before would be taken for the log of this one.
        log_of(to).unlink(missing_ok=True)
        put_in_place(new, to)
    _copy_journals(settings, settings.model_copy(update={"db": to}), replace=True)
    return StoreCopy(to, to.stat().st_size, requests)


def restore(settings: Settings, source: Path, store: Store | None) -> StoreCopy:
    """Put a backup in the place of the configured store, and move the former store aside.

    `store` is the open store; it goes on with the restored data. Without it, there is no store or none that opens.
    A backup of an older version is migrated. If anything fails, the store stays as it was. A journal beside the store
    stays; if there is none, it comes from the backup. Raises StoreMissing, UsageError, or StoreError if the backup
    cannot be opened.
    """
    path = settings.db
    if not source.is_file():
        raise StoreMissing(f"there is no backup at {source}")
    if path.exists() and path.samefile(source):
        raise UsageError(f"{source} is the store itself; give the path of a backup")
    path.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        new = stack.enter_context(temporary_copy(source, path))
        requests = _verified(new, settings, copy_of=source)
        if store is not None:
            stack.enter_context(store.released())
        former = _set_aside(path)
        put_in_place(new, path)
    _copy_journals(settings.model_copy(update={"db": source}), settings, replace=False)
    return StoreCopy(path, path.stat().st_size, requests, former)


def _verified(new: Path, settings: Settings, copy_of: Path) -> int:
    """Open a copy, which replays its log and migrates it, and return the number of its requests."""
    store = open_store(settings.model_copy(update={"db": new}), copy_of=copy_of)
    try:
        return int(store.rows("SELECT count(*) AS requests FROM requests")[0]["requests"])
    finally:
        store.close()


def _set_aside(path: Path) -> Path | None:
    """Give the former store a second name, so that its own name can be replaced in one step."""
    if not path.exists():
        return None
    former = path.with_name(f"{path.name}.{datetime.now(UTC):%Y-%m-%dT%H%M%S.%fZ}.former")
    former.hardlink_to(path)
    # Only a store that did not open has a log. It goes first: beside the new file it would be replayed into it.
    if log_of(path).exists():
        log_of(path).rename(log_of(former))
    return former


def _copy_journals(here: Settings, there: Settings, *, replace: bool) -> None:
    pairs = ((here.marks_file, there.marks_file), (here.alerts_file, there.alerts_file))
    for journal, copy in pairs:
        if journal.exists() and (replace or not copy.exists()):
            shutil.copyfile(journal, copy)
            copy.chmod(0o600)
