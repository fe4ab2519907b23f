"""The incident that a request is part of: on its card, in the reply, and as the command line prints it."""

from pathlib import Path
from typing import Any

import pytest

from pixeldesk.cli.console import print_card
from pixeldesk.desk.desk import Desk
from pixeldesk.tickets.card import Card
from tests.asking import answer
from tests.diagnosis.a_diagnosis import a_diagnosis
from tests.log_lines import failed_line, moment, write_lines
from tests.pages.outage_lines import BEFORE, CODE, CUSTOMERS, outage_lines

DURING, NEIGHBOUR, OLD = "req_Hit00930", "req_Fine00930", "req_Old00930"


@pytest.fixture
def outage(desk: Desk, tmp_path: Path) -> Desk:
    """A desk over the outage, and one more request that failed like it when it was over."""
    late = failed_line(
        CODE, 503, request_id="req_Late0001", timestamp=moment(700), customer_id=CUSTOMERS[0], host="web-2"
    )
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", [*outage_lines(), late]))])
    return desk


def card(desk: Desk, request_id: str) -> dict[str, Any]:
    """The card as the command line answers it."""
    (found,) = answer(desk, "lookup", {"text": request_id})["found"]
    assert isinstance(found, dict)
    return found


def test_a_card_names_the_incident_that_its_request_is_part_of(outage: Desk) -> None:
    (incident,) = outage.incidents()
    found = card(outage, DURING)
    assert found["incident"] == incident.as_json()
    assert found["incident"]["requests"] == 70
    assert "There was an outage on our side on 16 November 2026 from 12:00 to 12:10 UTC. It is over." in found["reply"]
    assert "web-2" not in found["reply"]


@pytest.mark.parametrize("other", [NEIGHBOUR, OLD, "req_Late0001"])
def test_a_card_of_another_request_names_none(outage: Desk, other: str) -> None:
    found = card(outage, other)
    assert found["incident"] is None
    assert "outage" not in found["reply"]
    assert found["customer_id"] == {OLD: BEFORE}.get(other, found["customer_id"])


def test_the_lookup_itself_looks_for_no_incident(outage: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("looked")

    monkeypatch.setattr(Desk, "incidents", never)
    (found,) = outage.lookup(DURING).found
    assert found.incident is None
    assert card(outage, NEIGHBOUR)["incident"] is None


def test_a_mistake_that_explains_the_request_comes_first(outage: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    found = a_diagnosis(customer_id=None)
    monkeypatch.setattr(Card, "explaining_diagnosis", found)
    assert card(outage, DURING)["incident"] is None


def test_what_goes_on_is_being_worked_on(desk: Desk, tmp_path: Path) -> None:
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", outage_lines(9)))])
    newest = card(desk, "req_Hit00980")
    assert newest["incident"]["ended_at"] is None
    assert (
        "There is an outage on our side since 16 November 2026, 12:00 UTC, and we are working on it." in newest["reply"]
    )


def test_a_ticket_of_several_customers_tells_each_of_the_outage(outage: Desk) -> None:
    answer = outage.diagnosed(outage.lookup(f"{DURING} and req_Hit00931"))
    assert len({one.customer_id for one in answer.found}) == 2
    assert answer.reply.count("There was an outage on our side") == 1


def test_the_command_line_prints_it(outage: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    print_card(Card.model_validate(card(outage, DURING)))
    assert f"incident      {CODE}, 2026-11-16T12:00:01.000Z to 2026-11-16T12:10:00.000Z, 6 customers\n" in (
        capsys.readouterr().out
    )
    print_card(Card.model_validate(card(outage, NEIGHBOUR)))
    assert "incident" not in capsys.readouterr().out
