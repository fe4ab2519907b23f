"""Customers in a real browser: filters, sorting, links, marks, export, hostile names, light and dark."""

import csv
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.address import address, at
from tests.browser.conftest import OpenPage, go_back, paste, settle
from tests.browser.elements import click_header, column, heading, open_row, table
from tests.browser.requests_of_the_tests import ATTACKER, EVIL
from tests.browser.screens import WIDE, expect_to_fit
from tests.pages.failing_lines import MENDED, RETRIER, SCANNER_IP, SCOPELESS

pytestmark = pytest.mark.browser

SCANNER = f"address {SCANNER_IP}"
# The columns of the table, counted from 1.
WHO, REQUESTS, MARKED = 2, 6, 10


def customers(page: Page) -> Locator:
    return table(page, "Who is failing and why")


def expect_customers(page: Page, *names: str) -> None:
    expect(column(customers(page), WHO)).to_have_text([*names])


def test_filters_sorting_and_rows_lead_to_a_link_that_shows_the_same(open_page: OpenPage) -> None:
    page = open_page("/customers")
    expect_customers(page, RETRIER, SCOPELESS, ATTACKER, SCANNER)
    page.get_by_role("radio", name="Recovered").click()
    expect_customers(page, MENDED)
    page.get_by_role("radio", name="All").click()
    expect_customers(page, RETRIER, SCOPELESS, ATTACKER, MENDED, SCANNER)
    # The column Requests is a bit beyond the middle of the table.
    click_header(customers(page), 0.605)
    expect_customers(page, MENDED, ATTACKER, SCOPELESS, SCANNER, RETRIER)
    expect(column(customers(page), REQUESTS)).to_have_text(["10", "12", "20", "40", "50"])
    open_row(customers(page), 2)
    expect(heading(page, f"Customer {SCOPELESS}")).to_be_visible()
    assert address(page) == ("/customer", {"id": [SCOPELESS]})
    go_back(page)
    page.get_by_role("combobox", name="Case").fill("scope")
    page.get_by_role("option", name="Key without any scope").click()
    expect_customers(page, SCOPELESS, ATTACKER)
    assert address(page) == ("/customers", {"status": ["All"], "case": ["Key without any scope"]})
    page.goto(f"{page.url}&case=Scanner+guessing+keys&environment=production")
    expect_customers(page, SCOPELESS, SCANNER)
    open_row(customers(page), 1)
    expect(heading(page, "Diagnosis")).to_be_visible()
    expect(page.get_by_text("40 different keys came from one address")).to_be_visible()
    path, query = address(page)
    assert (path, [*query]) == ("/customer", ["diagnosis"])


def test_cited_ids_open_requests_and_back_leads_back(open_page: OpenPage) -> None:
    page = open_page(f"/customer?id={RETRIER}")
    expect(page.get_by_text("40 refused requests tried again unchanged")).to_be_visible()
    cited = page.get_by_role("link", name="req_Rtry00940").first
    assert cited.get_attribute("href") == at(page, "/?request_id=req_Rtry00940")
    cited.click()
    expect(heading(page, "Key was revoked")).to_be_visible()
    settle(page)
    assert address(page) == ("/", {"request_id": ["req_Rtry00940"]})
    expect(page.get_by_text("No backoff: of 30 second or later retries 0 waited longer")).to_be_visible()
    page.get_by_role("link", name="req_Rtry00000").first.click()
    expect(page.get_by_text("req_Rtry00000  ·  GET")).to_be_visible()
    page.get_by_role("link", name=f"Customer {RETRIER}").click()
    expect(heading(page, f"Customer {RETRIER}")).to_be_visible()
    go_back(page)
    expect(page.get_by_text("req_Rtry00000  ·  GET")).to_be_visible()
    go_back(page)
    expect(page.get_by_text("req_Rtry00940  ·  GET")).to_be_visible()
    go_back(page)
    expect(heading(page, f"Customer {RETRIER}")).to_be_visible()
    assert address(page) == ("/customer", {"id": [RETRIER]})
    open_row(table(page, "The last failed requests"), 0)
    expect(page.get_by_text("req_Rtry00940  ·  GET")).to_be_visible()
    go_back(page)
    expect(heading(page, f"Customer {RETRIER}")).to_be_visible()
    assert address(page) == ("/customer", {"id": [RETRIER]})


def test_the_diagnosis_comes_beside_the_card_and_into_the_reply(open_page: OpenPage) -> None:
    page = open_page("/?request_id=req_Pipe00003")
    expect(page.get_by_text("Pipe that does not exist", exact=True)).to_be_visible()
    expect(page.get_by_text("Recovered", exact=True)).to_be_visible()
    expect(page.get_by_text("It has stopped: the same client succeeded")).to_be_visible()
    expect(page.get_by_role("link", name="req_Good00000")).to_be_visible()
    page.get_by_role("button", name="Copy reply").click()
    reply = page.evaluate("navigator.clipboard.readText()")
    assert "req_Pipe00003" in reply
    assert "Since 16 November 2026, 22:00 UTC the same requests succeed again." in reply


def test_nothing_moves_when_the_diagnosis_comes(open_page: OpenPage) -> None:
    page = open_page()
    page.evaluate("""() => {
      window.tops = []
      const look = () => {
        // Only once the diagnosis's skeleton is drawn: the browser may draw the reply below it a moment before.
        const diagnosis = document.querySelector(".stSkeleton, .st-key-beside_card")
        const reply = diagnosis && document.querySelector(".st-key-reply")
        const top = reply && Math.round(reply.getBoundingClientRect().top)
        if (top && window.tops.at(-1) !== top) window.tops.push(top)
        requestAnimationFrame(look)
      }
      look()
    }""")
    for request_id in ("req_Less00003", "req_Pipe00003"):
        paste(page, request_id)
        expect(page.get_by_role("link", name=request_id[:-1] + "0").first).to_be_visible()
        settle(page)
        assert len(page.evaluate("window.tops.splice(0)")) == 1
        go_back(page)
        expect(page.get_by_text("Paste anything that holds a request id")).to_be_visible()
        page.evaluate("window.tops.splice(0)")


def test_a_mark_is_stored_and_shown_as_precision_and_removed(open_page: OpenPage) -> None:
    page = open_page(f"/customer?id={SCOPELESS}")
    page.get_by_role("radio", name="Right").click()
    settle(page)
    page.get_by_role("link", name="All customers").click()
    expect_customers(page, RETRIER, SCOPELESS, ATTACKER, SCANNER)
    expect(column(customers(page), MARKED)).to_have_text(["", "right", "", ""])
    cells = table(page, "Right and wrong").locator("[role=gridcell]")
    expect(cells).to_have_text(["Key without any scope", "1", "0", "1"])
    go_back(page)
    page.get_by_role("radio", name="Right").click()
    settle(page)
    page.get_by_role("link", name="All customers").click()
    expect(page.get_by_text("Nothing marked yet.")).to_be_visible()


def test_the_export_is_the_table_and_no_formula(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("/customers?status=All")
    expect_customers(page, RETRIER, SCOPELESS, ATTACKER, MENDED, SCANNER)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as CSV").click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    with saved.open(encoding="utf-8-sig", newline="") as file:
        rows = [*csv.DictReader(file)]
    assert [row["customer_id"] for row in rows] == [RETRIER, SCOPELESS, f"'{ATTACKER}", MENDED, ""]
    assert [row["failing_requests"] for row in rows] == ["50", "20", "12", "10", "40"]
    assert rows[0]["case"] == "revoked_key_in_use"
    assert "req_Rtry00940" in rows[0]["request_ids"].split()
    assert saved.suffix == ".csv"


def test_hostile_names_stay_text(open_page: OpenPage) -> None:
    page = open_page("/customers")
    expect_customers(page, RETRIER, SCOPELESS, ATTACKER, SCANNER)
    page.get_by_role("combobox", name="Environment").click()
    expect(page.get_by_role("option", name="![x](http://evil.example/x.png)")).to_be_visible()
    page.goto(at(page, f"/customer?{urlencode({'id': ATTACKER})}"))
    expect(page.get_by_text("12 requests in ![x](http://evil.example/x.png)")).to_be_visible()
    expect(page.get_by_test_id("stPlotlyChart").locator(".barlayer").first).to_be_attached()
    page.get_by_role("link", name=f"{EVIL}00011").first.click()
    expect(heading(page, "Key lacks a scope")).to_be_visible()
    settle(page)
    assert page.locator("[src*='evil.example'], [href*='//evil.example']").count() == 0


def test_the_pages_fit_every_screen_in_light_and_dark(open_page: OpenPage) -> None:
    page = open_page()
    for path, text in (
        ("/customers", "Customers failing now"),
        (f"/customer?id={RETRIER}", "Failed requests an hour, UTC"),
        ("/?request_id=req_Rtry00940", "Revoked key still in use"),
    ):
        page.goto(at(page, path))
        expect(page.get_by_text(text).first).to_be_visible()
        settle(page)
        expect_to_fit(page)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": WIDE, "height": 900})


def test_a_customer_is_found_by_a_part_of_its_name_or_by_a_key(open_page: OpenPage) -> None:
    page = open_page("/customers")
    expect_customers(page, RETRIER, SCOPELESS, ATTACKER, SCANNER)
    box = page.get_by_role("textbox", name="Find a customer")
    box.press_sequentially("less")
    box.press("Enter")
    expect_customers(page, SCOPELESS)
    expect(page.get_by_role("link", name=f"Customer {SCOPELESS}")).to_be_visible()
    page.get_by_role("button", name="Show everybody").click()
    expect_customers(page, RETRIER, SCOPELESS, ATTACKER, SCANNER)
    key = "ak_live_Zt3bQ9xW2vU8sR5pN1mK7jH4gF6dXX"
    box.fill(key)
    settle(page)
    assert key not in page.url
    assert key not in page.content()
