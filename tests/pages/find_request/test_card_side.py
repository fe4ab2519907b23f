"""The column beside a card, run without a browser: the catalogue's answer at once, then the diagnosis."""

import re
from concurrent.futures import Future

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pixeldesk.catalogue.catalogue import catalogue
from pixeldesk.desk.desk import Desk, the_desk
from pixeldesk.diagnosis.case_file import cases
from pixeldesk.diagnosis.overview import case_title
from pixeldesk.errors import StoreError
from pixeldesk.pages.find_request import card_side
from pixeldesk.pages.widgets.waiting import wait_for
from pixeldesk.tickets.answer import LookupAnswer
from tests.log_lines import failed_line, moment, request_line
from tests.pages.conftest import PageRunner, elements
from tests.pages.failing_lines import RETRIER, failing_lines, retrier_lines, scopeless_lines
from tests.pages.reading import badges, bold_texts, evidence, links, sentences, text_of
from tests.patience import wait_until

_OTHER = re.compile(r"(.+) :\w+-badge\[\w+\] :gray\[([\d,]+) requests?\]")


def others(test: AppTest) -> list[tuple[str, int]]:
    """Return the customer's other diagnoses: the title and the number of requests of each."""
    found = [_OTHER.fullmatch(element.value) for element in test.markdown]
    return [(match[1], int(match[2])) for match in found if match]


def reply_from_the_catalogue() -> str:
    """Return what the reply says about a revoked key while there is no diagnosis."""
    return catalogue().entry("api_key_revoked", 401).reply.partition("$")[0]


def test_the_diagnosis_and_its_reply_stand_beside_the_card(page: PageRunner) -> None:
    test = page(failing_lines(), "req_Rtry00320")
    assert case_title("revoked_key_in_use") in bold_texts(test)
    assert badges(test)["Active"] == "red"
    assert any(label.startswith("92%") for label in badges(test))
    assert "50 requests of yours" in text_of(test)
    assert ("for", ("req_Rtry00940",)) in [(sign, ids) for sign, _, ids in sentences(test)]
    retries = [text for sign, text, _ in sentences(test) if sign == "retries"]
    assert "50" in retries[0] and "40 were retries" in retries[0]
    assert any(text.startswith("40 ") for text in retries[1:])
    assert links(test) == [("customer", f"id={RETRIER}")]


def test_candidates_are_listed_only_for_a_code_that_cases_explain(page: PageRunner) -> None:
    lines = [
        failed_line("insufficient_scope", 403, request_id="req_Slip00001"),
        failed_line("tinybird_error", 503, request_id="req_Ours00001", timestamp=moment(60)),
        request_line(request_id="req_Good00001", timestamp=moment(90)),
    ]
    test = page(lines, "req_Slip00001")
    assert not evidence(test)
    assert case_title("scopeless_key") in bold_texts(test)
    titles = {case.title for case in cases()}
    for request_id in ("req_Ours00001", "req_Good00001"):
        test = page([], request_id)
        assert not evidence(test)
        assert not bold_texts(test) & titles


def test_another_mistake_of_the_customer_is_named_with_its_requests(page: PageRunner) -> None:
    lines = [*retrier_lines(), *scopeless_lines(customer_id=RETRIER)]
    test = page(lines, "req_Rtry00000")
    assert case_title("revoked_key_in_use") in bold_texts(test)
    assert others(test) == [(case_title("scopeless_key"), 20)]
    test = page([request_line(request_id="req_Fine00001", customer_id=RETRIER)], "req_Fine00001")
    assert not evidence(test)
    assert {title for title, _ in others(test)} == {case_title("revoked_key_in_use"), case_title("scopeless_key")}


def test_a_request_without_a_customer_links_to_the_customer_of_its_diagnosis(page: PageRunner) -> None:
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
    assert case_title("dev_key_in_prod") in bold_texts(test)
    assert links(test) == [("customer", f"id={RETRIER}")]


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
    assert case_title("scopeless_key") in bold_texts(test)
    assert calls == [("req_Rtry00000", "req_Less00000")]


def test_card_and_reply_are_there_while_the_diagnosis_is_not(page: PageRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    never: Future[LookupAnswer] = Future()
    monkeypatch.setattr(Desk, "diagnosed_in_background", lambda *_: never)
    monkeypatch.setattr(card_side, "wait_for", lambda _: st.stop())
    test = page(failing_lines(), "req_Rtry00000")
    text = text_of(test)
    assert "api_key_revoked" in text
    assert reply_from_the_catalogue() in text
    assert "140 requests, 16 Nov 2026 12:00" in text
    assert [element.type for element in test.main if element.type == "skeleton"] == ["skeleton"]
    assert evidence(test) == []


def test_a_diagnosis_that_fails_leaves_the_card_and_its_reply(
    page: PageRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Desk, __: LookupAnswer) -> LookupAnswer:
        raise StoreError("the disk is full")

    monkeypatch.setattr(Desk, "diagnosed", fail)
    text = text_of(page(failing_lines(), "req_Rtry00000"))
    assert "the disk is full" in text
    assert reply_from_the_catalogue() in text


def test_the_wait_ends_when_the_answer_comes() -> None:
    the_answer: Future[int] = Future()
    the_answer.set_result(3)
    assert wait_for(the_answer) == 3


def test_new_lines_bring_a_new_diagnosis(page: PageRunner) -> None:
    few = retrier_lines()[:2]
    assert not evidence(page(few, "req_Rtry00000"))
    test = page(retrier_lines(), "req_Rtry00000")
    # The former diagnosis may be shown, and says that newer lines are being judged, until the rest is over.
    wait_until(lambda: evidence(test.run()), "the page shows the newer diagnosis")
    assert case_title("revoked_key_in_use") in bold_texts(test)
    assert the_desk().coverage().requests == 50
