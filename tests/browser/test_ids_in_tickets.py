"""What gateways and mail clients make of an id is pasted, found, and found again at the address."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.address import query
from tests.browser.conftest import OpenPage, go_back, paste, serving, settle
from tests.browser.elements import heading
from tests.log_lines import moment

pytestmark = pytest.mark.browser

REQUEST = "c41d7e90-52ab-4f3c-9e18-0b7a6d5c4e3f"
VERCEL = "cdg1::iad1::k7x2p-1795168293417-9a8b7c6d5e4f"
TRACE = "b7f1c9d2e3a4455f8a6b7c8d9e0f1a2b"
HOSTILE = "worker failed <img src=x onerror=alert(1)> **bold** $x$ :red[x]"
LINES = [
    {
        "level": 50, "time": moment(), "hostname": "web-1", "msg": "request errored", "responseTime": 42,
        "req": {"id": REQUEST, "method": "POST", "url": "/v1/pixels", "headers": {"x-vercel-id": VERCEL}},
        "res": {"statusCode": 503},
    },
    {"level": 50, "time": moment(7), "hostname": "web-1", "trace_id": TRACE, "msg": HOSTILE},
]  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard over one request behind Vercel and one line of a job."""
    with serving(tmp_path_factory.mktemp("tickets"), LINES) as address:
        yield address


def expect_card(page: Page) -> None:
    expect(heading(page, "Failed on our side, without an error code")).to_be_visible()
    settle(page)


def test_ids_of_gateways_and_broken_ids_are_found_and_found_again(open_page: OpenPage) -> None:
    page = open_page()
    paste(page, "500: INTERNAL_SERVER_ERROR\nID: cdg1::k7x2p-1795168293417-9a8b7c6d5e4f")
    expect_card(page)
    assert query(page) == {"request_id": [VERCEL]}
    paste(page, "La requête c41d7e90-52ab-\n> 4f3c-9e18-0b7a6d5c4e3f échoue")
    page.wait_for_url(f"**/?request_id={REQUEST}")
    expect_card(page)
    page.reload()
    expect_card(page)
    assert query(page) == {"request_id": [REQUEST]}
    go_back(page)
    page.wait_for_url("**k7x2p**")
    expect_card(page)


def test_an_id_without_a_request_shows_its_lines_as_text(open_page: OpenPage) -> None:
    page = open_page()
    paste(page, f"trace {TRACE.upper()}")
    expect(page.get_by_text("Only 1 application log line with this id")).to_be_visible()
    expect(page.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
    assert page.locator("img[src=x]").count() == 0
    assert query(page)["request_id"] == [TRACE]
