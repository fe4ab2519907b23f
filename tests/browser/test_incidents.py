"""Incidents in a real browser: list, page, card and back; filters, export; light, dark and small."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.address import address, at
from tests.browser.conftest import OpenPage, go_back, serving, settle
from tests.browser.elements import heading, open_row, table
from tests.browser.screens import NARROW, WIDE, expect_to_fit
from tests.pages.outage_lines import CODE, outage_lines

pytestmark = pytest.mark.browser

EVIL = "![x](http://evil.example/x.png) <img src=http://evil.example/y.png onerror=alert(1)>"
ID, EVIL_ID = f"2026-11-16T12:00-{CODE}-production", f"2026-11-16T12:00-{EVIL}-{EVIL}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the dashboard over two outages, of which the second has a hostile name."""
    hostile = outage_lines(code=EVIL, environment=EVIL, host=EVIL)
    lines = [*outage_lines(), *({**line, "request_id": f"{line['request_id']}x"} for line in hostile)]
    with serving(tmp_path_factory.mktemp("incidents"), lines) as url:
        yield url


def incidents(page: Page) -> Locator:
    return table(page, "Incidents, one row each")


def test_from_the_list_to_an_incident_to_a_card_and_back(open_page: OpenPage) -> None:
    page = open_page("/incidents")
    expect(page.get_by_text("2 incidents")).to_be_visible()
    page.get_by_role("combobox", name="Environment").click()
    page.get_by_role("option", name="production", exact=True).click()
    expect(page.get_by_text("1 incident", exact=True)).to_be_visible()
    assert address(page) == ("/incidents", {"environment": ["production"]})
    settle(page)
    open_row(incidents(page), 0)
    expect(heading(page, f"Incident {CODE} in production")).to_be_visible()
    assert address(page) == ("/incident", {"id": [ID]})
    settle(page)
    examples = table(page, "Requests that show the incident")
    examples.scroll_into_view_if_needed()
    open_row(examples, 1)
    expect(page.get_by_text("Part of an incident")).to_be_visible()
    assert address(page) == ("/", {"request_id": ["req_Hit00901"]})
    settle(page)
    page.get_by_role("link", name="The incident").click()
    expect(heading(page, f"Incident {CODE} in production")).to_be_visible()
    go_back(page)
    expect(page.get_by_text("Part of an incident")).to_be_visible()
    go_back(page)
    assert address(page) == ("/incident", {"id": [ID]})
    expect(heading(page, f"Incident {CODE} in production")).to_be_visible()
    go_back(page)
    expect(page.get_by_text("1 incident", exact=True)).to_be_visible()
    assert address(page) == ("/incidents", {"environment": ["production"]})


def test_a_hostile_incident_stays_text_and_its_export_is_no_formula(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("/incidents")
    expect(page.get_by_text("2 incidents")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as CSV").click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    with saved.open(encoding="utf-8-sig", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    assert {name: row["requests"] for name, row in rows.items()} == {ID: "70", EVIL_ID: "70"}
    assert rows[EVIL_ID]["hosts"] == EVIL
    settle(page)
    open_row(incidents(page), [*rows].index(EVIL_ID))
    expect(page.get_by_text("What is different, in numbers")).to_be_visible()
    expect(page.get_by_test_id("stPlotlyChart").locator(".barlayer").first).to_be_attached()
    settle(page)
    page.get_by_role("button", name="Copy text").click()
    note = page.evaluate("navigator.clipboard.readText()")
    assert note.startswith("On 16 November 2026 from 12:00 to 12:10 UTC, requests may have been answered with a server")
    assert page.locator("[src*='evil.example'], [href*='//evil.example']").count() == 0


def test_the_pages_fit_every_screen_in_light_and_dark(open_page: OpenPage) -> None:
    page = open_page(f"/incident?id={ID}")
    for path, text in (
        (f"/incident?id={ID}", "What is different, in numbers"),
        ("/incidents", "2 incidents"),
        ("/?request_id=req_Hit00930", "Part of an incident"),
    ):
        page.goto(at(page, path))
        expect(page.get_by_text(text)).to_be_visible()
        settle(page)
        expect_to_fit(page, ((WIDE, "dark"), (NARROW, "light")))
        page.set_viewport_size({"width": WIDE, "height": 900})
