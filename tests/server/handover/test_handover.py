"""A store that a server has: the commands hand their work over to it, and nobody sees a difference."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.desk.commands.doctor import Doctor
from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.load import Progress
from pixeldesk.server.handover.server import handover_server
from pixeldesk.server.handover.server_file import ServerFile, read_server_file, write_server_file
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.asking import answer
from tests.command import ROOT, finish, run, start
from tests.log_lines import Line, as_bytes, event_line, failed_line, request_line, request_lines, write_lines
from tests.patience import PATIENCE_S, wait_until


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Small steps, so that an ingest has many of them; one transaction all the same."""
    return Settings(db=tmp_path / "x.duckdb", chunk_bytes=1 << 18, max_line_bytes=1 << 18)


@pytest.fixture
def server(desk: Desk, tmp_path: Path) -> Iterator[ServerFile]:
    """A server that has a small store."""
    lines: list[Line] = [*request_lines(5), failed_line("internal_error", 500), event_line(), "not a log line"]
    desk.ingest([str(write_lines(tmp_path / "first.ndjson", lines))])
    with handover_server(desk) as told:
        yield told


def post(server: ServerFile, command: str, body: bytes, token: str | None = None) -> tuple[int, list[dict[str, Any]]]:
    """What the server says to a body: the HTTP status, and each line."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
    headers = {"Authorization": f"Bearer {server.token if token is None else token}"}
    connection.request("POST", f"/desk/{command}", body, headers)
    response = connection.getresponse()
    lines = [json.loads(line) for line in response.read().splitlines()]
    connection.close()
    return response.status, lines


@contextmanager
def endless_ingests(desk: Desk) -> Iterator[threading.Event]:
    """Within the block an ingest of the desk ends only by being broken off; sets the event when it is in its midst."""
    begun = threading.Event()
    ingest: Callable[..., Any] = desk.ingest

    def held(*arguments: Any, progress: Callable[[Progress], None], **named: Any) -> Any:
        def tell(state: Progress) -> None:
            begun.set()
            wait_until(lambda: progress(state), "the ingest is broken off")

        return ingest(*arguments, progress=tell, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk, "ingest", held)
        yield begun


def stored(desk: Desk) -> int:
    """How many requests are in the store, each counted once however often it is there."""
    (row,) = desk.store.rows("SELECT count(*) AS stored, count(DISTINCT request_id) AS ids FROM requests")
    assert row["stored"] == row["ids"]
    return int(row["stored"])


# --- the same answers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "command", "parameters", "code"),
    [
        (["lookup", "req_7Qm2xV9cT4 req_unknown01"], "lookup", {"text": "req_7Qm2xV9cT4 req_unknown01"}, 1),
        (["query", "requests", "--host", "web-1"], "query", {"name": "requests", "parameters": {"host": "web-1"}}, 0),
        (["quarantine"], "quarantine", {"limit": 100}, 0),
        (["doctor"], "doctor", {}, 0),
    ],
)
def test_a_command_says_what_the_desk_says(
    arguments: list[str], command: str, parameters: dict[str, Any], code: int, server: ServerFile, desk: Desk
) -> None:
    finished = run(*arguments, "--json", "--db", desk.settings.db)
    assert (finished.code, finished.err) == (code, "")
    here = json.loads(json.dumps(answer(desk, command, parameters)))
    if command == "doctor":
        assert here.pop("seconds") >= 0 and finished.json["seconds"] >= 0
        assert {name: finished.json[name] for name in here} == here
    else:
        assert finished.json == here
    assert server.pid == os.getpid()


def test_an_error_of_the_server_is_the_commands_own(server: ServerFile, desk: Desk) -> None:
    complaint = run("query", "nonsense", "--db", desk.settings.db).complaint
    assert complaint.startswith("no question is called nonsense; there are:")
    assert server.pid == os.getpid()


@pytest.mark.usefixtures("server")
def test_ingest_of_a_file_and_of_standard_input(desk: Desk, tmp_path: Path) -> None:
    write_lines(tmp_path / "more.ndjson.gz", request_lines(7))
    from_file = run("ingest", "more.ndjson.gz", "--json", "--db", desk.settings.db, cwd=tmp_path)
    assert (from_file.code, from_file.err) == (0, "")
    assert (from_file.json["requests"], from_file.json["duplicates"]) == (2, 5)
    piped = run("ingest", "-", "--json", "--db", desk.settings.db, stdin=as_bytes(request_lines(3000)))
    assert (piped.code, piped.err) == (0, "")
    assert (piped.json["requests"], piped.json["duplicates"], piped.json["files"]) == (2993, 7, 1)
    assert stored(desk) == 3001
    unknown = run("ingest", "-", "--format", "nonsense", "--db", desk.settings.db, stdin=as_bytes(request_lines(9000)))
    assert "nonsense" in unknown.complaint


@pytest.mark.usefixtures("server")
def test_the_ids_of_a_megabyte_of_text(desk: Desk) -> None:
    ticket = "It does not work. " * 30_000 + "req_N0000003" + " Please help! " * 40_000 + "req_N0000001"
    assert len(ticket) > 1_000_000
    finished = run("lookup", "-", "--json", "--db", desk.settings.db, stdin=ticket.encode())
    assert finished.code == 0
    assert [card["request_id"] for card in finished.json["found"]] == ["req_N0000003", "req_N0000001"]


ASK_WITH_PROGRESS = """
import dataclasses
import json
import sys
from pathlib import Path
from pixeldesk.desk.commands.command import Context
from pixeldesk.desk.commands.ingest import Ingest
from pixeldesk.server.handover.client import ask
from pixeldesk.settings import Settings
told = []
ask(Settings(db=Path(sys.argv[1])), Ingest(paths=[sys.argv[2]]), Context(told.append))
print(json.dumps([dataclasses.asdict(one) for one in told]))
"""


@pytest.mark.usefixtures("server")
def test_progress_arrives(desk: Desk, tmp_path: Path) -> None:
    file = write_lines(tmp_path / "many.ndjson", request_lines(4000))
    printed = subprocess.run(
        [sys.executable, "-c", ASK_WITH_PROGRESS, str(desk.settings.db), str(file)],
        cwd=ROOT, capture_output=True, check=True, timeout=PATIENCE_S,
    )  # fmt: skip
    told = json.loads(printed.stdout)
    assert len(told) > 5
    assert 0 < told[0]["lines"] < 4000
    assert [one["lines"] for one in told] == sorted(one["lines"] for one in told)
    size = file.stat().st_size
    assert (told[-1]["lines"], told[-1]["bytes_read"], told[-1]["bytes_total"]) == (4000, size, size)


# --- who may ask, and whom to believe -----------------------------------------------------------------------


def test_only_with_the_token(server: ServerFile, desk: Desk) -> None:
    for wrong in ("", "nonsense", server.token[:-1], server.token + "x", "\xe9"):
        status, (line,) = post(server, "doctor", b"{}\n", token=wrong)
        assert status == 401
        assert server.token not in line["error"]
    assert post(server, "doctor", b"{}\n")[0] == 200
    assert str(desk.settings.db) not in json.dumps(post(server, "doctor", b"{}\n", token="x"))


def test_the_server_file_is_for_its_owner_and_goes_away(desk: Desk) -> None:
    path = desk.settings.server_file
    with handover_server(desk) as told:
        assert path.stat().st_mode & 0o777 == 0o600
        assert json.loads(path.read_text()) == told.model_dump()
        assert len(told.token) >= 32
        assert post(told, "doctor", b"{}\n")[0] == 200
    with pytest.raises(ConnectionRefusedError):
        post(told, "doctor", b"{}\n")
    assert not path.exists()
    assert [one.name for one in path.parent.iterdir() if "server" in one.name] == []


def a_dead_process() -> int:
    """The pid of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_a_server_that_has_ended_is_not_found_by_its_file(settings: Settings) -> None:
    settings.db.parent.mkdir(parents=True, exist_ok=True)
    for pid, believed in ((os.getpid(), True), (a_dead_process(), False)):
        told = ServerFile(port=1, token="x", pid=pid)
        write_server_file(settings.server_file, told)
        assert read_server_file(settings.server_file) == (told if believed else None)


@pytest.mark.parametrize("content", ["dead", "another", "garbage", ""])
def test_a_server_file_of_somebody_else_is_not_believed(content: str, desk: Desk) -> None:
    path = desk.settings.server_file
    if content in ("dead", "another"):
        # A process that runs and is not the one that has the store: its port may be anybody's by now.
        pid = a_dead_process() if content == "dead" else os.getppid()
        write_server_file(path, ServerFile(port=1, token="x", pid=pid))
    else:
        path.write_text(content)
    complaint = run("doctor", "--db", desk.settings.db).complaint
    assert complaint == (
        f"the store {desk.settings.db} is held by process {os.getpid()}; wait for it or stop it, then try again"
    )


def planted(kind: str, path: Path, told: ServerFile) -> None:
    """Put a server file where it is, as somebody else might."""
    theirs = path.with_name("theirs.json")
    write_server_file(theirs if kind == "link" else path, told)
    if kind == "link":
        path.symlink_to(theirs)
    elif kind == "for all":
        path.chmod(0o666)
    elif kind == "of another owner":
        os.chown(path, 54321, 54321)
    else:
        path.unlink()
        os.mkfifo(path, 0o600)


@pytest.mark.parametrize("kind", ["link", "for all", "fifo", "of another owner"])
def test_a_server_file_that_was_planted_is_not_believed(kind: str, settings: Settings) -> None:
    if kind == "of another owner" and os.geteuid():
        pytest.skip("only root may give a file away")
    told = ServerFile(port=1, token="x", pid=os.getpid())
    planted(kind, settings.server_file, told)
    assert read_server_file(settings.server_file) is None
    settings.server_file.unlink()
    write_server_file(settings.server_file, told)
    assert read_server_file(settings.server_file) == told


def test_no_link_is_followed_to_write_the_server_file(settings: Settings) -> None:
    victim = settings.db.with_name("victim.txt")
    victim.write_text("theirs")
    path = settings.server_file
    for name in (path.name, f"{path.name}.{os.getpid()}"):
        path.with_name(name).symlink_to(victim)
    write_server_file(path, ServerFile(port=1, token="x", pid=os.getpid()))
    assert (victim.read_text(), path.is_symlink()) == ("theirs", False)
    assert path.stat().st_mode & 0o777 == 0o600


def test_in_a_folder_in_which_every_user_may_replace_files_only_ones_own_is_believed(settings: Settings) -> None:
    told = ServerFile(port=1, token="x", pid=os.getpid())
    folder = settings.db.parent
    folder.chmod(0o777)
    write_server_file(settings.server_file, told)
    assert read_server_file(settings.server_file) == told
    if os.geteuid():
        pytest.skip("only root may give a file away")
    for path in (settings.server_file, settings.db):
        path.touch()
        os.chown(path, 12345, -1)
    assert read_server_file(settings.server_file) is None
    folder.chmod(0o1777)  # As /tmp has it: it is the store's owner who wrote it.
    assert read_server_file(settings.server_file) == told


def test_a_server_that_does_not_answer(desk: Desk) -> None:
    write_server_file(desk.settings.server_file, ServerFile(port=1, token="x", pid=os.getpid()))
    complaint = run("doctor", "--db", desk.settings.db).complaint
    assert complaint.startswith(f"the server that has the store (process {os.getpid()}) does not answer")


# --- stopped, at once, broken -------------------------------------------------------------------------------


def test_an_ingest_whose_command_has_ended_is_taken_back(server: ServerFile, desk: Desk, tmp_path: Path) -> None:
    file = write_lines(tmp_path / "many.ndjson", request_lines(6_000))
    before = stored(desk)
    body = json.dumps({"paths": [str(file)], "format_name": "auto"}).encode() + b"\n"
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
    with endless_ingests(desk), closing(connection):
        connection.request("POST", "/desk/ingest", body, {"Authorization": f"Bearer {server.token}"})
        assert "progress" in json.loads(connection.getresponse().readline())
    desk.ingest([])  # One runs at a time: this one waits for the end of the other.
    assert stored(desk) == before
    again = run("ingest", file, "--json", "--db", desk.settings.db).json
    assert again["requests"] == 6_000 - before + 1
    assert stored(desk) == 6_001


def test_standard_input_that_breaks_off_is_taken_back(server: ServerFile, desk: Desk) -> None:
    before = stored(desk)
    lines = as_bytes(request_lines(6_000))
    head = json.dumps({"paths": ["-"], "format_name": "auto"}).encode() + b"\n"
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
    connection.putrequest("POST", "/desk/ingest")
    connection.putheader("Authorization", f"Bearer {server.token}")
    connection.putheader("Content-Length", str(len(head) + len(lines)))
    connection.endheaders()
    with closing(connection):
        connection.send(head + lines[: len(lines) - 1000])
        wait_until(desk._ingest_lock.locked, "an ingest begins")  # It cannot end without the rest of the lines.
    desk.ingest([])
    assert stored(desk) == before


def test_stopped_by_ctrl_c(server: ServerFile, desk: Desk, tmp_path: Path) -> None:
    file = write_lines(tmp_path / "many.ndjson", request_lines(6_000))
    before = stored(desk)
    with endless_ingests(desk) as begun:
        process = start("ingest", file, "--db", desk.settings.db)
        assert begun.wait(PATIENCE_S)
        process.send_signal(signal.SIGINT)
        finished = finish(process)
    assert (finished.code, finished.err.count("\n")) == (2, 1)
    desk.ingest([])
    assert stored(desk) == before
    assert server.pid == os.getpid()


@pytest.mark.usefixtures("server")
def test_two_ingests_at_once(desk: Desk, tmp_path: Path) -> None:
    files = [
        write_lines(tmp_path / "one.ndjson", request_lines(3000)),
        write_lines(tmp_path / "two.ndjson", request_lines(4000)),
    ]
    running = [start("ingest", file, "--json", "--db", desk.settings.db) for file in files]
    ended = [finish(one) for one in running]
    assert [(one.code, one.err) for one in ended] == [(0, ""), (0, "")]
    assert sum(one.json["requests"] for one in ended) == 4000 - 5
    assert stored(desk) == 4001


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n",
        b"no line end",
        b"garbage\n",
        b"[1]\n",
        b"7\n",
        b"null\n",
        b"[" * 100_000,
        b"\xff\n",
    ],
    ids=lambda body: repr(body[:12]),
)
def test_a_garbage_body_is_refused_and_the_server_goes_on(body: bytes, server: ServerFile) -> None:
    status, (line,) = post(server, "ingest", body)
    assert status == 400
    assert line == {"error": "that is no command: its first line is not its parameters"}
    assert post(server, "lookup", b'{"text": "req_N0000001"}\n')[1][-1]["result"]["ids"] == ["req_N0000001"]


@pytest.mark.parametrize(
    ("command", "parameters", "complaint"),
    [
        ("nonsense", {}, "the desk has no command 'nonsense'; there are: "),
        ("lookup", {}, "lookup needs text; it takes: text"),
        ("lookup", {"texts": "x", "text": "y"}, "lookup takes no 'texts'; it takes: text"),
        ("lookup", {"x" * 10_000_000: 1, "text": "y"}, "lookup takes no 'xxx"),
        ("lookup", {"text": None}, "lookup: text: null is refused: "),
        ("ingest", {"paths": 7}, "ingest: paths: 7 is refused: "),
        ("ingest", {"paths": [7]}, "ingest: paths.0: 7 is refused: "),
        ("ingest", {}, "ingest needs paths; it takes: "),
        ("quarantine", {"limit": "x" * 10_000_000}, "quarantine: limit: 'xxx"),
        ("diagnose", {"start": "x" * 10_000_000}, "diagnose: start: 'xxx"),
        ("mark", {"diagnosis": "x", "verdict": {"a": []}}, "mark: verdict: a diagnosis is marked right, wrong"),
        ("query", {"name": "gaps", "parameters": None}, "query: parameters: null is refused: "),
    ],
    ids=lambda each: str(each)[:30],
)
def test_a_parameter_that_does_not_fit_is_one_line(
    command: str, parameters: dict[str, Any], complaint: str, server: ServerFile
) -> None:
    status, (line,) = post(server, command, json.dumps(parameters).encode() + b"\n")
    assert status == 400
    assert list(line) == ["error"]
    assert line["error"].startswith(complaint)
    assert len(line["error"]) <= 400 and "\n" not in line["error"]


@pytest.mark.parametrize(
    ("parameters", "complaint"),
    [
        ({"name": "x" * 10_000_000}, "no question is called xxx"),
        ({"name": "gaps", "parameters": {"x" * 10_000_000: 1}}, "gaps takes no xxx"),
        ({"name": "quarantined", "parameters": {"limit": None}}, "quarantined: limit: null is not a whole number"),
        ({"name": "quarantined", "parameters": {"limit": [1]}}, "quarantined: limit: [1] is not a whole number"),
        ({"name": "request", "parameters": {"request_id": 7}}, "request: request_id: 7 is not a text"),
    ],
    ids=lambda each: str(each)[:30],
)
def test_a_question_is_refused_as_clearly(parameters: dict[str, Any], complaint: str, server: ServerFile) -> None:
    status, (line,) = post(server, "query", json.dumps(parameters).encode() + b"\n")
    assert status == 200
    assert line["error"].startswith(complaint)
    assert "\n" not in line["error"] and len(line["error"]) < 2500


def test_a_failure_nobody_thought_of_reaches_the_command(server: ServerFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("secret text of a log line")

    monkeypatch.setattr(Doctor, "run", fail)
    _, lines = post(server, "doctor", b"{}\n")
    assert lines == [{"error": "the server failed at it (ZeroDivisionError); its log says more"}]


def test_the_store_is_free_again_when_the_server_has_stopped(desk: Desk) -> None:
    with handover_server(desk):
        assert run("doctor", "--json", "--db", desk.settings.db).code == 0
    desk.store.close()
    assert run("ingest", "-", "--db", desk.settings.db, stdin=as_bytes([request_line()])).code == 0
    store = open_store(desk.settings, read_only=True)
    assert stored(Desk(desk.settings, store)) == 1
    store.close()
