"""Watch with a real receiver: each change is posted once, whatever happens in between."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import HttpUrl, Secret
from urllib3 import Retry

from pixeldesk.alerts.alert_journal import AlertJournal
from pixeldesk.alerts.cached_incidents import CachedIncidents
from pixeldesk.alerts.post_lock import PostLock
from pixeldesk.alerts.watch import Check, Watch, watching
from pixeldesk.alerts.webhook import Webhook
from pixeldesk.errors import InputError, StoreLocked
from pixeldesk.incidents.incident import Change, Incident
from pixeldesk.settings import Settings
from tests.alerts.made_incidents import after, change, ended, incident
from tests.alerts.receiver import NEVER, RESET, Receiver, receiving
from tests.conftest import ROOT
from tests.patience import PATIENCE_S, wait_until

AT_ONCE = Retry(total=4, backoff_factor=0)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as listening:
        yield listening


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return settings with a store's path. The incidents of these tests come from no store."""
    return Settings(db=tmp_path / "x.duckdb", public_url="https://desk.example/")


class World:
    """A fake world: the incidents to find, the time, and the watch that checks, which can be restarted."""

    def __init__(self, settings: Settings, receiver: Receiver) -> None:
        self.settings = settings
        self.receiver = receiver
        self.incidents: list[Incident] = []
        self.minutes = -60.0
        self.reported: list[str] = []
        self._watch: Watch | None = None

    def find(self, _: datetime) -> list[Incident]:
        return self.incidents

    def check(self, minutes: float, *incidents: Incident) -> Check:
        """Check this many minutes after the onset, when there are these incidents."""
        self.minutes, self.incidents = minutes, list(incidents)
        if self._watch is None:
            webhook = Webhook(self.receiver.address, AT_ONCE)
            self._watch = Watch(self.settings, self.find, webhook, self.reported.append, lambda: after(self.minutes))
        return self._watch.check()

    def restart(self) -> None:
        assert self._watch is not None
        self._watch.close()
        self._watch = None


@pytest.fixture
def world(settings: Settings, receiver: Receiver) -> World:
    """Return a world that has been watched for an hour without an incident."""
    made = World(settings, receiver)
    assert made.check(-60) == Check()
    return made


def test_each_change_is_posted_once(world: World) -> None:
    for minutes in (6, 6.5, 7):
        world.check(minutes, incident())
    assert world.receiver.titles == ["Incident opened"]
    for minutes in (35, 40, 60):
        world.check(minutes, incident(change("grew", 34)))
    assert world.receiver.titles == ["Incident opened", "Incident grew"]
    for minutes in (61, 62, 2000):
        world.check(minutes, ended(changes=(change("opened", 5), change("grew", 34), change("ended", 61))))
    assert world.receiver.titles == ["Incident opened", "Incident grew", "Incident ended"]
    assert "https://desk.example/incident?id=in_5d41|" in world.receiver.texts[0]
    assert world.reported == [
        f"{kind} ingest_unavailable in production: posted" for kind in ("opened", "grew", "ended")
    ]


def test_each_change_is_posted_once_after_a_restart_too(world: World) -> None:
    for found in (incident(), incident(), ended(), ended()):
        world.check(60, found)
        world.restart()
    assert world.receiver.titles == ["Incident opened", "Incident ended"]


def test_an_incident_whose_start_moves_is_the_same(world: World) -> None:
    world.check(6, incident())
    world.check(8, incident(id="in_moved", started_at=after(-7)))
    world.check(60, ended(id="in_moved_again", started_at=after(-9)))
    world.check(61, ended())
    assert world.receiver.titles == ["Incident opened", "Incident ended"]


def test_two_incidents_are_distinguished(world: World) -> None:
    later = incident(id="in_2", started_at=after(40), last_seen=after(50), changes=(change("opened", 46),))
    world.check(6, incident())
    world.check(54, later, ended())
    assert world.receiver.titles == ["Incident opened", "Incident ended", "Incident opened"]
    assert "id=in_2|" in world.receiver.texts[2]


def test_the_first_check_of_an_old_store_posts_no_history(settings: Settings, receiver: Receiver) -> None:
    world = World(settings, receiver)
    assert world.check(60 * 24 * 9, ended(), incident(id="in_2", code="internal_error")) == Check()
    world.check(60 * 24 * 9 + 1, ended(), incident(id="in_2", code="internal_error"))
    assert receiver.requests == []
    world.check(60 * 24 * 9 + 2, incident(id="in_3", changes=(change("opened", 60 * 24 * 9 - 14),)))
    assert receiver.titles == ["Incident opened"]


# --- a receiver in trouble ----------------------------------------------------------------------------------


def test_a_receiver_that_fails_briefly_gets_the_alert(world: World) -> None:
    world.receiver.answers = [500, (429, {"Retry-After": "0"}), 503]
    assert len(world.check(6, incident()).posted) == 1
    assert (world.receiver.titles, len(world.receiver.requests)) == (["Incident opened"], 4)


def test_while_a_receiver_is_down_only_the_newest_state_waits(world: World) -> None:
    world.receiver.answers = [503] * 10
    assert [len(world.check(minutes, incident()).failed) for minutes in (6, 7)] == [1, 1]
    world.restart()
    assert len(world.check(61, ended()).posted) == 1
    assert world.check(62, ended()) == Check()
    assert world.receiver.titles == ["Incident ended"]


def test_a_receiver_that_is_down_gets_one_alert_only(world: World) -> None:
    world.receiver.answers = [503] * 5
    others = [incident(), incident(id="in_2", code="internal_error", started_at=after(1))]
    assert len(world.check(6, *others).failed) == 1
    assert len(world.receiver.requests) == 5
    assert len(world.check(7, *others).posted) == 2


def test_a_refused_alert_does_not_hold_up_others(world: World) -> None:
    world.receiver.answers = [400]
    done = world.check(6, incident(), incident(id="in_2", code="internal_error", started_at=after(1)))
    assert [alert.incident for alert in done.failed] == ["in_5d41"]
    assert [alert.incident for alert in done.posted] == ["in_2"]


def test_an_alert_without_an_answer_is_not_posted_again(world: World) -> None:
    world.receiver.answers = [RESET]
    assert len(world.check(6, incident()).posted) == 1
    world.restart()
    assert world.check(7, incident()) == Check()
    assert len(world.receiver.requests) == 1
    assert any("it may have arrived: not posted again" in line for line in world.reported)


def test_nothing_is_posted_if_the_journal_cannot_be_written(world: World) -> None:
    world.settings.alerts_file.unlink()
    world.settings.alerts_file.mkdir()
    with pytest.raises(InputError):
        world.check(6, incident())
    assert world.receiver.requests == []


# --- killed -------------------------------------------------------------------------------------------------

POST_ONE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from pixeldesk.alerts.watch import Watch
from pixeldesk.alerts.webhook import Webhook
from pixeldesk.settings import Settings
from tests.alerts.made_incidents import after, incident
settings = Settings(db=Path(sys.argv[1]))
Watch(settings, lambda _: [incident()], Webhook(sys.argv[2]), print, lambda: after(6)).check()
"""


@pytest.mark.parametrize("answers", [[NEVER], [503, NEVER]], ids=["at the first try", "at the second"])
def test_killed_between_sending_and_the_answer(answers: list[Any], world: World) -> None:
    world.restart()
    world.receiver.answers = answers
    command = [sys.executable, "-c", POST_ONE, str(world.settings.db), world.receiver.address]
    tries = len(answers)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        while len(world.receiver.requests) < tries:
            assert world.receiver.asked.wait(PATIENCE_S)
            world.receiver.asked.clear()
        process.kill()
    assert AlertJournal(world.settings.alerts_file).records()[-1].outcome == "intent"
    assert world.check(7, incident()) == Check()
    assert world.check(8, incident()) == Check()
    assert len(world.receiver.requests) == tries
    reported = "opened ingest_unavailable in production: the process that posted it was stopped; it may have arrived"
    assert world.reported == [f"{reported}: not posted again"]
    assert len(world.check(60, ended()).posted) == 1


# --- who posts ----------------------------------------------------------------------------------------------


def test_two_watches_of_one_store(world: World) -> None:
    other = World(world.settings, world.receiver)
    world.check(6, incident())
    done = other.check(6, incident())
    assert done.posts_elsewhere == f"process {os.getpid()}"
    assert (done.posted, len(world.receiver.requests)) == ((), 1)
    world.restart()
    assert other.check(60, ended()).posts_elsewhere is None
    assert world.check(60, ended()).posts_elsewhere == f"process {os.getpid()}"
    assert world.receiver.titles == ["Incident opened", "Incident ended"]


HOLD = """
import sys
from pathlib import Path
from pixeldesk.alerts.post_lock import PostLock
lock = PostLock(Path(sys.argv[1]))
print(lock.acquire(), flush=True)
sys.stdin.read()
"""


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], cwd=ROOT, **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout.readline() == b"True\n"
        lock = PostLock(path)
        assert not lock.acquire()
        assert lock.holder() == f"process {process.pid}"
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert lock.acquire()
    assert lock.acquire()
    lock.release()
    with pytest.raises(InputError, match="check the folder of --db"):
        PostLock(tmp_path / "none" / "lock").acquire()


# --- the loop -----------------------------------------------------------------------------------------------


class Stop(threading.Event):
    """An event whose waits take no time, and which is set at the last wait."""

    def __init__(self, waits: int) -> None:
        super().__init__()
        self.waited: list[float | None] = []
        self._waits = waits

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout)
        if len(self.waited) >= self._waits:
            self.set()
        return self.is_set()


def watch_over(settings: Settings, receiver: Receiver, found: list[Any], reported: list[str]) -> Watch:
    """Return a watch whose checks find the items of `found` in turn: incidents, or an error to raise."""

    def find(_: datetime) -> list[Incident]:
        item: list[Incident] | Exception = found.pop(0)
        if isinstance(item, Exception):
            raise item
        return item

    return Watch(settings, find, Webhook(receiver.address, AT_ONCE), reported.append, lambda: after(6))


def test_an_error_is_reported_once_and_the_next_check_goes_on(settings: Settings, receiver: Receiver) -> None:
    reported: list[str] = []
    held = StoreLocked("the store is held by process 7")
    found: list[Any] = [held, held, [], held, ZeroDivisionError("text of a log line"), [incident()]]
    stop = Stop(6)
    watch_over(settings, receiver, found, reported).run(stop)
    assert reported == [
        "the store is held by process 7",
        "the store is held by process 7",
        "a check for incidents failed (ZeroDivisionError); the next will try again",
        "opened ingest_unavailable in production: posted",
    ]
    assert stop.waited == [30] * 6
    assert receiver.titles == ["Incident opened"]


def test_the_backoff_grows_while_the_receiver_is_down(settings: Settings, receiver: Receiver) -> None:
    reported: list[str] = []
    receiver.answers = [503] * 35
    stop = Stop(9)
    watch_over(settings, receiver, [[incident()] for _ in range(9)], reported).run(stop)
    assert stop.waited == [60, 120, 240, 480, 600, 600, 600, 30, 30]
    assert reported == [
        f"opened ingest_unavailable in production: {what}" for what in ("the webhook answered 503", "posted")
    ]


def test_the_loop_releases_the_lock_at_its_end(settings: Settings, receiver: Receiver) -> None:
    watch_over(settings, receiver, [[]], []).run(Stop(1))
    lock = PostLock(settings.alerts_lock_file)
    assert lock.acquire()
    reported: list[str] = []
    watch_over(settings, receiver, [], reported).run(Stop(3))
    lock.release()
    assert reported == [f"process {os.getpid()} posts the alerts of this store; this one waits until it ends"]


def test_a_server_watches_while_it_runs(tmp_path: Path, receiver: Receiver) -> None:
    def threads() -> list[str]:
        return [thread.name for thread in threading.enumerate() if thread.name == "pixeldesk-watch"]

    reported: list[str] = []
    just_now = incident(
        changes=(Change(kind="opened", at=datetime.now(UTC).replace(tzinfo=None), requests=40, customers=7),)
    )
    settings = Settings(db=tmp_path / "x.duckdb")
    with watching(settings, lambda _: [just_now], reported.append):
        assert threads() == []
    settings = Settings(db=tmp_path / "x.duckdb", webhook_url=Secret(HttpUrl(receiver.address)))
    with watching(settings, lambda _: [just_now], reported.append):
        assert threads() == ["pixeldesk-watch"]
        wait_until(lambda: reported, "the alert is posted")
    assert threads() == []
    assert receiver.titles == ["Incident opened"]
    assert reported == ["opened ingest_unavailable in production: posted"]


def test_a_store_is_asked_only_after_a_change(tmp_path: Path) -> None:
    path, asked = tmp_path / "x.duckdb", []

    def ask(since: datetime) -> list[Incident]:
        asked.append(since)
        return [incident(requests=len(asked))]

    find = CachedIncidents(path, ask)
    for _ in range(2):
        assert find(after(0)) == [incident(requests=1)]
    path.write_bytes(b"x")
    assert find(after(0)) == find(after(1)) == [incident(requests=2)]
    path.with_name("x.duckdb.wal").write_bytes(b"x")
    assert find(after(2)) == [incident(requests=3)]
    assert asked == [after(0), after(0), after(2)]
