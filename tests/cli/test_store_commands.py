"""Backups, restores and rebuilds by the command line, with a server on the store and without."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.server.handover.server import handover_server
from pixeldesk.settings import Settings
from tests.command import run
from tests.log_lines import request_lines, write_lines


@pytest.fixture(params=["alone", "beside a server"])
def db(request: pytest.FixtureRequest, settings: Settings, desk: Desk, tmp_path: Path) -> Iterator[Path]:
    """Return the path of a store of five requests, which nobody has open, or a server."""
    desk.ingest([str(write_lines(tmp_path / "app.log", request_lines(5)))])
    if request.param == "alone":
        desk.store.close()
        yield settings.db
        return
    with handover_server(desk):
        yield settings.db


def requests_in(db: Path) -> int:
    """Return the number of requests that the command line finds."""
    found = run("query", "coverage", "--db", db, "--json").json
    return int(found[0]["requests"])


def test_a_backup_is_restored(db: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.duckdb"
    made = run("backup", backup, "--db", db, "--json")
    assert made.code == 0
    assert made.json == {"path": str(backup), "bytes": backup.stat().st_size, "requests": 5, "former": None}
    more = write_lines(tmp_path / "more.log", request_lines(3, host="web-9"))
    assert run("ingest", more, "--db", db).code == 0
    assert requests_in(db) == 8
    restored = run("restore", backup, "--db", db, "--json")
    assert (restored.code, restored.json["requests"], restored.json["bytes"]) == (0, 5, db.stat().st_size)
    assert requests_in(db) == 5
    assert requests_in(Path(restored.json["former"])) == 8
    assert run("ingest", more, "--db", db, "--json").json["requests"] == 3


def test_a_backup_says_where_it_is(db: Path, tmp_path: Path) -> None:
    made = run("backup", tmp_path, "--db", db)
    assert made.code == 0
    assert made.out.startswith(f"5 requests in {tmp_path}/pixeldesk-20")
    written = made.out.split(" in ")[1].split(",")[0]
    assert "exists; give another path, or --replace" in run("backup", written, "--db", db).complaint
    assert run("backup", written, "--db", db, "--replace").code == 0


def test_a_store_is_rebuilt_while_it_is_in_use_elsewhere(db: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.duckdb"
    run("backup", backup, "--db", db)
    made = run("rebuild", backup, "--db", tmp_path / "new.duckdb", "--json")
    assert made.code == 0
    assert {name: made.json[name] for name in ("read", "stored", "duplicates", "left")} == {
        "read": 5, "stored": 5, "duplicates": 0, "left": 0,
    }  # fmt: skip
    again = run("rebuild", backup, "--db", db, "--json")
    assert (again.code, again.json["stored"], again.json["duplicates"]) == (0, 0, 5)


def test_nothing_is_backed_up_of_no_store(tmp_path: Path) -> None:
    said = run("backup", tmp_path / "backup.duckdb", "--db", tmp_path / "none.duckdb").complaint
    assert said.startswith(f"there is no store at {tmp_path / 'none.duckdb'}")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_old_store_makes_no_new_one(tmp_path: Path) -> None:
    said = run("rebuild", tmp_path / "none.duckdb", "--db", tmp_path / "new.duckdb").complaint
    assert said == f"there is no store at {tmp_path / 'none.duckdb'}"
    assert list(tmp_path.iterdir()) == []


def test_an_old_store_that_does_not_open_leaves_no_new_one(tmp_path: Path) -> None:
    old = tmp_path / "old.duckdb"
    old.write_bytes(b"rubbish " * 4096)
    said = run("rebuild", old, "--db", tmp_path / "new.duckdb").complaint
    assert said == f"{old} is not a pixeldesk store; give the path of one"
    assert list(tmp_path.iterdir()) == [old]


@pytest.mark.parametrize("content", [b"rubbish", b""])
def test_a_backup_is_restored_over_a_store_that_does_not_open(content: bytes, settings: Settings, desk: Desk) -> None:
    desk.store.close()
    backup = settings.db.with_name("backup.duckdb")
    assert run("backup", backup, "--db", settings.db).code == 0
    settings.db.write_bytes(content)
    restored = run("restore", backup, "--db", settings.db)
    assert restored.code == 0
    assert "delete it when you need it no longer" in restored.out
    assert requests_in(settings.db) == 0


def test_what_could_not_be_read_of_a_cut_store_is_said(settings: Settings, desk: Desk, tmp_path: Path) -> None:
    lines = [{**line, "message": os.urandom(200).hex()} for line in request_lines(3000)]
    desk.ingest([str(write_lines(tmp_path / "app.log", lines))])
    desk.store.close()
    os.truncate(settings.db, settings.db.stat().st_size // 2)
    made = run("rebuild", settings.db, "--db", tmp_path / "new.duckdb")
    assert made.code == 1
    assert "rows of requests could not be read" in made.out
    assert "pixeldesk ingest PATH stores what is missing, and nothing twice" in made.out
    assert run("ingest", tmp_path / "app.log", "--db", tmp_path / "new.duckdb").code == 0
    assert requests_in(tmp_path / "new.duckdb") == 3000
