"""kill -9 of the server while senders push and try again: 0 lost, 0 twice. And the real server once, whole."""

import http.client
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.command import ROOT
from tests.ingest.formats.log_makers import nginx_line
from tests.log_lines import Line, as_bytes, moment, request_line
from tests.patience import PATIENCE_S, wait_until
from tests.server.push.served import SENDER, TOKEN, Client
from tests.whole_store import differences

# `make kills` raises it.
KILLS = int(os.environ.get("PIXELDESK_KILLS", "1"))
SENDERS = 3
LINES = 20
EQUAL = 3


def free_port() -> int:
    """One that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(*command: str, port: int, **env: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A server, from when it answers until the block ends or it is killed."""
    started = subprocess.Popen([sys.executable, *command], cwd=ROOT, env={**os.environ, **env})
    try:
        wait_until(lambda: started.poll() is not None or is_healthy(port), "the server answers")
        assert started.poll() is None, "the server has ended"
        yield started
    finally:
        started.terminate()
        started.wait(timeout=PATIENCE_S)


def is_healthy(port: int) -> bool:
    """Whether it takes posts."""
    try:
        return bool(Client(port).ask("GET", "/healthz").json == {"status": "ok"})
    except (OSError, ValueError, http.client.HTTPException):
        return False


class Sending(threading.Thread):
    """Pushes posts of its own lines, each until it is answered, as senders do; every second one with a key."""

    def __init__(self, name: str, port: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.sender, self.client, self.stop = name, Client(port), stop
        self.posts = 0
        self.retries = 0
        self.wrong: list[Any] = []

    def run(self) -> None:
        """Until it is to stop."""
        while not self.stop.is_set():
            key = f"{self.sender}-{self.posts}" if self.posts % 2 else ""
            body = as_bytes([*self._lines(), *[self._equal_line()] * EQUAL])
            answer = self.until_answered(body, {"Idempotency-Key": key} if key else {})
            new, known = answer["requests"], answer["duplicates"]
            # With a key an answer is the first one, whichever try it is of; without one the lines are known by then.
            if (new, known) != (LINES + EQUAL, 0) and (key or (new, known) != (0, LINES + EQUAL)):
                self.wrong.append(answer)
            self.posts += 1

    def _lines(self) -> list[Line]:
        """Return lines that their text identifies, so that no two bodies are the same."""
        numbers = [(f"req_{self.sender}_{self.posts}_{n}", moment(self.posts + n / 100)) for n in range(LINES)]
        return [request_line(request_id=request_id, timestamp=timestamp) for request_id, timestamp in numbers]

    def _equal_line(self) -> Line:
        """Return the line that each body of this sender ends with, several times."""
        return nginx_line(request_id=None, time_iso8601="2026-11-16T12:00:00+00:00", host=self.sender)

    def until_answered(self, body: bytes, headers: dict[str, str]) -> Any:
        """Try until it is taken."""
        while True:
            try:
                told = self.client.ask("POST", "/ingest", body, **headers)
                if told.status == 200:
                    return told.json
            except (OSError, ValueError, http.client.HTTPException):
                pass
            self.retries += 1
            time.sleep(0.02)


def test_killed_at_any_moment(tmp_path: Path) -> None:
    db, port, stop = tmp_path / "x.duckdb", free_port(), threading.Event()
    command = ("-m", "tests.server.push.server", str(db), str(port))
    sending = [Sending(f"s{n}", port, stop) for n in range(SENDERS)]
    chosen = random.Random(KILLS)
    for kill in range(KILLS):
        with process(*command, port=port) as server:
            if kill == 0:
                for one in sending:
                    one.start()
            time.sleep(chosen.uniform(0.1, 1.0))
            server.kill()
    with process(*command, port=port):
        stop.set()
        for one in sending:
            one.join(timeout=PATIENCE_S)
    assert [one.wrong for one in sending] == [[]] * SENDERS
    assert any(one.retries for one in sending)
    store = open_store(Settings(db=db))
    assert differences(store) == {}
    (found,) = store.rows("SELECT count(*) AS n FROM requests")
    store.close()
    assert found["n"] == (LINES + EQUAL) * sum(one.posts for one in sending) > 0
    assert {file.name for file in tmp_path.iterdir()} <= {"x.duckdb", "x.duckdb.wal"}


def test_the_dashboards_own_server_takes_posts(tmp_path: Path) -> None:
    port = free_port()
    env = {"PIXELDESK_DB": str(tmp_path / "x.duckdb"), "PIXELDESK_PORT": str(port)}
    with process(str(ROOT / "app.py"), port=port, **env, PIXELDESK_PUSH_TOKENS=f"{SENDER}={TOKEN}"):
        client = Client(port)
        assert client.post(as_bytes([request_line()])).json["requests"] == 1
        assert client.post(b'{"resourceLogs": []}', "/v1/logs").status == 200
        assert b'sender="vector",status="200"} 2.0' in client.ask("GET", "/metrics").body
        page = client.ask("GET", "/")
        assert (page.status, page.headers["content-type"].partition(";")[0]) == (200, "text/html")
