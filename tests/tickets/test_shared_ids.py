"""Ids that very many requests share: twenty cards, the others as rows, and a constant number of queries."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.cli.console import print_more
from pixeldesk.desk.desk import Desk
from pixeldesk.store import Store
from pixeldesk.tickets.found_requests import MOST_CARDS
from tests.log_lines import NOON, event_line, failed_line, moment, request_line, write_lines

START = NOON.replace(tzinfo=None)
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SHARED, OWN = "req_sharedByAll", "req_ownRequest1"


def load(desk: Desk, folder: Path, *lines: dict[str, Any]) -> None:
    """Store these lines."""
    desk.ingest([str(write_lines(folder / "a.ndjson", lines))])


def shared(count: int, request_id: str = SHARED, every_s: float = 1) -> list[dict[str, Any]]:
    """Return the lines of so many requests with one id, of three customers in turn."""
    return [
        failed_line(
            "internal_error", 500, request_id=request_id, timestamp=moment(n * every_s), customer_id=f"cus_{n % 3}"
        )
        for n in range(count)
    ]


def traced(count: int) -> list[dict[str, Any]]:
    """Return the lines of so many requests, each with its own id, with one trace id."""
    return [
        {
            "level": 30, "time": moment(n), "reqId": f"req_traced{n:05}", "trace_id": TRACE, "responseTime": 3,
            "req": {"method": "GET", "url": "/pixel/pipes/top_pages"}, "res": {"statusCode": 200},
            "msg": "request completed",
        }
        for n in range(count)
    ]  # fmt: skip


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count the queries by their SQL."""
    counted: Counter[str] = Counter()
    rows = Store.rows

    def counting(store: Store, sql: str, parameters: Any = None) -> list[dict[str, Any]]:
        counted[sql] += 1
        return rows(store, sql, parameters)

    monkeypatch.setattr(Store, "rows", counting)
    return counted


def count_of(desk: Desk, queries: Counter[str], text: str) -> int:
    """Return how many queries a lookup needs."""
    queries.clear()
    assert desk.lookup(text).found
    return queries.total()


@pytest.mark.parametrize("kind", ["id", "trace"])
def test_ten_thousand_need_as_many_queries_as_a_hundred(
    kind: str, desk: Desk, tmp_path: Path, queries: Counter[str]
) -> None:
    make, text = (shared, SHARED) if kind == "id" else (traced, TRACE)
    lines = make(10_000)
    load(desk, tmp_path / "some", *lines[:100])
    of_a_hundred = count_of(desk, queries, text)
    load(desk, tmp_path / "all", *lines[100:])
    assert count_of(desk, queries, text) == of_a_hundred
    answer = desk.lookup(text)
    assert (len(answer.found), len(answer.more), answer.requests) == (MOST_CARDS, 9_980, 10_000)


def test_but_for_neighbours_twenty_cards_need_as_many_queries_as_one(
    desk: Desk, tmp_path: Path, queries: Counter[str]
) -> None:
    load(desk, tmp_path, *shared(20), failed_line("internal_error", 500, request_id=OWN, timestamp=moment(5)))
    counts = []
    for text in (OWN, SHARED):
        count_of(desk, queries, text)
        counts.append([count for sql, count in queries.items() if "key_fingerprint = $key_fingerprint" not in sql])
    assert counts[0] == counts[1]
    assert set(counts[0]) == {1}


def test_each_line_belongs_to_the_nearest_request_and_to_no_other(desk: Desk, tmp_path: Path) -> None:
    texts = {-9: "before all", 3.9: "first", 4.0: "in the middle", 4.1: "second", 8 * 22: "without a card", 9e5: "last"}
    events = [event_line(request_id=SHARED, timestamp=moment(at), message=text) for at, text in texts.items()]
    load(desk, tmp_path, *shared(30, every_s=8), *events)
    found = desk.lookup(SHARED).as_json()["found"]
    lines = [[line["message"] for line in card["lines"] if "message" in line] for card in found]
    assert lines[0] == ["before all", "first", "in the middle"]
    assert lines[1] == ["second"]
    assert not any(lines[2:])


def test_of_requests_at_one_time_the_first_has_the_lines(desk: Desk, tmp_path: Path) -> None:
    lines = [failed_line("internal_error", 500, request_id=SHARED, host=host) for host in ("web-1", "web-2")]
    load(desk, tmp_path, *lines, event_line(request_id=SHARED), event_line(request_id=SHARED, timestamp=moment(1)))
    assert [len(card.lines) for card in desk.lookup(SHARED).found] == [3, 1]


def test_the_cards_may_begin_at_a_time(desk: Desk, tmp_path: Path) -> None:
    load(desk, tmp_path, *shared(100))
    times = [START + timedelta(seconds=n) for n in range(100)]
    answer = desk.lookup_ids([SHARED], times[50])
    assert [card.timestamp for card in answer.found] == times[50:70]
    assert [row.timestamp for row in answer.more] == [*times[:50], *times[70:]]
    assert [card.timestamp for card in desk.lookup_ids([SHARED], times[98]).found] == times[98:]
    after_all = desk.lookup_ids([SHARED], datetime(2027, 1, 1))
    assert [card.timestamp for card in after_all.found] == times[:20]


def test_every_id_of_a_ticket_has_a_card_beside_a_shared_one(desk: Desk, tmp_path: Path) -> None:
    own = [request_line(request_id=f"req_ticketId{n:02}") for n in range(30)]
    load(desk, tmp_path, *shared(100), *own)
    answer = desk.lookup(f"{SHARED} and {own[0]['request_id']}")
    assert [card.request_id for card in answer.found] == [SHARED] * 19 + ["req_ticketId00"]
    assert (len(answer.more), answer.requests) == (81, 101)
    many = desk.lookup(" ".join([SHARED, *(line["request_id"] for line in own)]))
    assert len(many.found) == 31
    assert len({card.request_id for card in many.found}) == 31


def test_a_shared_id_is_nobodys_however_many_of_its_requests_have_a_card(desk: Desk, tmp_path: Path) -> None:
    lines = [failed_line("internal_error", 500, request_id=SHARED, timestamp=moment(n)) for n in range(40)]
    lines.append({**lines[0], "timestamp": moment(99), "customer_id": "cus_other"})
    load(desk, tmp_path, *lines)
    answer = desk.lookup(SHARED)
    assert {card.customer_id for card in answer.found} == {"cus_0184"}
    assert all(card.is_shared for card in answer.found)
    assert SHARED not in answer.reply


def test_the_requests_of_a_trace_are_found_by_it_unless_the_ticket_names_them(desk: Desk, tmp_path: Path) -> None:
    load(desk, tmp_path, *traced(30))
    named = "req_traced00003"
    answer = desk.lookup(f"request id: {TRACE}, request id: {named}")
    by = {card.request_id: card.found_by for card in answer.found}
    assert (len(answer.found), len(by), answer.requests) == (20, 20, 30)
    assert (by[named], by["req_traced00000"]) == (named, TRACE)
    assert named not in {row.request_id for row in answer.more}


def test_no_more_rows_are_listed_than_a_page_can_show(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pixeldesk.tickets.found_requests.MOST_ROWS", 50)
    load(desk, tmp_path, *shared(100))
    answer = desk.lookup(SHARED)
    assert (len(answer.found), answer.requests) == (20, 100)
    assert len(answer.more) <= 50
    load(desk, tmp_path / "another", *shared(100, request_id="req_sharedToo1"))
    both = desk.lookup(f"{SHARED} req_sharedToo1")
    assert (len(both.more), both.requests) == (50, 200)


def test_the_command_line_says_how_many_there_are_and_prints_the_first(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load(desk, tmp_path, *shared(100))
    print_more(desk.lookup(SHARED))
    head, columns, *rows = capsys.readouterr().out.splitlines()
    assert head == "100 requests in all, 20 of them above; the next 20:"
    assert columns.split()[:3] == ["request_id", "timestamp", "customer_id"]
    assert [row.split()[1][14:19] for row in rows if row] == [f"00:{n}" for n in range(20, 40)]
    print_more(desk.lookup("req_unknownId1"))
    assert capsys.readouterr().out == ""


def test_cards_of_one_caller_have_the_same_neighbours_together_as_alone(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hours = [*range(0, 200, 7), *range(300, 303), 900]
    near = [request_line(request_id=f"req_other{n:04}", timestamp=moment(3600 * n / 4)) for n in range(400)]
    lines = [request_line(request_id=SHARED, timestamp=moment(3600 * hour)) for hour in hours]
    load(desk, tmp_path, *near, *lines)
    times = [START + timedelta(hours=hour) for hour in hours]
    with monkeypatch.context() as patch:
        patch.setattr("pixeldesk.tickets.found_requests.MOST_CARDS", 1)
        alone = {time: desk.lookup_ids([SHARED], time).found[0].neighbours for time in times}
    for since, spare in ((times[0], 0), (times[-12], 3), (times[0], 500)):
        monkeypatch.setattr("pixeldesk.tickets.cards._ROWS_FOR_ANOTHER", spare)
        together = desk.lookup_ids([SHARED], since).found
        assert len(together) > 10
        assert all(card.neighbours == alone[card.timestamp] for card in together)


def test_one_question_finds_the_neighbours_of_cards_close_together(
    desk: Desk, tmp_path: Path, queries: Counter[str]
) -> None:
    load(desk, tmp_path, *(request_line(request_id=SHARED, timestamp=moment(n)) for n in range(60)))
    queries.clear()
    desk.lookup_ids([SHARED], START + timedelta(seconds=20))
    neighbours = [count for sql, count in queries.items() if "key_fingerprint = $key_fingerprint" in sql]
    assert neighbours == [1, 1]
