"""Run `pixeldesk incidents` and `pixeldesk watch` as real processes, from log lines to posted alerts."""

import json
import signal
import subprocess
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest
from pydantic import HttpUrl, Secret

from pixeldesk.alerts.replay import Replay, ReplayedAlert
from pixeldesk.cli.console import print_incidents, print_replay
from pixeldesk.desk.desk import Desk
from pixeldesk.desk.doctor import examine
from pixeldesk.server import app as server
from pixeldesk.server.handover.server import handover_server
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.alerts.made_incidents import ended, incident
from tests.alerts.receiver import NEVER, SECRET_PATH, Receiver, receiving
from tests.asking import answer
from tests.command import run, start
from tests.log_lines import Line, failed_line, request_line, write_lines
from tests.patience import PATIENCE_S

SECRET = f"https://hooks.example{SECRET_PATH}"
CUSTOMERS = 10


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as listening:
        yield listening


def traffic(start: datetime, minutes: int, failing: Iterable[int] = ()) -> Iterator[Line]:
    """Yield a request a minute from each of ten customers. In the failing minutes the API is unavailable."""
    failed = set(failing)
    for minute in range(minutes):
        for customer in range(CUSTOMERS):
            at = start + timedelta(minutes=minute, seconds=customer * 5)
            fields = {
                "timestamp": at.isoformat(),
                "request_id": f"req_{at:%d%H%M}{customer:02}",
                "customer_id": f"cus_{customer}",
                "route": "/pixel/events",
            }
            yield failed_line("ingest_unavailable", 503, **fields) if minute in failed else request_line(**fields)


def ingest(desk: Desk, folder: Path, name: str, lines: Iterable[Line]) -> None:
    report = desk.ingest([str(write_lines(folder / name, list(lines)))])
    assert report.requests == report.lines


def stop_after(process: "subprocess.Popen[bytes]", part: str, how: signal.Signals) -> None:
    """Read a process's stderr until a line contains `part`, then send it the signal."""
    assert process.stderr is not None
    while line := process.stderr.readline().decode():
        if part in line:
            process.send_signal(how)
            break
    out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out, err) == (0, b"", b"")


@pytest.fixture
def served(desk: Desk) -> Iterator[Desk]:
    """Return a desk that a server owns: the commands ask it, which saves them the import of the statistics."""
    with handover_server(desk):
        yield desk


def test_an_outage_from_its_log_lines_to_the_alerts(served: Desk, tmp_path: Path, receiver: Receiver) -> None:
    desk = served
    minute = datetime.now(UTC).replace(second=0, microsecond=0)
    ingest(desk, tmp_path, "outage.ndjson", traffic(minute - timedelta(hours=4), 240, range(232, 240)))
    command = ("watch", "--db", desk.settings.db)
    env = {"PIXELDESK_WEBHOOK_URL": receiver.address}
    receiver.answers = [404]
    refused = run(*command, "--once", env=env)
    posted = run(*command, "--once", "--json", env=env)
    assert (refused.code, refused.out) == (1, "0 alerts posted\n")
    assert refused.err == "pixeldesk: opened ingest_unavailable in production: the webhook answered 404\n"
    assert (posted.code, posted.json["failed"], posted.json["posts_elsewhere"]) == (0, [], None)
    (alert,) = posted.json["posted"]
    assert (alert["kind"], alert["code"], alert["environment"]) == ("opened", "ingest_unavailable", "production")
    (text,) = receiver.texts
    assert text.startswith("Incident opened: `ingest_unavailable` in `production`\n")
    assert f"80 requests of {CUSTOMERS} customers on `web-1`." in text

    # The incident ends, and the receiver does not answer.
    ingest(desk, tmp_path, "recovery.ndjson", traffic(minute, 90))
    receiver.answers = [NEVER]
    receiver.asked.clear()
    waiting = start(*command, env=env)
    assert receiver.asked.wait(PATIENCE_S)
    waiting.send_signal(signal.SIGINT)
    assert (waiting.communicate(timeout=PATIENCE_S), waiting.returncode) == ((b"", b""), 0)
    assert json.loads(receiver.requests[-1][2])["text"].startswith("Incident ended: `ingest_unavailable`")
    stop_after(start(*command, env=env), "it may have arrived: not posted again", signal.SIGTERM)
    assert len(receiver.requests) == 3

    found = run("incidents", "--environment", "production", "--db", desk.settings.db, "--json").json
    assert [(each["id"], each["requests"]) for each in found] == [(alert["incident"], 80)]
    replayed = run("incidents", "--replay", "--db", desk.settings.db)
    assert replayed.out.splitlines()[-1].startswith("1 incidents in 0.2 days, 2 posts; median delay ")


def test_the_server_watches_too(
    desk: Desk, tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    minute = datetime.now(UTC).replace(second=0, microsecond=0)
    ingest(desk, tmp_path, "outage.ndjson", traffic(minute - timedelta(hours=4), 240, range(232, 240)))
    desk.store.close()
    monkeypatch.setenv("PIXELDESK_DB", str(desk.settings.db))
    monkeypatch.setenv("PIXELDESK_WEBHOOK_URL", receiver.address)

    async def serve_until_asked() -> None:
        async with server.lifespan(server.app):
            await anyio.to_thread.run_sync(receiver.asked.wait, PATIENCE_S)

    # In a thread of its own: in this one a browser that an earlier test began has its event loop.
    with ThreadPoolExecutor(1) as executor:
        executor.submit(anyio.run, serve_until_asked).result()
    assert receiver.titles == ["Incident opened"]
    assert not [thread for thread in threading.enumerate() if thread.name == "pixeldesk-watch"]


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ([], "there is nowhere to post to; give --webhook or set PIXELDESK_WEBHOOK_URL"),
        (["--webhook", SECRET, "--json"], "--json goes with --once"),
        (
            ["--webhook", SECRET.replace("https", "ftp")],
            "PIXELDESK_WEBHOOK_URL: URL scheme should be 'http' or 'https'",
        ),
        (["--webhook", SECRET, "--once"], "there is no store at"),
    ],
)
def test_an_error_is_one_line(arguments: list[str], part: str, tmp_path: Path) -> None:
    complaint = run("watch", *arguments, "--db", tmp_path / "x.duckdb").complaint
    assert part in complaint
    assert "SECRET" not in complaint


def test_an_empty_setting_counts_as_unset(tmp_path: Path) -> None:
    complaint = run("watch", "--db", tmp_path / "x.duckdb", env={"PIXELDESK_WEBHOOK_URL": ""}).complaint
    assert complaint == "there is nowhere to post to; give --webhook or set PIXELDESK_WEBHOOK_URL"


def test_doctor_does_not_show_the_webhook(tmp_path: Path) -> None:
    settings = Settings(db=tmp_path / "x.duckdb", webhook_url=Secret(HttpUrl(SECRET)))
    store = open_store(settings)
    shown = examine(Desk(settings, store)).settings
    store.close()
    assert shown["webhook_url"] == "**********"
    assert "SECRET" not in json.dumps(shown)
    assert "SECRET" not in repr(settings)


def test_the_address_of_the_desk() -> None:
    assert Settings().desk_url == "http://127.0.0.1:8501"
    assert Settings(host="::1", port=80).desk_url == "http://[::1]:80"
    assert Settings(public_url="https://desk.example/pixel/").desk_url == "https://desk.example/pixel"
    assert Settings(public_url="https://desk.example", host="::1", port=80).own_url == "http://[::1]:80"


# --- the incidents of the sample ----------------------------------------------------------------------------


def test_the_desk_answers_as_the_command_asks(sample_desk: Desk) -> None:
    every: list[dict[str, Any]] = answer(sample_desk, "incidents", {})
    assert every == [incident.as_json() for incident in sample_desk.incidents()]
    assert len(every) >= 4
    chosen = every[-1]
    scope = {"start": chosen["started_at"], "end": chosen["last_seen"], "environment": chosen["environment"]}
    assert chosen in answer(sample_desk, "incidents", scope)
    assert answer(sample_desk, "incidents", {**scope, "environment": "nowhere"}) == []
    replayed = answer(sample_desk, "replay", {})
    assert (replayed["incidents"], replayed["days"]) == (len(every), 14)
    changes = sorted(change["at"] for incident in every for change in incident["changes"])
    assert [post["at"] for post in replayed["posts"]] == changes
    day = answer(sample_desk, "replay", {"start": "2026-11-12T00:00:00Z", "end": "2026-11-13T12:00:00Z"})
    assert day["days"] == 1.5
    assert answer(sample_desk, "replay", {"start": "2030-01-01"}) == {
        "incidents": 0,
        "days": 0,
        "median_delay_minutes": None,
        "posts": [],
    }


def test_an_empty_store_has_no_incidents(desk: Desk) -> None:
    assert answer(desk, "incidents", {}) == []
    assert answer(desk, "replay", {})["days"] == 0


def test_incidents_for_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "\x1b[31mRED"
    shown = [incident(code=hostile, hosts=(hostile,), differs=(hostile,), environment=None), ended(is_learning=True)]
    print_incidents(shown)
    out = capsys.readouterr().out
    assert "\x1b[31mRED" not in out and out.count("\\x1b[31mRED") == 3
    for part in (
        "ingest_unavailable in production  is over",
        "2026-11-16T12:00:00.000Z to 2026-11-16T12:22:00.000Z, id in_5d41",
        "failed        230 requests of 14 customers\non            web-1 web-2\n",
        "23.4 failed, at its peak 31; usual are 0.021",
        "less than a week to compare with",
        "req_A0000001 req_A0000002",
        "+ web-1 answered 100 %",
    ):
        assert part in out
    print_incidents([])
    assert capsys.readouterr().out.startswith("no incident is found")


def test_a_replay_for_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    post = ReplayedAlert(
        at=datetime(2026, 11, 16, 12, 5),
        kind="opened",
        code="x",
        environment=None,
        minutes_after_onset=5.0,
        requests=7,
        customers=2,
        incident="2026-11-16T12:00-x",
    )
    print_replay(Replay(incidents=1, days=14.0, median_delay_minutes=5.5, posts=(post,)))
    table, summary = capsys.readouterr().out.splitlines()[1:]
    assert table.split()[:3] == ["2026-11-16T12:05:00.000Z", "opened", "x"]
    assert table.split()[-4:] == ["5", "7", "2", "2026-11-16T12:00-x"]
    assert summary == "1 incidents in 14 days, 1 posts; median delay 5.5 minutes from onset to the first post"
    print_replay(Replay(incidents=0, days=14.0, median_delay_minutes=None, posts=()))
    assert capsys.readouterr().out == "0 incidents in 14 days, 0 posts\n"
