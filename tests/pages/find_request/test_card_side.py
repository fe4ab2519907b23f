"""What stands beside a card, run without a browser: the catalogue's answer at once, then why the request failed."""

import json
from concurrent.futures import Future

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pixeldesk.desk.desk import Desk, the_desk
from pixeldesk.errors import StoreError
from pixeldesk.pages.find_request import card_side
from pixeldesk.pages.widgets.waiting import wait_for
from pixeldesk.tickets.lookup import LookupAnswer
from tests.log_lines import failed_line, moment, request_line
from tests.pages.conftest import PageRunner, elements
from tests.pages.failing_lines import RETRIER, failing_lines, retrier_lines, scopeless_lines


def shown(test: AppTest) -> str:
    assert not test.exception
    return "\n".join(str(element.value) for element in test.main if hasattr(element, "value"))


def evidence(test: AppTest) -> list[str]:
    lists = [one.proto for one in elements(test, "bidi_component") if "evidence_list" in one.proto.component_name]
    return [one["text"] for proto in lists for one in json.loads(proto.json)["sentences"]]


def test_the_diagnosis_and_its_reply_stand_beside_the_card(page: PageRunner) -> None:
    test = page(failing_lines(), "req_Rtry00320")
    text = shown(test)
    assert "**Revoked key still in use**" in text
    assert ":red-badge[Active] :gray-badge[92%, very likely]" in text
    assert "50 requests of yours" in text
    said = evidence(test)
    assert "The answers say that the key is revoked." in said
    assert "Failed requests: 50. Failed operations behind them: 10; 40 were retries." in said
    assert "40 refused requests tried again unchanged, which cannot succeed." in said
    (link,) = elements(test, "page_link")
    assert link.proto.query_string == f"id={RETRIER}"


def test_what_no_case_explains_is_said_in_a_line(page: PageRunner) -> None:
    lines = [
        failed_line("insufficient_scope", 403, request_id="req_Slip00001"),
        failed_line("tinybird_error", 503, request_id="req_Ours00001", timestamp=moment(60)),
        request_line(request_id="req_Good00001", timestamp=moment(90)),
    ]
    text = shown(page(lines, "req_Slip00001"))
    assert "No known lasting mistake explains this request." in text
    assert "**Key without any scope:**" in text
    for request_id in ("req_Ours00001", "req_Good00001"):
        text = shown(page([], request_id))
        assert "No known lasting mistake explains this request." in text
        assert "Looked for" not in text


def test_another_mistake_of_the_customer_is_told_in_short(page: PageRunner) -> None:
    lines = [*retrier_lines(), *scopeless_lines(customer_id=RETRIER)]
    text = shown(page(lines, "req_Rtry00000"))
    assert "**Revoked key still in use**" in text
    assert "**The same customer also has**" in text
    assert "Key without any scope :red-badge[Active] :gray[20 requests]" in text
    beside_a_good_one = shown(page([request_line(request_id="req_Fine00001", customer_id=RETRIER)], "req_Fine00001"))
    assert "No known lasting mistake explains this request." in beside_a_good_one
    assert "**The same customer also has**" in beside_a_good_one


def test_a_request_without_a_name_leads_to_the_customer_its_diagnosis_found(page: PageRunner) -> None:
    known = [
        request_line(
            timestamp=moment(60 * n), request_id=f"req_Dev{n:06}", environment="development", customer_id=RETRIER
        )
        for n in range(9)
    ]
    refused = [
        failed_line(
            "invalid_api_key", 401, timestamp=moment(3600 * n), request_id=f"req_Prod{n:05}",
            customer_id=None, website_id=None,
        )
        for n in range(9)
    ]  # fmt: skip
    test = page([*known, *refused], "req_Prod00003")
    assert "**Key of another environment**" in shown(test)
    (link,) = elements(test, "page_link")
    assert link.proto.query_string == f"id={RETRIER}"


def test_a_ticket_is_diagnosed_once_however_often_the_page_runs(
    page: PageRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    diagnosed = Desk.diagnosed

    def counting(desk: Desk, answer: LookupAnswer) -> LookupAnswer:
        calls.append(answer.ids)
        return diagnosed(desk, answer)

    monkeypatch.setattr(Desk, "diagnosed", counting)
    test = page(failing_lines(), "req_Rtry00000", "req_Less00000")
    test.run()
    elements(test, "pills")[0].set_value(1).run()
    assert "**Key without any scope**" in shown(test)
    assert calls == [("req_Rtry00000", "req_Less00000")]


def test_card_and_reply_are_there_while_the_diagnosis_is_not(page: PageRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    never: Future[LookupAnswer] = Future()
    monkeypatch.setattr(Desk, "diagnosed_in_background", lambda *_: never)
    monkeypatch.setattr(card_side, "wait_for", lambda _: st.stop())
    test = page(failing_lines(), "req_Rtry00000")
    text = shown(test)
    assert "Key was revoked" in text
    assert "The API key sent with this request has been revoked" in text
    assert "140 requests, 16 Nov 2026 12:00" in text
    assert [element.type for element in test.main if element.type == "skeleton"] == ["skeleton"]
    assert evidence(test) == []


def test_a_diagnosis_that_fails_leaves_the_card_and_its_reply(
    page: PageRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Desk, __: LookupAnswer) -> LookupAnswer:
        raise StoreError("the disk is full")

    monkeypatch.setattr(Desk, "diagnosed", fail)
    text = shown(page(failing_lines(), "req_Rtry00000"))
    assert "the disk is full" in text
    assert "The API key sent with this request has been revoked" in text


def test_the_wait_ends_when_the_answer_comes() -> None:
    the_answer: Future[int] = Future()
    the_answer.set_result(3)
    assert wait_for(the_answer) == 3


def test_new_lines_bring_a_new_diagnosis(page: PageRunner) -> None:
    few = retrier_lines()[:2]
    assert "No known lasting mistake" in shown(page(few, "req_Rtry00000"))
    assert "**Revoked key still in use**" in shown(page(retrier_lines(), "req_Rtry00000"))
    assert the_desk().coverage()["requests"] == 50
