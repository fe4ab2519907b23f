"""The command line by real processes: options, exit codes, and the JSON of docs/json.md."""

import gzip
import os
import pty
import signal
import tomllib
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pixeldesk.cli.main import _fill_if_empty
from pixeldesk.desk.desk import Desk
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.command import ROOT, finish, run, start
from tests.log_lines import Line, as_bytes, event_line, failed_line, moment, request_line, request_lines, write_lines
from tests.patience import PATIENCE_S

OUTCOMES = ("requests", "events", "quarantined", "duplicates", "blank", "unmapped")
COUNTS = ("lines", *OUTCOMES)
SMALL_STEPS = {
    "PIXELDESK_CHUNK_BYTES": "131072",
    "PIXELDESK_MAX_LINE_BYTES": "131072",
    "PIXELDESK_BATCH_BYTES": "524288",
}


def counts(report: dict[str, Any]) -> dict[str, int]:
    """The line counts of a report."""
    return {name: report[name] for name in COUNTS}


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small store, for reading only."""
    folder = tmp_path_factory.mktemp("cli")
    lines: list[Line] = [
        *request_lines(3),
        failed_line("insufficient_scope", 403),
        event_line(),
        "not a log line",
        "",
        {"hello": "world"},
    ]
    finished = run("ingest", write_lines(folder / "a.ndjson", lines), "--db", folder / "x.duckdb", "--json")
    assert finished.code == 0, finished
    return folder / "x.duckdb"


def test_the_command_is_called_pixeldesk() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["scripts"] == {"pixeldesk": "pixeldesk.cli.main:main"}
    helped = run("--help")
    assert helped.code == 0
    named = [
        word
        for word in helped.out.split()
        if word in ("ingest", "lookup", "diagnose", "mark", "query", "quarantine", "doctor", "serve")
    ]
    assert named == ["ingest", "lookup", "diagnose", "mark", "query", "quarantine", "doctor", "serve"]


def test_its_version_is_the_installed_one(db: Path) -> None:
    shown = run("--version")
    assert (shown.code, shown.out, shown.err) == (0, f"pixeldesk {version('pixeldesk')}\n", "")
    assert run("doctor", "--db", db, "--json").json["version"] == version("pixeldesk")
    assert version("pixeldesk") in run("doctor", "--db", db).out


# --- ingest -------------------------------------------------------------------------------------------------


def test_ingest_tells_what_became_of_every_line(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    lines: list[Line] = [request_line(), event_line(), "{bad", "", {"hello": "world"}, request_line()]
    content = as_bytes(lines)
    (tmp_path / "logs" / "a.ndjson.gz").write_bytes(gzip.compress(content))
    # In the working folder, with a relative path, the setting from the environment and another flag's default.
    finished = run("ingest", "logs", "--format", "auto", "--json", env={"PIXELDESK_DB": "s.duckdb"}, cwd=tmp_path)
    assert (finished.code, finished.err) == (0, "")
    report = finished.json
    expected = dict(zip(COUNTS, (6, 1, 1, 1, 1, 1, 1), strict=True))
    assert counts(report) == expected
    assert (report["files"], report["bytes"]) == (1, len(content))
    assert report["seconds"] > 0
    assert (tmp_path / "s.duckdb").stat().st_mode & 0o777 == 0o600


def test_the_default_store_is_in_the_working_folder(tmp_path: Path) -> None:
    finished = run("ingest", "-", stdin=as_bytes([request_line()]), cwd=tmp_path)
    assert finished.code == 0
    assert finished.out.startswith("1 files, 1 lines in ") and finished.out.endswith(": 1 requests\n")
    assert (tmp_path / "data" / "pixeldesk.duckdb").exists()


def test_ingest_reads_standard_input_beside_files(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "a.ndjson", request_lines(2))
    piped = as_bytes([*request_lines(3), event_line()])
    report = run("ingest", file, "-", "--db", tmp_path / "x.duckdb", "--json", stdin=piped).json
    assert counts(report) == dict(zip(COUNTS, (6, 3, 1, 0, 2, 0, 0), strict=True))


def test_what_cannot_be_read_is_told_and_the_rest_is_loaded(tmp_path: Path) -> None:
    good = write_lines(tmp_path / "a.ndjson", request_lines(2))
    finished = run("ingest", tmp_path / "missing.log", good, "--db", tmp_path / "x.duckdb", "--json")
    assert finished.code == 2
    assert finished.err == f"pixeldesk: {tmp_path / 'missing.log'}: no such file or folder; check the path\n"
    assert finished.json["requests"] == 2
    assert finished.json["unreadable"] == [f"{tmp_path / 'missing.log'}: no such file or folder; check the path"]


def test_a_file_that_is_damaged_is_read_in_part_and_told(tmp_path: Path) -> None:
    packed = gzip.compress(as_bytes(request_lines(2000)))
    (tmp_path / "a.ndjson.gz").write_bytes(packed[: len(packed) // 2])
    finished = run("ingest", tmp_path / "a.ndjson.gz", "--db", tmp_path / "x.duckdb", "--json")
    assert finished.code == 1
    assert 0 < finished.json["requests"] < 2000
    assert finished.err.count("\n") == 1 and str(tmp_path / "a.ndjson.gz") in finished.err


def test_where_there_is_nothing_to_fill_an_empty_store_with_it_says_where_sample_logs_are(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "sample_logs" / "logs"
    _fill_if_empty(settings, str(missing))
    first, second = capsys.readouterr().err.splitlines()
    assert first == f"pixeldesk: {missing}: no such file or folder; check the path"
    assert second.startswith("pixeldesk: ") and "sample_logs/logs" in second
    _fill_if_empty(settings, str(write_lines(tmp_path / "a.ndjson", request_lines(1))))
    filled = capsys.readouterr()
    assert (filled.err, "1 requests" in filled.out) == ("", True)
    _fill_if_empty(settings, str(missing))
    assert capsys.readouterr() == ("", "")


# --- the questions ------------------------------------------------------------------------------------------


def test_lookup(db: Path) -> None:
    both = run("lookup", "req_7Qm2xV9cT4 and req_N0000001", "--db", db, "--json")
    assert (both.code, both.err) == (0, "")
    assert both.json["ids"] == ["req_7Qm2xV9cT4", "req_N0000001"]
    assert [card["request_id"] for card in both.json["found"]] == both.json["ids"]
    assert both.json["not_found"] == []
    one_missing = run("lookup", "-", "--db", db, "--json", stdin=b"req_N0000001, then req_N0000009 \xff\n")
    assert (one_missing.code, one_missing.err) == (1, "")
    (missing,) = one_missing.json["not_found"]
    assert missing.keys() == {"request_id", "absence", "reason", "nearest"}
    assert missing["nearest"] == ["req_N0000000", "req_N0000001", "req_N0000002"]


def test_lookup_for_a_person(db: Path) -> None:
    found = run("lookup", "req_7Qm2xV9cT4", "--db", db)
    assert (found.code, found.err) == (0, "")
    for part in ("req_7Qm2xV9cT4  403 insufficient_scope", "cus_0184", "Hello,", "req_N0000001", "a.ndjson line 4"):
        assert part in found.out
    missing = run("lookup", "req_N0000009", "--db", db)
    assert missing.code == 1
    assert missing.out.startswith("req_N0000009  not found\nNo request with this id")
    assert "Nearest: req_N0000000, req_N0000001, req_N0000002\n" in missing.out
    nothing = run("lookup", "it is broken", "--db", db)
    assert nothing.code == 1
    assert "Please send us the request id" in nothing.out and nothing.out.endswith("Pixel API support\n")
    assert "We could not find request req_N0000009 in our logs." in missing.out
    some = run("lookup", "req_N0000001 req_N0000009", "--db", db)
    assert "reply to the whole ticket" in some.out and "reply to the whole ticket" not in found.out
    assert "Of your 2 requests, 1 succeeded and 1 could not be found." in some.out
    assert nothing.err.startswith("pixeldesk: there is no request id in that text")


def test_lookup_prints_the_lines_of_an_id_without_a_request_and_says_what_is_shared(tmp_path: Path) -> None:
    log, db = tmp_path / "a.ndjson", tmp_path / "lines.duckdb"
    lines = [
        event_line(request_id="req_eventOnly", message="job \x1b[31mfailed"),
        request_line(),
        request_line(host="b"),
    ]
    write_lines(log, lines)
    assert run("ingest", log, "--db", db).code == 0
    only = run("lookup", "job req_eventOnly?", "--db", db)
    assert only.code == 1
    assert only.out.startswith("req_eventOnly  not found\nOnly 1 application log line with this id")
    assert "2026-11-16T11:59:59.995Z  {" in only.out and "\\u001b[31mfailed" in only.out
    shared = run("lookup", "req_7Qm2xV9cT4", "--db", db)
    assert shared.out.startswith("req_7Qm2xV9cT4  2 requests share this id: ")


def test_query(db: Path) -> None:
    scoped = run(
        "query", "requests", "--from", moment(1), "--to", "2026-11-16T13:00:02+01:00", "--environment", "production",
        "--customer", "cus_0184", "--route", "/pixel/pipes/{pipe}", "--host", "web-1", "--db", db, "--json",
    )  # fmt: skip
    assert [row["request_id"] for row in scoped.json] == ["req_N0000001"]
    assert scoped.json[0]["timestamp"] == "2026-11-16T12:00:01.000Z"
    by_code = run("query", "requests", "--code", "insufficient_scope", "--db", db, "--json")
    assert [row["status"] for row in by_code.json] == [403]
    parameter = run("query", "request", "--param", "request_id=req_N0000002", "--db", db, "--json")
    assert [row["request_id"] for row in parameter.json] == ["req_N0000002"]
    listed = run(
        "query", "succeeding_values", "--param", "field_values=all ", "--param", "field_values=host web-1",
        "--db", db, "--json",
    )  # fmt: skip
    assert [row["field"] for row in listed.json] == ["all", "host"]
    read = run("query", "quarantined", "--param", "limit=1", "--db", db)
    assert read.code == 0
    assert read.out.startswith("Which lines could not be understood, and why?\n")


def test_quarantine(db: Path) -> None:
    finished = run("quarantine", "--limit", "5", "--db", db, "--json")
    assert (finished.code, finished.err) == (0, "")
    (row,) = finished.json
    assert row.keys() >= {"source", "line", "offset", "reason", "excerpt"}
    assert (row["line"], row["excerpt"]) == (6, "not a log line")
    assert "not a log line" in run("quarantine", "--db", db).out


def test_doctor(db: Path, tmp_path: Path) -> None:
    finished = run("doctor", "--db", db, "--json")
    assert (finished.code, finished.err) == (0, "")
    found = finished.json
    assert found["ok"] is True
    assert found["settings"]["db"] == str(db)
    assert found["totals"] == dict(zip(COUNTS, (8, 4, 1, 1, 0, 1, 1), strict=True))
    assert found["store"]["oldest"] == "2026-11-16T12:00:00.000Z"
    assert found["gaps"] == {"hours": 0, "first": []}
    assert found["store"]["last_ingest"]
    unknown = write_lines(tmp_path / "a.ndjson", [failed_line("quota_of_the_moon", 418)])
    run("ingest", unknown, "--db", tmp_path / "x.duckdb")
    wrong = run("doctor", "--db", tmp_path / "x.duckdb")
    assert wrong.code == 1
    assert wrong.err == "pixeldesk: error codes that the catalogue does not know: quota_of_the_moon\n"


def test_doctor_shows_no_credential(db: Path) -> None:
    env = {
        "PIXELDESK_FOLLOW": "https://me:geheim1@logs.example/a.log?sig=geheim2&day=3, /var/log/token=geheim3.log,/logs",
        "PIXELDESK_PUBLIC_URL": "https://desk:geheim4@desk.example/x",
        "PIXELDESK_PUSH_VERCEL_VERIFY": "geheim5",
        "PIXELDESK_PUSH_TOKENS": "vector=geheim6geheim6geheim6",
        "PIXELDESK_METRICS_TOKEN": "geheim7",
        "PIXELDESK_WEBHOOK_URL": "https://hooks.example/geheim8",
    }
    for as_json in ([], ["--json"]):
        finished = run("doctor", "--db", db, *as_json, env=env)
        assert "geheim" not in finished.out + finished.err
    settings = finished.json["settings"]
    assert settings["follow"].startswith("https://logs.example/a.log?day=3, /var/log/token=[redacted] ")
    assert settings["follow"].endswith(".log,/logs")
    assert (settings["public_url"], settings["push_vercel_verify"]) == ("https://desk.example/x", "*" * 10)


# --- what goes wrong is one line on stderr and exit code 2 --------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["nonsense"], "nonsense"),
        (["lookup"], "text"),
        (["ingest", "--color", "red", "x"], "--color"),
        (["quarantine", "--limit", "0"], "--limit"),
        (["quarantine", "--limit", "ten"], "--limit"),
        (["query", "nonsense"], "no question is called nonsense; there are:"),
        (["query", "gaps", "--param", "color"], "--param takes name=value"),
        (["query", "gaps", "--customer", "cus_1"], "gaps takes no customer_id"),
        (["query", "quarantined"], "quarantined needs limit"),
        (["query", "quarantined", "--param", "limit=ten"], "whole number"),
        (
            ["query", "requests_with_code", "--param", "status=abc", "--param", "count=1"],
            "requests_with_code: status: 'abc' is not a whole number; write 100",
        ),
        (["query", "quarantined", "--param", "limit=1", "--param", "limit=2"], "limit: ['1', '2'] is not a whole"),
        (["query", "gaps", "--param", "name=gaps"], "gaps takes no name"),
        (["query", "gaps", "--param", "store=x"], "gaps takes no store"),
        (["query", "quarantined", "--param", "limit=-1"], "whole number"),
        (["query", "quarantined", "--param", f"limit={'9' * 40}"], "whole number"),
        (["query", "requests", "--from", "yesterday"], "'yesterday' is not a time; write 2026-11-16"),
        (["query", "requests", "--to", "0001-01-01T00:00:00+09:00"], "is not a time"),
        (["query", "requests", "--customer", b"\xff"], "cannot encode"),
    ],
    ids=lambda one: str(one)[:40],
)
def test_a_wrong_question(arguments: list[str | bytes], part: str, db: Path) -> None:
    where = [] if arguments == ["nonsense"] else ["--db", db]
    assert part in run(*map(os.fsdecode, arguments), *where).complaint


@pytest.mark.parametrize("command", [["lookup", "req_7Qm2xV9cT4"], ["doctor"]], ids=["lookup", "doctor"])
def test_no_store(command: list[str], tmp_path: Path) -> None:
    path = tmp_path / "none" / "x.duckdb"
    complaint = run(*command, "--db", path, "--json").complaint
    assert complaint == f"there is no store at {path}; make one with: pixeldesk ingest PATH"
    assert not path.parent.exists()


def test_not_a_store(tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.duckdb"
    garbage.write_bytes(b"not a database at all\n" * 500)
    assert run("doctor", "--db", garbage).complaint == f"{garbage} is not a pixeldesk store; give the path of one"
    assert str(garbage) in run("ingest", "-", "--db", garbage).complaint
    assert garbage.read_bytes() == b"not a database at all\n" * 500
    folder = run("doctor", "--db", tmp_path).complaint
    assert str(tmp_path) in folder and "folder" in folder
    assert str(garbage) in run("ingest", "-", "--db", garbage / "x.duckdb").complaint


def test_somebody_elses_database(tmp_path: Path) -> None:
    path = tmp_path / "x.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE theirs (n INTEGER)")
    assert "not a pixeldesk store" in run("ingest", "-", "--db", path).complaint


def test_a_store_of_another_version(tmp_path: Path) -> None:
    settings = Settings(db=tmp_path / "x.duckdb")
    store = open_store(settings)
    with store.transaction() as transaction:
        transaction.execute("UPDATE meta SET value = '999' WHERE name = 'schema_version'")
    store.close()
    for command in (["lookup", "req_7Qm2xV9cT4"], ["ingest", "-"]):
        complaint = run(*command, "--db", settings.db).complaint
        assert "has schema version 999" in complaint and "install the pixeldesk that wrote it" in complaint


def test_a_setting_that_is_no_good(tmp_path: Path) -> None:
    wrong = {"PIXELDESK_MEMORY_MIB": "lots", "PIXELDESK_PORT": "99999"}
    complaint = run("doctor", "--db", tmp_path / "x.duckdb", env=wrong).complaint
    assert "PIXELDESK_MEMORY_MIB: Input should be a valid integer" in complaint
    assert "PIXELDESK_PORT: Input should be less than or equal to 65535" in complaint


def test_a_store_that_another_process_has(desk: Desk) -> None:
    held = f"the store {desk.store.path} is held by process {os.getpid()}; wait for it or stop it, then try again"
    assert run("doctor", "--db", desk.store.path).complaint == held


# --- terminals ----------------------------------------------------------------------------------------------

STEERING = "\x1b[31mRED\x1b]0;title\x07 \x9b2J \u202e\r\n\x00x"


@pytest.fixture
def hostile_db(desk: Desk, settings: Settings, tmp_path: Path) -> Path:
    """A store with log text that tries to steer a terminal."""
    steered = failed_line(f"code{STEERING}", 400, customer_id=STEERING, path=STEERING, host=STEERING)
    write_lines(tmp_path / "a.ndjson", [steered, f"{STEERING!r} \x1b[31m".replace("\n", "")])
    desk.ingest([str(tmp_path / "a.ndjson")])
    desk.store.close()
    return settings.db


def test_log_text_never_steers_a_terminal(hostile_db: Path) -> None:
    for command in (["lookup", "req_7Qm2xV9cT4"], ["query", "requests"], ["quarantine"], ["doctor"]):
        for flags in ([], ["--json"]):
            finished = run(*command, *flags, "--db", hostile_db)
            assert not set(finished.out + finished.err) & set("\x1b\x07\x9b\u202e\r\x00")
    assert "\\x1b[31mRED" in run("lookup", "req_7Qm2xV9cT4", "--db", hostile_db).out


@pytest.mark.parametrize("flags", [[], ["--json"]], ids=["read", "json"])
def test_nor_where_there_is_one(flags: list[str], hostile_db: Path) -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as screen:
        process = start("lookup", "req_7Qm2xV9cT4", *flags, "--db", hostile_db, stdout=theirs, stderr=theirs)
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # So a terminal tells that its other end is closed.
            while piece := screen.read(65536):
                shown += piece
        process.communicate(timeout=PATIENCE_S)
    assert b"req_7Qm2xV9cT4" in shown
    assert b"\x1b[31m" not in shown and b"\x1b]0" not in shown and "\x9b".encode() not in shown


def test_a_reader_that_stops_reading_is_no_error(db: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    finished = finish(start("query", "requests", "--json", "--db", db, stdout=writing))
    os.close(writing)
    assert finished.err == ""


# --- Ctrl-C -------------------------------------------------------------------------------------------------

STOPPED = "pixeldesk: stopped; what was committed is kept, and the same command goes on from there\n"


def test_stopped_in_the_middle_of_a_file(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "a.ndjson", request_lines(20_000))
    db = tmp_path / "x.duckdb"
    process = start("ingest", file, "--db", db, "--json", env=SMALL_STEPS)
    log = db.with_name("x.duckdb.wal")
    while not (log.exists() and log.stat().st_size > 1_000_000):
        assert process.poll() is None, "it ended before it could be stopped"
    process.send_signal(signal.SIGINT)
    stopped = finish(process)
    assert (stopped.code, stopped.out, stopped.err) == (2, "", STOPPED)
    kept = run("doctor", "--db", db, "--json").json["store"]["all_requests"]
    assert 0 < kept < 20_000
    again = run("ingest", file, "--db", db, "--json").json
    assert counts(again)["requests"] == 20_000 - kept
    assert counts(again)["duplicates"] == 0
    assert_whole(db, 20_000)


def test_stopped_while_reading_standard_input(tmp_path: Path) -> None:
    db, lines = tmp_path / "x.duckdb", as_bytes(request_lines(2_000))
    process = start("ingest", "-", "--db", db, env=SMALL_STEPS)
    assert process.stdin is not None
    process.stdin.write(lines[: len(lines) * 3 // 4])
    process.stdin.flush()
    # All but what a pipe holds has been read by now. Ctrl-C ends what is piped in as well.
    process.send_signal(signal.SIGINT)
    stopped = finish(process)
    assert (stopped.code, stopped.err) == (2, STOPPED)
    run("ingest", "-", "--db", db, stdin=lines)
    assert_whole(db, 2_000)


def assert_whole(db: Path, requests: int) -> None:
    """Every request is there once, under its id, and every count agrees."""
    store = open_store(Settings(db=db), read_only=True)
    counted = "SELECT count(*) AS stored, count(DISTINCT request_id) AS ids FROM requests"
    assert store.rows(counted) == [{"stored": requests, "ids": requests}]
    assert store.rows("SELECT sum(requests) AS n FROM requests_per_hour") == [{"n": requests}]
    assert store.rows("SELECT sum(requests) AS n FROM batches") == [{"n": requests}]
    store.close()


# --- diagnose and mark --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def failing_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which one customer keeps asking for a pipe that does not exist."""
    folder = tmp_path_factory.mktemp("diagnose")
    lines = [
        failed_line(
            "invalid_pipe", 400, timestamp=moment(600 * n), request_id=f"req_P{n:07}",
            path="/pixel/pipes/top-pages\x1b[31m?website_id=web_k31",
        )
        for n in range(20)
    ]  # fmt: skip
    path = write_lines(folder / "a.ndjson", [*request_lines(3), *lines])
    assert run("ingest", path, "--db", folder / "x.duckdb").code == 0
    return folder / "x.duckdb"


def test_diagnose_prints_json_as_the_contract_has_it(failing_db: Path) -> None:
    finished = run("diagnose", "--db", failing_db, "--json")
    assert (finished.code, finished.err) == (0, "")
    (one,) = finished.json
    assert one["case"] == "unknown_pipe"
    assert (one["status"], one["customer_id"], one["failing_requests"]) == ("active", "cus_0184", 20)
    assert one["first_seen"] == "2026-11-16T12:00:00.000Z"
    assert one["evidence"] and one["for"] and one["fix"] and one["reply"]


@pytest.mark.parametrize(
    ("scope", "found"),
    [
        (["--from", "2026-11-16T13:00:00Z"], 14),
        (["--to", "2026-11-16T13:00:00Z"], 6),
        (["--customer", "cus_0184"], 20),
        (["--customer", "cus_nobody"], None),
        (["--environment", "production"], 20),
        (["--environment", "development"], None),
    ],
)
def test_diagnose_within_a_scope(failing_db: Path, scope: list[str], found: int | None) -> None:
    finished = run("diagnose", *scope, "--db", failing_db, "--json")
    assert [one["failing_requests"] for one in finished.json] == ([] if found is None else [found])
    assert finished.code == 0


def test_diagnose_for_a_person_shows_the_evidence_and_steers_no_terminal(failing_db: Path) -> None:
    finished = run("diagnose", "--db", failing_db)
    assert "cus_0184  Pipe that does not exist  active" in finished.out
    assert "  + 20 requests like this from 16 November 2026, 12:00 UTC" in finished.out
    assert "\x1b" not in finished.out
    assert "no case is found" in run("diagnose", "--customer", "cus_nobody", "--db", failing_db).out


@pytest.mark.parametrize("wrong", [["--from", "yesterday"], ["--to", "32 November"]])
def test_diagnose_refuses_what_is_no_time(failing_db: Path, wrong: list[str]) -> None:
    assert "is not a time" in run("diagnose", *wrong, "--db", failing_db).complaint


def test_diagnose_without_a_store_says_how_to_make_one(tmp_path: Path) -> None:
    assert "pixeldesk ingest PATH" in run("diagnose", "--db", tmp_path / "none.duckdb").complaint


def test_a_card_carries_its_diagnosis(failing_db: Path) -> None:
    (card,) = run("lookup", "req_P0000003", "--db", failing_db, "--json").json["found"]
    (one,) = card["diagnoses"]
    assert (one["case"], one["explains"]) == ("unknown_pipe", ["req_P0000003"])
    assert one["reply_section"] in card["reply"]
    assert "diagnosis     Pipe that does not exist (active" in run("lookup", "req_P0000003", "--db", failing_db).out
    (healthy,) = run("lookup", "req_N0000001", "--db", failing_db, "--json").json["found"]
    assert [other["explains"] for other in healthy["diagnoses"]] == [[]]


def test_a_diagnosis_is_marked_by_its_id(failing_db: Path) -> None:
    (one,) = run("diagnose", "--db", failing_db, "--json").json
    kept = run("mark", one["id"], "right", "--db", failing_db, "--json")
    assert (kept.code, kept.json["verdict"], kept.json["case"]) == (0, "right", "unknown_pipe")
    assert one["id"] in failing_db.with_name("x.duckdb.marks.ndjson").read_text()
    assert "is marked unmarked" in run("mark", one["id"], "unmarked", "--db", failing_db).out
    assert "there is no diagnosis nonsense" in run("mark", "nonsense", "right", "--db", failing_db).complaint
    assert "is marked right, wrong, unmarked" in run("mark", one["id"], "perhaps", "--db", failing_db).complaint
