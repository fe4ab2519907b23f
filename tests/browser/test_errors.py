"""Live errors in a real browser: filters, a spike clicked and dragged over, a card opened, back, live, every screen."""

import re
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage, go_back, settle
from tests.browser.requests_of_the_tests import LINES
from tests.log_lines import moment
from tests.pages.failing_lines import RETRIER

pytestmark = pytest.mark.browser

START, END = datetime(2026, 11, 16, 12), datetime(2026, 11, 17, 18)
BUCKET = timedelta(minutes=15)
RANGE = "from=2026-11-16T12:00Z&to=2026-11-17T18:00Z"
HEAD_PX, ROW_PX = 34, 28


def lines_from(start: datetime, end: datetime) -> list[dict[str, object]]:
    """The request lines of a half-open range, as they stand in the log."""
    first, past = (moment((at - START).total_seconds()) for at in (start, end))
    return [line for line in LINES if "status" in line and first <= line["timestamp"] < past]


def sentence(start: datetime, end: datetime, code: str | None = None) -> str:
    """How many errors and requests the page has to tell of."""
    lines = lines_from(start, end)
    errors = [line for line in lines if int(str(line["status"])) >= 400 and code in (None, code_of(line))]
    return f"{len(errors)} error{'' if len(errors) == 1 else 's'} in {len(lines)} request"


def code_of(line: dict[str, object]) -> str | None:
    error = line.get("error")
    return str(error["code"]) if isinstance(error, dict) else None


def chart(page: Page) -> Locator:
    """The bars' own area, which takes clicks."""
    found = page.get_by_test_id("stPlotlyChart").locator(".nsewdrag").first
    expect(found).to_be_visible()
    return found


def place_of(page: Page, at: datetime) -> tuple[float, float]:
    """Where a time is on the screen, above the middle of the bars."""
    box = chart(page).bounding_box()
    assert box is not None
    return box["x"] + box["width"] * ((at - START) / (END - START)), box["y"] + box["height"] * 0.3


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def heading(page: Page, text: str) -> Locator:
    return page.get_by_role("heading", name=re.compile(re.escape(text)))


def test_a_spike_is_clicked_and_leads_to_a_card_and_back(open_page: OpenPage) -> None:
    page = open_page(f"/errors?{RANGE}")
    expect(page.get_by_text(sentence(START, END))).to_be_visible()
    page.get_by_role("combobox", name="Error code").fill("revoked")
    page.get_by_role("option", name="api_key_revoked").click()
    expect(page.get_by_text(sentence(START, END, "api_key_revoked"))).to_be_visible()
    assert query(page)["code"] == ["api_key_revoked"]
    settle(page)
    spike = START + timedelta(hours=9)
    page.mouse.click(*place_of(page, spike + BUCKET / 2))
    expect(
        heading(page, f"Mon 16 Nov 21:00 to 21:15 UTC: {sentence(spike, spike + BUCKET, 'api_key_revoked')}")
    ).to_be_visible()
    examples = page.get_by_test_id("stDataFrame").filter(has=page.locator("[aria-label^='Requests that failed']"))
    ids = examples.locator("[role=gridcell][aria-colindex='8']")
    expect(ids).to_have_text([f"req_Rtry009{again}0" for again in reversed(range(5))])
    settle(page)
    examples.click(position={"x": 28, "y": HEAD_PX + ROW_PX / 2})
    expect(heading(page, "Key was revoked")).to_be_visible()
    assert query(page) == {"request_id": ["req_Rtry00940"]}
    go_back(page)
    expect(heading(page, "Mon 16 Nov 21:00 to 21:15 UTC")).to_be_visible()
    callers = page.get_by_test_id("stDataFrame").filter(has=page.locator("[aria-label^='Customers and other']"))
    expect(callers.locator("[role=gridcell][aria-colindex='2']")).to_have_text([RETRIER])
    settle(page)
    # From the middle of a bucket to that of another: both are in it whole.
    page.mouse.move(*place_of(page, spike - timedelta(hours=2) + BUCKET / 2))
    page.mouse.down()
    page.mouse.move(*place_of(page, spike + BUCKET / 2), steps=4)
    page.mouse.up()
    span = spike - timedelta(hours=2), spike + BUCKET
    expect(heading(page, f"Mon 16 Nov 19:00 to 21:15 UTC: {sentence(*span, 'api_key_revoked')}")).to_be_visible()
    assert (query(page)["drill_from"], query(page)["drill_to"]) == (["2026-11-16T19:00Z"], ["2026-11-16T21:15Z"])
    go_back(page)
    expect(heading(page, "Mon 16 Nov 21:00 to 21:15 UTC")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(heading(page, "Mon 16 Nov")).to_have_count(0)
    assert query(page) == {"from": ["2026-11-16T12:00Z"], "to": ["2026-11-17T18:00Z"], "code": ["api_key_revoked"]}


def test_live_keeps_what_is_looked_into_and_the_address_its_time(open_page: OpenPage) -> None:
    page = open_page("/errors")
    newest = max(str(line["timestamp"]) for line in LINES)
    expect(page.get_by_text(re.compile("errors in .* requests"))).to_be_visible()
    page.wait_for_url(re.compile(f"from=.*&to={newest[:10]}T"))
    settle(page)
    page.get_by_text("Live", exact=True).click()
    seen = page.get_by_text(re.compile("looked at .* UTC, every 5 seconds"))
    expect(seen).to_be_visible()
    assert query(page) == {"live": ["1"], "last": ["24 h"]}
    settle(page)
    page.get_by_role("combobox", name="Look into").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Close")).to_be_visible()
    drill = query(page)["drill_from"]
    first = seen.inner_text()
    expect(seen).not_to_have_text(first, timeout=15_000)
    expect(page.get_by_role("button", name="Close")).to_be_visible()
    assert query(page)["drill_from"] == drill
    # A choice beside the chart is made while it is live, and the rest of the page follows.
    page.get_by_role("radio", name="Error rate").click()
    page.wait_for_url(re.compile("measure=rate"))
    assert query(page)["drill_from"] == drill


def test_the_page_fits_every_screen_in_light_and_dark(open_page: OpenPage) -> None:
    page = open_page(f"/errors?{RANGE}&drill_from=2026-11-16T21:00Z&drill_to=2026-11-16T21:15Z")
    expect(page.get_by_text("What is different about them")).to_be_visible()
    settle(page)
    for width, colours in ((1440, "light"), (390, "light"), (390, "dark"), (1440, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
        ground = {"light": "rgb(252, 252, 253)", "dark": "rgb(18, 22, 29)"}[colours]
        expect(page.get_by_test_id("stApp")).to_have_css("background-color", ground)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.get_by_test_id("stMain").evaluate("one => one.scrollWidth <= one.clientWidth")
    for name in ("Environment", "Error code", "Route", "Host", "Customer", "Look into"):
        expect(page.get_by_role("combobox", name=name)).to_be_visible()
    expect(page.get_by_role("figure", name=re.compile("errors in .* requests by code"))).to_be_visible()
