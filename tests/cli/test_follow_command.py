"""`pixeldesk ingest --follow` by real processes: by itself, handed over to a server, and the server's own files."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.desk.commands.doctor import Doctor
from pixeldesk.desk.commands.lookup import Lookup
from pixeldesk.desk.desk import Desk
from pixeldesk.errors import StoreFull
from pixeldesk.ingest.following.running import following
from pixeldesk.server.handover.client import ask
from pixeldesk.server.handover.server import handover_server
from pixeldesk.settings import Settings
from tests.command import finish, run, start
from tests.log_lines import as_bytes, request_line, request_lines, write_lines
from tests.logged import Logged, logged
from tests.patience import wait_until


def stored(desk: Desk) -> int:
    """How many requests are in the store."""
    return int(desk.store.rows("SELECT count(*) AS n FROM requests")[0]["n"])


def append(path: Path, request_id: str) -> None:
    """Write one more line to a log."""
    with path.open("ab") as file:
        file.write(as_bytes([request_line(request_id=request_id)]))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log with three lines."""
    return write_lines(tmp_path / "logs" / "app.log", request_lines(3))


@pytest.fixture
def command(log: Path, settings: Settings) -> Iterator[Callable[..., "subprocess.Popen[bytes]"]]:
    """Starts the command that follows the log; it is ended with the test."""
    running: list[subprocess.Popen[bytes]] = []

    def begin(*arguments: object) -> "subprocess.Popen[bytes]":
        running.append(start("ingest", log, "--follow", "--json", "--db", settings.db, *arguments))
        return running[-1]

    yield begin
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def found_by_others(settings: Settings, request_id: str) -> bool:
    """Whether another command finds it while the one that follows has the store."""
    if not settings.server_file.exists():
        return False
    return bool(ask(settings, Lookup(text=request_id)).found)


def test_followed_by_itself_until_it_is_stopped(command: Callable[..., Any], log: Path, settings: Settings) -> None:
    process = command()
    wait_until(lambda: found_by_others(settings, "req_N0000002"), "the first lines are found")
    append(log, "req_appended1")
    wait_until(lambda: found_by_others(settings, "req_appended1"), "the new line is found")
    append(log, "req_appended2")
    process.send_signal(signal.SIGINT)
    ended = finish(process)
    assert (ended.code, ended.err) == (0, "")
    assert (ended.json["files"], ended.json["lines"], ended.json["requests"], ended.json["lost"]) == (1, 5, 5, [])
    assert run("lookup", "req_appended2", "--db", settings.db, "--json").code == 0


def test_what_is_to_tell_is_told_when_it_happens(command: Callable[..., Any], log: Path, settings: Settings) -> None:
    later = log.with_name("later.log")
    process = command(later)
    wait_until(lambda: found_by_others(settings, "req_N0000002"), "the first lines are found")
    append(later, "req_later1")
    log.write_bytes(b"")
    wait_until(lambda: found_by_others(settings, "req_later1"), "the later line is found")
    process.send_signal(signal.SIGTERM)
    ended = finish(process)
    # Not all lines may have been read.
    assert (ended.code, ended.json["requests"], len(ended.json["lost"])) == (1, 4, 1)
    assert logged(ended.err) == [
        Logged("WARNING", "pixeldesk.follow", f"{later}: no such file or folder; check the path"),
        Logged("WARNING", "pixeldesk.follow", ended.json["lost"][0]),
    ]


def test_standard_input_is_not_followed(settings: Settings) -> None:
    complaint = run("ingest", "-", "--follow", "--db", settings.db).complaint
    assert complaint.startswith("--follow is for files")


# --- handed over --------------------------------------------------------------------------------------------


def test_the_server_follows_until_the_command_is_stopped(desk: Desk, command: Callable[..., Any], log: Path) -> None:
    with handover_server(desk):
        process = command()
        wait_until(lambda: stored(desk) == 3, "three lines are stored")
        append(log, "req_appended1")
        wait_until(lambda: stored(desk) == 4, "four lines are stored")
        append(log, "req_appended2")
        process.send_signal(signal.SIGINT)
        ended = finish(process)
        assert (ended.code, ended.err, ended.json["requests"]) == (0, "", 5)
        append(log, "req_unseen1")
        assert desk.following.followers() == []
        assert stored(desk) == 5


def test_the_server_stops_when_the_command_has_gone(desk: Desk, command: Callable[..., Any], log: Path) -> None:
    with handover_server(desk):
        process = command()
        wait_until(lambda: stored(desk) == 3, "three lines are stored")
        assert len(desk.following.followers()) == 1
        process.kill()
        wait_until(lambda: desk.following.followers() == [], "nobody follows")
        append(log, "req_unseen1")
        desk.ingest([])
        assert stored(desk) == 3


def test_the_command_ends_with_the_server(desk: Desk, command: Callable[..., Any]) -> None:
    with handover_server(desk):
        process = command()
        wait_until(lambda: stored(desk) == 3, "three lines are stored")
    assert finish(process).complaint.startswith("the server was stopped; what was committed is kept")


# --- the server's own ---------------------------------------------------------------------------------------


def test_the_server_follows_what_its_settings_name(log: Path, settings: Settings) -> None:
    watched = f"{log.parent / '*.log'}, {log.parent / 'missing'}"
    process = start("serve", "--port", "0", "--db", settings.db, env={"PIXELDESK_FOLLOW": watched})
    try:
        wait_until(lambda: found_by_others(settings, "req_N0000002"), "the first lines are found")
        append(log, "req_appended1")
        wait_until(lambda: found_by_others(settings, "req_appended1"), "the new line is found")
        doctor = ask(settings, Doctor())
        assert doctor.following.files == 1
        assert doctor.wrong == (f"{log.parent / 'missing'}: no such file or folder; check the path",)
    finally:
        process.send_signal(signal.SIGTERM)
    told = [one for one in logged(finish(process).err) if one.level != "INFO"]
    missing = f"{log.parent / 'missing'}: no such file or folder; check the path"
    assert told == [Logged("WARNING", "pixeldesk.follow", missing)]


def test_what_fails_in_the_background_is_told_once_and_tried_again(
    desk: Desk, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pixeldesk.ingest.following.running._RETRY_AFTER", 0.01)
    told: list[str] = []
    transaction, failures = desk.store.transaction, iter(range(3))

    def fail_at_first() -> Any:
        if next(failures, None) is not None:
            raise StoreFull("no space left")
        return transaction()

    monkeypatch.setattr(desk.store, "transaction", fail_at_first)
    with following(partial(desk.follow, [str(log)]), told.append):
        wait_until(lambda: stored(desk) == 3, "three lines are stored")
    assert told == ["no space left"]
    assert desk.following.followers() == []
