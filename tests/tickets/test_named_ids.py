"""What a text names is asked of the store: ids in every spelling of the corpus are found, and other words are none."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.log_lines import moment, write_lines

CORPUS = tomllib.loads((Path(__file__).parent / "texts/asked_of_the_store/tickets.toml").read_text("utf-8"))
TICKETS = CORPUS["ticket"]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, _no_settings_from_outside: None) -> Iterator[Desk]:
    """A desk over the requests and lines of the corpus, for reading only."""
    folder = tmp_path_factory.mktemp("asked")
    settings = Settings(db=folder / "asked.duckdb")
    store = open_store(settings)
    desk = Desk(settings, store)
    requests = [_request(number, each) for number, each in enumerate(CORPUS["request"])]
    lines = [{"level": 50, "time": moment(60 + n), "msg": "failed", **each} for n, each in enumerate(CORPUS["line"])]
    desk.ingest([str(write_lines(folder / "logs" / "pino.ndjson", [*requests, *lines]))])
    yield desk
    store.close()


def _request(number: int, given: dict[str, Any]) -> dict[str, Any]:
    request = {"id": given["id"], "method": "POST", "url": "/v1/pixels", "headers": given.get("headers", {})}
    answer = {"res": {"statusCode": 503}, "responseTime": 42, "msg": "request errored"}
    return {"level": 50, "time": moment(number), "pid": 1, "hostname": "web-1", "req": request, **answer}


@pytest.mark.parametrize("ticket", TICKETS, ids=[ticket["name"] for ticket in TICKETS])
def test_ticket(ticket: dict[str, Any], asked: Desk) -> None:
    answer = asked.lookup(ticket["text"])
    expected = ticket.get("found", [ticket["request"]] if "request" in ticket else [])
    assert [card.request_id for card in answer.found] == expected
    assert list(answer.ids) == ticket.get("ids", list(answer.ids))
    assert {line.request_id for line in answer.events} == ({ticket["line"]} if "line" in ticket else set())
    printed = json.dumps(answer.as_json())
    assert [secret for secret in ticket.get("never", []) if secret in printed] == []


@pytest.mark.parametrize("ticket", TICKETS, ids=[ticket["name"] for ticket in TICKETS])
def test_the_ids_of_a_ticket_lead_to_the_same_answer(ticket: dict[str, Any], asked: Desk) -> None:
    answer = asked.lookup(ticket["text"])
    assert asked.ids_in(ticket["text"]) == answer.ids
    again = asked.lookup_ids(answer.ids)
    assert (again.ids, again.found, again.not_found, again.events) == (
        answer.ids, answer.found, answer.not_found, answer.events,
    )  # fmt: skip
