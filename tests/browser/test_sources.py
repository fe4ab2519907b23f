"""Sources in a real browser: a file uploaded and read once, lines that leave quarantine, every screen."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, expect

from tests.browser.conftest import OpenPage, serving, settle
from tests.browser.elements import metric
from tests.browser.screens import EVERY_SCREEN, expect_no_sideways_scrolling
from tests.log_lines import Line, as_bytes, moment, request_line, request_lines

pytestmark = pytest.mark.browser

HOSTILE = "![x](http://evil.example/x.png) <img src=//evil.example/y.png onerror=alert(1)>"
LONG = {"code": "tinybird_error", "message": "long " * 1000, "details": None}
# The good lines are of the first and the third of three days.
LINES: list[Line] = [
    *request_lines(30),
    *(request_line(timestamp=moment(172_800 + n), request_id=f"req_L{n:07}") for n in range(5)),
    *(request_line(request_id=f"req_X{n:07}", status=503, error=LONG) for n in range(3)),
    f"no JSON {HOSTILE}",
    b"\xff\xfe",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sources")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    """Serve the dashboard over lines of its own, some of which were too long for the settings they were read with."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIXELDESK_RETENTION", "nowhere=30d")
        with serving(folder, LINES, max_line_bytes=2000) as address:
            yield address


def test_a_file_is_uploaded_and_each_line_is_stored_once(open_page: OpenPage) -> None:
    page = open_page("/sources")
    expect(metric(page, "Sources")).to_have_text("1")
    page.get_by_text("Up to 50 MB a file").wait_for()
    content = gzip.compress(as_bytes([*request_lines(20, host="web-9", status=404), "bad"]))
    files = page.locator("input[type=file]")
    compressed: FilePayload = {"name": f"{HOSTILE}.gz", "mimeType": "application/gzip", "buffer": content}
    files.set_input_files(compressed)
    expect(page.get_by_text("21 lines: 20 requests, 1 quarantined")).to_be_visible()
    expect(metric(page, "Sources")).to_have_text("2")
    settle(page)
    other: FilePayload = {"name": "other.ndjson", "mimeType": "application/json", "buffer": content}
    files.set_input_files([compressed, other])
    expect(page.get_by_text("was read before, and holds nothing new")).to_be_visible()
    expect(page.get_by_text("21 lines: 21 duplicates")).to_be_visible()


def test_after_a_fix_lines_leave_quarantine_and_are_counted_once(open_page: OpenPage) -> None:
    page = open_page("/sources")
    before = int(metric(page, "Requests").inner_text())
    quarantined = int(metric(page, "Quarantined").inner_text())
    page.get_by_role("combobox", name="Reason").click()
    page.get_by_role("option", name=re.compile("3 × longer than")).click()
    settle(page)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("3 lines tried: 3 are understood now (3 requests")).to_be_visible()
    expect(metric(page, "Requests")).to_have_text(str(before + 3))
    expect(metric(page, "Quarantined")).to_have_text(str(quarantined - 3))


def test_every_part_is_shown_on_every_screen(open_page: OpenPage) -> None:
    page = open_page("/sources", height=1800)
    for width, colours in EVERY_SCREEN:
        page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
        page.set_viewport_size({"width": width, "height": 1800})
        calendar = page.locator("[aria-label^='Calendar of logged days: 2 days with requests, 1 without']")
        expect(calendar.locator(".heatmaplayer image")).to_be_visible()
        expect(page.get_by_text("47 hours without a request, in 1 gap.")).to_be_visible()
        expect(page.get_by_text("nowhere=30d")).to_be_visible()
        expect_no_sideways_scrolling(page, width)
