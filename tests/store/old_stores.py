"""Unpack the stores of older versions that were saved for tests: see make_store.py."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import zstandard
from pydantic import Secret

from pixeldesk.settings import Settings
from tests.server.push.served import SENDER, TOKEN
from tests.store.stores import make_store

FOLDER = Path(make_store.__file__).parent
MADE_IN = "/srv/logs"
ENGINE: dict[str, str | bool | int | float | list[str]] = {"storage_compatibility_version": "v1.5.0"}


def old_versions() -> list[int]:
    """Return the schema versions of which there is a store."""
    return sorted(int(path.name.split(".")[0].removeprefix("version_")) for path in FOLDER.glob("*.duckdb.zst"))


def recount_of(version: int) -> dict[str, Any]:
    """Return the recount that was made with the store."""
    found: dict[str, Any] = json.loads((FOLDER / f"version_{version}.json").read_text())
    return found


def unpack(version: int, db: Path) -> Path:
    """Write the store of a version to a path, and return the path."""
    packed = (FOLDER / f"version_{version}.duckdb.zst").read_bytes()
    db.parent.mkdir(parents=True, exist_ok=True)
    db.write_bytes(zstandard.decompress(packed))
    return db


def counted(db: Path) -> dict[str, Any]:
    """Return the recount of a store that is not open."""
    with duckdb.connect(str(db), read_only=True, config=ENGINE) as connection:
        return make_store.recount(connection)


def move_in(db: Path, logs: Path) -> Settings:
    """Let a store that is not open yet have been made from `logs`, and pushed to just now."""
    now = datetime.now(UTC).replace(tzinfo=None)
    with duckdb.connect(str(db), config=ENGINE) as connection:
        for table in ("sources", "losses"):
            connection.execute(f"UPDATE {table} SET path = replace(path, '{MADE_IN}', $logs)", {"logs": str(logs)})
        connection.execute("UPDATE pushes SET committed_at = $now", {"now": now})
    return Settings(db=db, max_line_bytes=make_store.MAX_LINE_BYTES, push_tokens=Secret(f"{SENDER}={TOKEN}"))
