"""A body that its sender pushes again is a repeat: its lines are duplicates. In another body, equal lines are new."""

import gzip
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from pydantic import Secret

from pixeldesk.desk.desk import Desk
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.ingest.formats.log_makers import nginx_line
from tests.log_lines import Line, as_bytes
from tests.patience import wait_until
from tests.server.push.served import SENDER, TOKEN, Client, served
from tests.whole_store import differences

METRICS = "Bearer a-token-for-metrics"
OTHER = "another-token-of-sixteen"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return settings with two senders, for all tests here: each pushes lines of a path of its own."""
    return Settings(
        db=tmp_path_factory.mktemp("push") / "x.duckdb",
        push_tokens=Secret(f"{SENDER}={TOKEN}, other={OTHER}"),
        metrics_token=Secret("a-token-for-metrics"),
    )


@contextmanager
def pushing(settings: Settings) -> Iterator[tuple[Desk, Client]]:
    """Serve a store until the end of the block."""
    with closing(open_store(settings)) as store:
        desk = Desk(settings, store)
        with served(desk) as port:
            yield desk, Client(port)
        assert differences(store) == {}


def body(path: str, count: int, *others: str) -> bytes:
    """Return a body with equal lines, which have no request id and a time in whole seconds."""

    def line(request_id: str | None) -> Line:
        time, asked = "2026-11-16T12:00:00+00:00", f"GET /{path} HTTP/1.1"
        return nginx_line(time_iso8601=time, request=asked, request_id=request_id)

    return as_bytes([*(line(None) for _ in range(count)), *map(line, others)])


def outcomes(told: dict[str, int]) -> tuple[int, int]:
    """Return how many requests were stored, and how many lines were duplicates."""
    return told["requests"], told["duplicates"]


def test_the_same_body_is_a_repeat_also_after_a_restart(settings: Settings) -> None:
    sent = body("again", 3, "req_again") + b"\nno JSON\n"
    with pushing(settings) as (_, client):
        assert outcomes(client.post(sent).json) == (4, 0)
        for again in (sent, gzip.compress(sent)):
            told = client.post(again).json
            assert (outcomes(told), told["lines"], told["blank"]) == ((0, 5), 6, 1)
    with pushing(settings) as (_, client):
        assert outcomes(client.post(sent, Idempotency_Key="any").json) == (0, 5)
        # In another body, only what its text identifies is the same line.
        assert outcomes(client.post(body("again", 3, "req_again", "req_new")).json) == (4, 1)


def test_in_several_bodies_equal_lines_count_on(settings: Settings, tmp_path: Path) -> None:
    with pushing(settings) as (desk, client):
        assert [outcomes(client.post(body("on", count)).json) for count in (2, 3, 4)] == [(2, 0), (3, 0), (4, 0)]
        other = Client(client.port, OTHER)
        assert [outcomes(other.post(body("on", count)).json) for count in (7, 8)] == [(0, 7), (6, 2)]
        file = tmp_path / "a.log"
        file.write_bytes(body("on", 16))
        report = desk.ingest([str(file)])
        assert (report.requests, report.duplicates) == (1, 15)


def test_after_a_day_a_body_is_new(settings: Settings) -> None:
    with pushing(settings) as (desk, client):
        assert outcomes(client.post(body("day", 2)).json) == (2, 0)
        with desk.store.transaction() as transaction:
            transaction.execute("UPDATE pushed_bodies SET committed_at = committed_at - INTERVAL 25 HOURS")
        assert outcomes(client.post(body("day", 2)).json) == (2, 0)
        (kept,) = desk.store.rows("SELECT count(*) AS bodies FROM pushed_bodies")
        assert kept["bodies"] == 1


def test_bodies_of_lines_that_their_texts_identify_are_not_kept(settings: Settings) -> None:
    with pushing(settings) as (desk, client):
        before = desk.store.rows("SELECT * FROM pushed_bodies")
        for outcome in ((2, 0), (0, 2)):
            assert outcomes(client.post(body("", 0, "req_kept1", "req_kept2")).json) == outcome
        assert desk.store.rows("SELECT * FROM pushed_bodies") == before


def test_of_equal_bodies_at_once_one_is_stored(settings: Settings) -> None:
    with pushing(settings) as (desk, client), ThreadPoolExecutor(5) as pool:

        def wait_for_posts(count: int) -> None:
            text = f"waiting_posts {count}.0".encode()
            wait_until(lambda: text in client.ask("GET", "/metrics", Authorization=METRICS).body, "the metrics")

        with desk.store.transaction():
            first = pool.submit(client.post, body("first", 1))
            wait_for_posts(1)
            posts = [pool.submit(client.post, body("at-once", 2)) for _ in range(4)]
            wait_for_posts(5)
        assert first.result().json["requests"] == 1
        assert sorted(outcomes(post.result().json) for post in posts) == [(0, 2), (0, 2), (0, 2), (2, 0)]


def test_a_body_that_was_not_understood_may_be_pushed_in_another_format(settings: Settings) -> None:
    with pushing(settings) as (_, client):
        client.post(body("format", 2), "/ingest?format=pino")
        assert outcomes(client.post(body("format", 2), "/ingest?format=nginx").json) == (2, 0)
