"""Live errors in a real browser: filters, a spike clicked and dragged over, a card opened, back, live, every screen."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.address import query
from tests.browser.conftest import OpenPage, go_back, settle
from tests.browser.elements import column, heading, open_row, table
from tests.browser.requests_of_the_tests import LINES
from tests.browser.screens import expect_to_fit
from tests.log_lines import moment
from tests.pages.failing_lines import RETRIER

pytestmark = pytest.mark.browser

START, END = datetime(2026, 11, 16, 12), datetime(2026, 11, 17, 18)
BUCKET = timedelta(minutes=15)
RANGE = "from=2026-11-16T12:00Z&to=2026-11-17T18:00Z"
# The columns of the tables, counted from 1.
REQUEST_ID, CALLER = 8, 2


def lines_from(start: datetime, end: datetime) -> list[dict[str, object]]:
    """Return the request lines of a half-open range."""
    first, past = (moment((at - START).total_seconds()) for at in (start, end))
    return [line for line in LINES if "status" in line and first <= line["timestamp"] < past]


def sentence(start: datetime, end: datetime, code: str | None = None) -> str:
    """Return how many errors and requests the page has to count in a half-open range."""
    lines = lines_from(start, end)
    errors = [line for line in lines if int(str(line["status"])) >= 400 and code in (None, code_of(line))]
    return f"{len(errors)} error{'' if len(errors) == 1 else 's'} in {len(lines)} request"


def code_of(line: dict[str, object]) -> str | None:
    error = line.get("error")
    return str(error["code"]) if isinstance(error, dict) else None


def chart(page: Page) -> Locator:
    """Find the plot area of the bars, which takes clicks."""
    found = page.get_by_test_id("stPlotlyChart").locator(".nsewdrag").first
    expect(found).to_be_visible()
    return found


def position_of(page: Page, time: datetime) -> tuple[float, float]:
    """Return where the chart shows a time: x and y on the screen, with y in the upper half of the bars."""
    box = chart(page).bounding_box()
    assert box is not None
    return box["x"] + box["width"] * ((time - START) / (END - START)), box["y"] + box["height"] * 0.3


def test_a_spike_is_clicked_and_leads_to_a_card_and_back(open_page: OpenPage) -> None:
    page = open_page(f"/errors?{RANGE}")
    expect(page.get_by_text(sentence(START, END))).to_be_visible()
    page.get_by_role("combobox", name="Error code").fill("revoked")
    page.get_by_role("option", name="api_key_revoked").click()
    expect(page.get_by_text(sentence(START, END, "api_key_revoked"))).to_be_visible()
    assert query(page)["code"] == ["api_key_revoked"]
    settle(page)
    spike = START + timedelta(hours=9)
    page.mouse.click(*position_of(page, spike + BUCKET / 2))
    expect(
        heading(page, f"Mon 16 Nov 21:00 to 21:15 UTC: {sentence(spike, spike + BUCKET, 'api_key_revoked')}")
    ).to_be_visible()
    examples = table(page, "Requests that failed")
    expect(column(examples, REQUEST_ID)).to_have_text([f"req_Rtry009{retry}0" for retry in reversed(range(5))])
    settle(page)
    open_row(examples, 0)
    expect(heading(page, "Key was revoked")).to_be_visible()
    assert query(page) == {"request_id": ["req_Rtry00940"]}
    go_back(page)
    expect(heading(page, "Mon 16 Nov 21:00 to 21:15 UTC")).to_be_visible()
    expect(column(table(page, "Customers and other"), CALLER)).to_have_text([RETRIER])
    settle(page)
    # Drag from the middle of a bucket to the middle of another: the span covers both whole.
    page.mouse.move(*position_of(page, spike - timedelta(hours=2) + BUCKET / 2))
    page.mouse.down()
    page.mouse.move(*position_of(page, spike + BUCKET / 2), steps=4)
    page.mouse.up()
    span = spike - timedelta(hours=2), spike + BUCKET
    expect(heading(page, f"Mon 16 Nov 19:00 to 21:15 UTC: {sentence(*span, 'api_key_revoked')}")).to_be_visible()
    assert (query(page)["drill_from"], query(page)["drill_to"]) == (["2026-11-16T19:00Z"], ["2026-11-16T21:15Z"])
    go_back(page)
    expect(heading(page, "Mon 16 Nov 21:00 to 21:15 UTC")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(heading(page, "Mon 16 Nov")).to_have_count(0)
    assert query(page) == {"from": ["2026-11-16T12:00Z"], "to": ["2026-11-17T18:00Z"], "code": ["api_key_revoked"]}


def test_live_keeps_the_drill_down_and_the_address_its_time(open_page: OpenPage) -> None:
    page = open_page("/errors")
    newest = max(str(line["timestamp"]) for line in LINES)
    expect(page.get_by_text(re.compile("errors in .* requests"))).to_be_visible()
    page.wait_for_url(re.compile(f"from=.*&to={newest[:10]}T"))
    settle(page)
    page.get_by_text("Live", exact=True).click()
    refreshed = page.get_by_text(re.compile("looked at .* UTC, every 5 seconds"))
    expect(refreshed).to_be_visible()
    assert query(page) == {"live": ["1"], "last": ["24 h"]}
    settle(page)
    page.get_by_role("combobox", name="Look into").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Close")).to_be_visible()
    drill = query(page)["drill_from"]
    first = refreshed.inner_text()
    expect(refreshed).not_to_have_text(first)
    expect(page.get_by_role("button", name="Close")).to_be_visible()
    assert query(page)["drill_from"] == drill
    # A choice beside the chart, inside the live fragment, changes the whole page.
    page.get_by_role("radio", name="Error rate").click()
    page.wait_for_url(re.compile("measure=rate"))
    assert query(page)["drill_from"] == drill


def test_the_page_fits_every_screen_in_light_and_dark(open_page: OpenPage) -> None:
    page = open_page(f"/errors?{RANGE}&drill_from=2026-11-16T21:00Z&drill_to=2026-11-16T21:15Z")
    expect(page.get_by_text("What is different about them")).to_be_visible()
    settle(page)
    expect_to_fit(page)
    for name in ("Environment", "Error code", "Route", "Host", "Customer", "Look into"):
        expect(page.get_by_role("combobox", name=name)).to_be_visible()
    expect(page.get_by_role("figure", name=re.compile("errors in .* requests by code"))).to_be_visible()
