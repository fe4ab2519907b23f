"""Write a store to a new file, so that nothing is left of what was changed or deleted in it.

The engine frees the blocks of former rows and leaves their bytes in the file until it needs the space.
"""

import secrets
from contextlib import closing, suppress
from pathlib import Path

import duckdb

from pixeldesk.errors import StoreError
from pixeldesk.settings import Settings
from pixeldesk.store.duckdb import Store, Transaction, engine_config
from pixeldesk.store.failures import translated_errors
from pixeldesk.store.file_copy import log_of, put_in_place, require_space

_DUE = "rewrite_due"


def remember_rewrite(transaction: Transaction) -> None:
    """Let the store remember that its file is to be written anew."""
    transaction.execute("INSERT INTO meta SELECT $name, '' WHERE $name NOT IN (SELECT name FROM meta)", {"name": _DUE})


def is_rewrite_due(transaction: Transaction) -> bool:
    """Return whether the file was to be written anew and has not been."""
    return bool(transaction.value("SELECT count(*) FROM meta WHERE name = $name", {"name": _DUE}))


def rewrite(store: Store, settings: Settings) -> None:
    """Write the store to a new file that takes the place of its own. Everybody who uses the store waits meanwhile.

    If it fails or is interrupted, the store stays as it was. Raises StoreFull without room for a second file, and
    StoreError.
    """
    path = store.path.resolve()
    for unfinished in path.parent.glob(f".{path.name}.*.rewriting*"):
        unfinished.unlink()
    store.checkpoint()
    require_space(path.parent, path.stat().st_size)
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}.rewriting")
    try:
        with store.released(), translated_errors(path):
            _copy(path, new, settings)
    finally:
        for left in (new, log_of(new)):
            with suppress(OSError):
                left.unlink()


def _copy(path: Path, new: Path, settings: Settings) -> None:
    # Each statement names its files itself: no text of a log is among them.
    config = {**engine_config(settings), "enable_external_access": True, "preserve_insertion_order": True}
    version = config.pop("storage_compatibility_version")
    with closing(duckdb.connect(":memory:", config=config)) as connection:
        # Read only, which locks writers out until the new file is in place.
        connection.execute(f"ATTACH '{_quoted(path)}' AS former (READ_ONLY)")
        if log_of(path).exists():
            raise StoreError(f"{path} was opened by another process meanwhile; try again")
        connection.execute(f"ATTACH '{_quoted(new)}' AS new (STORAGE_VERSION '{version}')")
        new.chmod(0o600)
        connection.execute("COPY FROM DATABASE former TO new")
        connection.execute("DELETE FROM new.meta WHERE name = $name", {"name": _DUE})
        connection.execute("DETACH new")
        put_in_place(new, path)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
