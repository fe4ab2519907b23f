"""The weekly review in a real browser: another week, its files saved and read back, every screen, light and dark."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, go_back, serving, settle
from tests.browser.elements import metric, open_row, table
from tests.browser.screens import expect_to_fit
from tests.weekly.weekly_lines import bad, whole_week

pytestmark = pytest.mark.browser

HOSTILE = "![x](http://evil.example/x.png) <img src=//evil.example/y.png onerror=alert(1)> :red[z]"
FORMULA = "=cmd|'/C calc'!A0"
LINES = [
    *whole_week(-1, failing=12),
    *whole_week(0, failing=3),
    *(bad(0, 20 + n, "tinybird_error", 503, customer_id=FORMULA) for n in range(4)),
    *(bad(0, 30 + n, HOSTILE, customer_id=HOSTILE, route=HOSTILE, environment=HOSTILE) for n in range(4)),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard over two weeks of its own."""
    with serving(tmp_path_factory.mktemp("weekly"), LINES) as address:
        yield address


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option).click()


def saved(page: Page, form: str, folder: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Export {form}").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_another_week_is_a_link_and_a_row_leads_to_its_customer(open_page: OpenPage) -> None:
    page = open_page("/weekly")
    expect(metric(page, "Requests that failed")).to_have_text("6.15%")
    expect(page).to_have_url(re.compile(r"/weekly\?week=2026-W47$"))
    choose(page, "Week", "2026-W46: 9 Nov to 15 Nov 2026")
    expect(metric(page, "Requests that failed")).to_have_text("6.67%")
    expect(page).to_have_url(re.compile(r"/weekly\?week=2026-W46$"))
    go_back(page)
    expect(metric(page, "Requests that failed")).to_have_text("6.15%")
    choose(page, "Environment", "production")
    expect(metric(page, "Requests that failed")).to_have_text("4.00%")
    expect(page).to_have_url(re.compile(r"week=2026-W47&environment=production$"))
    settle(page)
    rows = table(page, "Customers newly failing")
    rows.scroll_into_view_if_needed()
    open_row(rows, 0)
    expect(page.get_by_role("heading", name=f"Customer {FORMULA}")).to_be_visible()


def test_the_files_hold_the_same_and_do_nothing(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("/weekly?week=2026-W47")
    expect(metric(page, "Requests that failed")).to_have_text("6.15%")
    with saved(page, "CSV", tmp_path).open(encoding="utf-8-sig", newline="") as file:
        rows = [*csv.DictReader(file)]
    (overall,) = [row for row in rows if row["name"] == "all errors"]
    assert (overall["requests"], overall["errors"]) == ("179", "11")
    assert [row["name"] for row in rows if row["section"] == "new customer"] == [HOSTILE, f"'{FORMULA}"]
    report = saved(page, "HTML", tmp_path)
    assert report.name == "pixel-errors-2026-W47.html"
    # A request to another server or a dialog in this window fails the test.
    page.set_content(report.read_text())
    expect(page.get_by_role("heading", name="Weekly review 2026-W47")).to_be_visible()
    expect(page.get_by_role("cell", name=HOSTILE).first).to_be_visible()
    expect(page.get_by_role("img", name="By error code")).to_be_visible()
    assert page.locator("script, img, a, [src], [href]").count() == 0


def test_the_page_fits_every_screen_in_light_and_dark(open_page: OpenPage) -> None:
    page = open_page("/weekly")
    expect_to_fit(page)
    expect(page.get_by_test_id("stPlotlyChart").locator(".barlayer")).to_have_count(3)
    expect(page.get_by_test_id("stPlotlyChart").get_by_text(HOSTILE[:25])).to_have_count(2)
    assert page.locator("[src*='evil.example'], [href*='evil.example']").count() == 0
