"""The first page in a real browser: paste, links, back and forward, hostile records, light, dark and small."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.address import query
from tests.browser.conftest import OpenPage, go_back, paste, settle
from tests.browser.elements import heading, open_row, table
from tests.browser.requests_of_the_tests import DENIED, HOSTILE, KEY, OURS, SHARED
from tests.browser.screens import BACKGROUND, NARROW, WIDE, expect_no_sideways_scrolling
from tests.pages.failing_lines import SCOPELESS

pytestmark = pytest.mark.browser

TICKET = f"""Hi team,

since noon our job fails. We send the key {KEY} as always.
> curl: {{"error": {{"code": "insufficient_scope"}}, "meta": {{"request_id": "{DENIED}"}}}}
and now also {OURS}.

Thanks, Ada (ada@customer.example)
"""


def expect_card(page: Page, title: str) -> None:
    expect(heading(page, title)).to_be_visible()


def test_a_pasted_ticket_becomes_cards_and_nothing_of_it_stays(open_page: OpenPage) -> None:
    page = open_page()
    paste(page, TICKET)
    expect_card(page, "Key lacks a scope")
    settle(page)
    assert query(page) == {"request_id": [DENIED, OURS]}
    assert page.get_by_role("textbox", name="Request id, error body or ticket").input_value() == ""
    content = page.content()
    assert KEY not in content
    assert "ada@customer.example" not in content
    page.get_by_role("radio", name=OURS).or_(page.get_by_role("button", name=OURS)).first.click()
    expect_card(page, "Server not set up for events")
    expect(page.get_by_text("nothing in the customer's request has to change")).to_be_visible()


def test_typing_waits_for_enter(open_page: OpenPage) -> None:
    page = open_page()
    box = page.get_by_role("textbox", name="Request id, error body or ticket")
    box.press_sequentially(DENIED)
    settle(page)
    assert query(page) == {}
    assert box.input_value() == DENIED
    box.press("Enter")
    expect_card(page, "Key lacks a scope")


def test_a_copied_link_shows_the_same_card_to_somebody_else(open_page: OpenPage) -> None:
    page = open_page()
    paste(page, TICKET)
    expect_card(page, "Key lacks a scope")
    settle(page)
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = urlsplit(page.evaluate("navigator.clipboard.readText()"))
    assert parse_qs(link.query) == {"request_id": [DENIED]}
    expect_card(open_page(f"{link.path}?{link.query}"), "Key lacks a scope")


def test_the_reply_is_copied_whole(open_page: OpenPage) -> None:
    page = open_page(f"/?request_id={DENIED}")
    page.get_by_role("button", name="Copy reply").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    reply = page.evaluate("navigator.clipboard.readText()")
    assert reply.startswith("Hello,\n")
    assert DENIED in reply
    assert reply.endswith("Pixel API support")


def test_back_and_forward_go_through_the_searches(open_page: OpenPage) -> None:
    page = open_page()
    paste(page, DENIED)
    expect_card(page, "Key lacks a scope")
    settle(page)
    paste(page, OURS)
    expect_card(page, "Server not set up for events")
    go_back(page)
    expect_card(page, "Key lacks a scope")
    settle(page)
    page.go_forward()
    expect_card(page, "Server not set up for events")
    go_back(page)
    expect_card(page, "Key lacks a scope")
    go_back(page)
    expect(page.get_by_text("Paste anything that holds a request id")).to_be_visible()


def test_an_unknown_id_says_why_and_leads_to_the_nearest(open_page: OpenPage) -> None:
    page = open_page()
    paste(page, DENIED[:-1] + "2")
    expect(page.get_by_text("Not found", exact=True)).to_be_visible()
    expect(page.get_by_text("No request with this id is in the logs that were read.")).to_be_visible()
    page.get_by_role("button", name=DENIED).click()
    expect_card(page, "Key lacks a scope")
    assert query(page) == {"request_id": [DENIED]}


def test_a_text_without_an_id_says_so(open_page: OpenPage) -> None:
    page = open_page()
    paste(page, f"It does not work! My key is {KEY}")
    expect(page.get_by_text("No request id in that text.")).to_be_visible()
    assert list(query(page)) == ["ticket"]
    assert KEY not in page.content()


def test_a_shared_id_is_a_choice(open_page: OpenPage) -> None:
    page = open_page(f"/?request_id={SHARED}")
    expect(page.get_by_text("2 different requests carry the same id")).to_be_visible()
    page.get_by_text("cus_7701").first.click()
    expect_card(page, "Unknown pipe")
    settle(page)
    assert query(page) == {"request_id": [SHARED], "show": ["1"]}


def test_a_row_of_the_table_opens_that_request(open_page: OpenPage) -> None:
    page = open_page(f"/?request_id={DENIED}")
    open_row(table(page, "Requests of the same caller"), 0)
    expect_card(page, "Succeeded")
    settle(page)
    assert query(page)["request_id"][0].startswith("req_N00000")


def test_the_drawer_shows_the_raw_lines(open_page: OpenPage) -> None:
    page = open_page(f"/?request_id={DENIED}")
    page.get_by_role("button", name="Raw record, 2 lines").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text("scope check")).to_be_visible()
    expect(drawer.get_by_text("api.ndjson, line")).to_be_visible()


def test_a_hostile_record_stays_text(open_page: OpenPage) -> None:
    page = open_page(f"/?request_id={HOSTILE}")
    expect(page.get_by_text("![x](http://evil.example/x.png)").first).to_be_visible()
    page.get_by_role("button", name="Raw record").click()
    expect(page.get_by_role("dialog").get_by_text("evil.example").first).to_be_visible()
    assert page.locator("[src*='evil.example'], [href*='//evil.example']").count() == 0


@pytest.mark.parametrize(
    ("width", "height", "colours"), [(WIDE, 900, "light"), (WIDE, 900, "dark"), (NARROW, 844, "light")]
)
def test_the_card_fits_the_screen(open_page: OpenPage, tmp_path: Path, width: int, height: int, colours: str) -> None:
    page = open_page(f"/?request_id={DENIED}", width=width, height=height, colours=colours)
    expect_card(page, "Key lacks a scope")
    expect(page.get_by_test_id("stDataFrame").locator("canvas").first).to_be_visible()
    page.screenshot(path=tmp_path / f"card_{width}_{colours}.png")
    expect_no_sideways_scrolling(page, width)
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", BACKGROUND[colours])
    if width == WIDE:
        for text in ("Key lacks a scope", "Before and after, same customer", "Reply to the customer"):
            box = page.get_by_text(text).first.bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= height, text


def test_a_ticket_without_an_id_leads_to_the_request_that_fits(open_page: OpenPage) -> None:
    page = open_page()
    paste(
        page,
        f"Hallo,\n\nam 16.11.2026 um 13:30 Uhr MEZ bekam Kunde {SCOPELESS} insufficient_scope, mit dem Key {KEY}.\n"
        "Wir zahlen dafür!\n\nGruß, Ada (ada@customer.example)\n",
    )
    expect(page.get_by_text("Failing requests that fit it, best first")).to_be_visible()
    expect(page.get_by_text("The text names")).to_be_visible()
    expect(page.get_by_text("What is known of the callers that the text names")).to_be_visible()
    settle(page)
    asked = query(page)
    assert list(asked) == ["ticket"]
    content = page.content()
    assert all(private not in content for private in (KEY, "ada@customer.example", "Wir zahlen"))
    page.get_by_role("button", name="Copy reply").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    suggestion = page.locator("ol").get_by_role("link", name="req_Less00001")
    expect(suggestion).to_have_attribute("href", re.compile("request_id=req_Less00001"))
    suggestion.click()
    expect_card(page, "Key lacks a scope")
    settle(page)
    assert query(page)["request_id"] == ["req_Less00001"]
    expect(page.get_by_text("Reply to the customer")).to_be_visible()
    go_back(page)
    expect(suggestion).to_be_visible()
    assert query(page) == asked
    page.reload()
    expect(suggestion).to_be_visible()


def test_a_ticket_of_another_day_is_no_longer_known(open_page: OpenPage) -> None:
    page = open_page("/?ticket=abcdefghijklmnop")
    expect(page.get_by_text("is no longer known")).to_be_visible()
