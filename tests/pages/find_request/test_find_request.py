"""Find a request, run without a browser: its answer to each kind of search."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.catalogue.catalogue import catalogue
from pixeldesk.catalogue.mail import GREETING
from pixeldesk.desk.desk import close_the_desk, the_desk
from pixeldesk.pages.widgets.safe_text import markdown_escaped
from tests.conftest import ROOT
from tests.log_lines import event_line, failed_line, moment, request_line, request_lines
from tests.pages.conftest import PageRunner, elements, page_at
from tests.pages.reading import badges, says_how_to_fill_the_store, table, text_of

SCOPE_ERROR = failed_line("insufficient_scope", 403, request_id="req_Scope0001")


def test_an_empty_store_says_how_to_fill_it(page: PageRunner) -> None:
    assert says_how_to_fill_the_store(page([]))


def test_the_page_says_which_time_the_store_covers(page: PageRunner) -> None:
    lines = [request_line(request_id=f"req_Hour000{hour}", timestamp=moment(3600 * hour)) for hour in range(3)]
    assert "3 requests, 16 Nov 2026 12:00 to 16 Nov 2026 14:00" in text_of(page(lines))


def test_a_found_id_shows_its_whole_card(page: PageRunner) -> None:
    before, after = request_line(request_id="req_Before001", timestamp=moment(-60)), request_lines(1)
    other = failed_line("insufficient_scope", 403, request_id="req_Other0001", customer_id="cus_other")
    test = page([SCOPE_ERROR, before, other, *after], "req_Scope0001")
    assert badges(test) == {"403": "orange", "On the customer's side": "gray", "Not retryable": "gray"}
    listed = catalogue().entry("insufficient_scope", 403)
    for part in (
        "insufficient_scope",
        markdown_escaped(listed.meaning),
        markdown_escaped(listed.fix),
        "Mon 16 Nov 2026, 12:00:00.000 UTC",
        "cus_0184",
        "ak_live_Zt3b…",
        "scopes: pixel:read",
        "web-1",
        "2026.46.1",
        "GET /pixel/pipes/top_pages?website_id=web_k31&days=7",
        "req_Before001",
        "1 other customer",
    ):
        assert part in text_of(test), part
    (reply,) = [element.value for element in test.text if element.value.startswith(GREETING)]
    assert "req_Scope0001" in reply


def test_the_viewers_zone_is_shown_beside_utc(page: PageRunner) -> None:
    test = page([SCOPE_ERROR], "req_Scope0001")
    test.context = {"timezone": "Asia/Kolkata"}
    assert "12:00:00.000 UTC  ·  17:30:00 in Asia/Kolkata" in text_of(test.run())


def test_a_code_of_ours_is_not_put_on_the_customer(page: PageRunner) -> None:
    shown = badges(page([failed_line("ingest_unavailable", 503)], "req_7Qm2xV9cT4"))
    assert (shown["503"], shown["Ours, not the customer's"]) == ("red", "red")
    assert "On the customer's side" not in shown


def test_a_code_that_nobody_listed_is_shown_as_unknown(page: PageRunner) -> None:
    test = page([failed_line("quota_gone", 402)], "req_7Qm2xV9cT4")
    assert "Unknown code" in badges(test)
    assert "quota_gone" in text_of(test)


def test_an_unknown_id_says_why_and_the_nearest_id_is_one_click_away(page: PageRunner) -> None:
    test = page([SCOPE_ERROR], "req_Scope0002")
    assert badges(test) == {"Not found": "gray"}
    assert "req_Scope0002" in text_of(test)
    assert the_desk().lookup("req_Scope0002").not_found[0].reason in text_of(test)
    (reply,) = [element.value for element in test.text if element.value.startswith(GREETING)]
    assert reply == the_desk().lookup("req_Scope0002").reply
    (nearest,) = [button for button in test.button if "req_Scope0001" in button.label]
    nearest.click().run()
    assert test.query_params == {"request_id": "req_Scope0001"}
    assert "403" in badges(test)


@pytest.mark.parametrize(("text", "is_shown"), [("req_Scope0002", False), ("req_Scope0002 of cus_5510", True)])
def test_what_a_ticket_names_beside_an_unknown_id_is_shown_if_it_names_something(
    page: PageRunner, text: str, is_shown: bool
) -> None:
    page([SCOPE_ERROR])
    name = the_desk().recent_tickets.remember(the_desk().lookup(text))
    test = page([], "req_Scope0002", ticket=name)
    assert badges(test)["Not found"] == "gray"
    assert ("The text names" in [caption.value for caption in test.caption]) is is_shown
    assert not [caption.value for caption in test.caption if "No failing request fits" in caption.value] or is_shown
    assert len([element for element in test.text if element.value.startswith(GREETING)]) == 1


def test_a_shared_id_offers_every_request_and_says_that_it_is_shared(page: PageRunner) -> None:
    lines = [
        request_line(request_id="req_Shared001", customer_id="cus_first"),
        failed_line("invalid_pipe", 400, request_id="req_Shared001", customer_id="cus_second", timestamp=moment(90)),
    ]
    test = page(lines, "req_Shared001")
    (choice,) = elements(test, "pills")
    assert ["cus_first" in choice.options[0], "cus_second" in choice.options[1]] == [True, True]
    assert badges(test)["Shared id"] == "orange"
    assert "Of your 2 requests" not in text_of(test)
    choice.set_value(1).run()
    assert "400" in badges(test)
    assert test.query_params == {"request_id": "req_Shared001", "show": "1"}


def shared_lines() -> list[dict[str, Any]]:
    """Return the lines of thirty requests with one id, each of another customer."""
    return [
        failed_line("internal_error", 500, request_id="req_Shared001", customer_id=f"cus_{n}", timestamp=moment(n))
        for n in range(1, 31)
    ]


def test_two_opaque_ids_in_one_address_have_a_card_each(page: PageRunner) -> None:
    ids = ["abcdef", "ticketnumberabc"]
    test = page([request_line(request_id=request_id) for request_id in ids], *ids)
    (choice,) = elements(test, "pills")
    assert [request_id in label for request_id, label in zip(ids, choice.options, strict=True)] == [True, True]


def test_an_id_that_many_share_has_twenty_cards_and_the_others_in_a_table(page: PageRunner) -> None:
    test = page(shared_lines(), "req_Shared001")
    (choice,) = elements(test, "pills")
    assert len(choice.options) == 20
    assert "30 different requests carry the same id" in text_of(test)
    assert "30 requests in all" in text_of(test)
    rows = table(test, "Further requests")
    assert [*rows["customer"]] == [f"cus_{n}" for n in range(21, 31)]
    assert rows["time"][0] == "16 Nov 12:00:21.000"


def test_a_request_without_a_card_is_opened_by_its_time(page: PageRunner) -> None:
    address = {"from": "2026-11-16T12:00:25.000Z"}
    test = page(shared_lines(), "req_Shared001", **address)
    assert "cus_25" in elements(test, "pills")[0].options[0]
    assert "Mon 16 Nov 2026, 12:00:25.000 UTC" in text_of(test)
    assert len(table(test, "Further requests")) == 24
    invalid = page([], "req_Shared001", **{"from": "yesterday"})
    assert "Mon 16 Nov 2026, 12:00:01.000 UTC" in text_of(invalid)


def test_several_ids_share_a_reply_and_each_has_a_card(page: PageRunner) -> None:
    ids = ["req_Scope0001", "req_N0000000", "req_Nowhere01"]
    test = page([SCOPE_ERROR, *request_lines(1)], *ids)
    (choice,) = elements(test, "pills")
    assert [identifier in label for identifier, label in zip(ids, choice.options, strict=True)] == [True] * 3
    assert "Of your 3 requests, 1 was refused, 1 succeeded and 1 could not be found." in text_of(test)
    assert "Shared id" not in badges(test)
    choice.set_value(1).run()
    assert badges(test)["200"] == "green"
    choice.set_value(2).run()
    assert badges(test) == {"Not found": "gray"}


def test_the_address_may_open_another_card_and_may_be_invalid(page: PageRunner) -> None:
    lines = [SCOPE_ERROR, *request_lines(1)]
    assert "200" in badges(page(lines, "req_Scope0001", "req_N0000000", show="1"))
    for invalid in ("-1", "999", "x", "１", "9" * 5000, ""):
        assert badges(page([], "req_Scope0001", "req_N0000000", show=invalid))
    without_id = page([], "not an id at all")
    assert not badges(without_id)
    assert "`req_7Qm2xV9cT4`" in text_of(without_id)


def test_the_drawer_shows_every_line_of_the_request_in_time_order(page: PageRunner) -> None:
    lines = [event_line(), request_line(), event_line(message="sent", timestamp=moment(1))]
    test = page(lines, "req_7Qm2xV9cT4")
    (button,) = [button for button in test.button if button.label == "Raw record, 3 lines"]
    button.click().run()
    assert [element.value.count("message") for element in elements(test, "json")] == [1, 0, 1]


@pytest.fixture
def store_of_another_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / "pixeldesk.duckdb"
    monkeypatch.setenv("PIXELDESK_DB", str(path))
    owner = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from pixeldesk import settings, store; held = store.open_store(settings.Settings());"
            " print(flush=True); input()",
        ],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert owner.stdout
    assert owner.stdout.readline()
    yield path
    owner.communicate(b"\n")
    close_the_desk()


def test_a_locked_store_is_one_calm_line_and_a_button_to_try_again(store_of_another_process: Path) -> None:
    close_the_desk()
    test = page_at().run()
    text = text_of(test)
    assert str(store_of_another_process) in text
    assert "Traceback" not in text
    assert [button.label for button in test.button] == ["Try again"]
