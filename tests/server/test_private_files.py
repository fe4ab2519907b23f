"""Beside a store nobody but its owner reads anything, whatever the umask, while commands, posts and a server run."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import finish, start
from tests.log_lines import as_bytes, failed_line, request_lines, write_lines
from tests.patience import wait_until
from tests.server.push.served import SENDER, TOKEN, Client
from tests.server.push.test_push_kills import free_port, process


@pytest.fixture(autouse=True)
def _umask_that_gives_all() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def for_others(folder: Path) -> dict[str, str]:
    """Return the mode of each file and folder in which somebody else has a right, by its name."""
    modes = {file.name: file.lstat().st_mode & 0o777 for file in folder.rglob("*")}
    return {name: oct(mode) for name, mode in modes.items() if mode & 0o077}


def serve_and_push(folder: Path, command: list[str], port: int) -> None:
    """Run a server that follows, posts alerts and takes posts, and look at its files meanwhile and afterwards."""
    log = write_lines(folder.parent / "followed.log", request_lines(5))
    env = {
        "PIXELDESK_DB": str(folder / "x.duckdb"),
        "PIXELDESK_PORT": str(port),
        "PIXELDESK_FOLLOW": str(log),
        "PIXELDESK_PUSH_TOKENS": f"{SENDER}={TOKEN}",
        "PIXELDESK_WEBHOOK_URL": "http://127.0.0.1:1/nobody",
    }
    with process(*command, port=port, **env):
        assert Client(port).post(as_bytes([failed_line("internal_error", 500)])).json["requests"] == 1
        wait_until((folder / "x.duckdb.alerts.lock").exists, "the server looks for incidents")
        files = {"x.duckdb", "x.duckdb.wal", "x.duckdb.server.json", "x.duckdb.alerts.lock"}
        assert files <= {file.name for file in folder.iterdir()}
        assert for_others(folder) == {}
    assert for_others(folder) == {}


def test_nobody_else_reads_what_a_server_writes(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    serve_and_push(folder, ["app.py"], free_port())
    assert folder.stat().st_mode & 0o777 == 0o700


def test_nobody_else_reads_what_a_server_writes_that_uvicorn_starts(tmp_path: Path) -> None:
    port = free_port()
    uvicorn = ["-m", "uvicorn", "app:app", "--log-level", "error", "--port", str(port)]
    serve_and_push(tmp_path / "data", uvicorn, port)


def test_nobody_else_reads_what_commands_write(tmp_path: Path) -> None:
    folder, report = tmp_path / "data", tmp_path / "report.md"
    log = write_lines(tmp_path / "app.log", request_lines(5))
    for command in (["ingest", log], ["backup", folder / "backup.duckdb"], ["report", "--out", report]):
        assert finish(start(*command, "--db", folder / "x.duckdb")).code == 0
    assert (folder / "backup.duckdb").exists()
    assert for_others(folder) == {}
    # A report is for whoever its author's umask gives it to.
    assert report.stat().st_mode & 0o777 == 0o666
