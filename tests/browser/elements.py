"""Find headings, metrics and tables of a page, and click into tables, which Streamlit draws on a canvas."""

import re
import time

import pytest
from playwright.sync_api import Locator, Page, expect

from pixeldesk.pages.widgets.compact_table import HEADER_PX, ROW_PX

_DEADLINE_S = 20
# A button is some 40 pixels wide and in the first column, which is wider in a table that has width to spare.
_STEP_PX, _WIDEST_COLUMN_PX = 8, 120
_NEXT_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def heading(page: Page, text: str) -> Locator:
    """Find headings that contain a text."""
    return page.get_by_role("heading", name=re.compile(re.escape(text)))


def metric(page: Page, label: str) -> Locator:
    """Find the value of a metric."""
    return page.get_by_test_id("stMetric").filter(has_text=label).get_by_test_id("stMetricValue")


def table(page: Page, alt: str) -> Locator:
    """Find the table whose name for screen readers begins with a text, and wait for its first cell."""
    found = page.get_by_test_id("stDataFrame").filter(has=page.locator(f"[aria-label^='{alt}']"))
    expect(found.locator("[role=gridcell]").first).to_be_attached()
    return found


def column(found: Locator, number: int) -> Locator:
    """Find the cells of a table's column, counted from 1, in the grid for screen readers inside its canvas."""
    return found.locator(f"[role=gridcell][aria-colindex='{number}']")


def open_row(found: Locator, row: int) -> None:
    """Click the button in the first column of a table's row, counted from 0.

    The canvas has no element for the button: it is where the mouse pointer becomes a hand.
    """
    found.scroll_into_view_if_needed()
    page, canvas = found.page, found.locator("canvas").first
    deadline = time.monotonic() + _DEADLINE_S
    while time.monotonic() < deadline:
        box = found.bounding_box()
        assert box is not None
        y = box["y"] + HEADER_PX + ROW_PX * (row + 0.5)
        hands = [x for x in range(_STEP_PX, _WIDEST_COLUMN_PX, _STEP_PX) if _is_hand(canvas, box["x"] + x, y)]
        if hands:
            page.mouse.click(box["x"] + hands[len(hands) // 2], y)
            return
    pytest.fail(f"row {row} of the table has no button")


def _is_hand(canvas: Locator, x: float, y: float) -> bool:
    canvas.page.mouse.move(x, y)
    canvas.page.evaluate(_NEXT_FRAMES)
    return bool(canvas.evaluate("canvas => getComputedStyle(canvas).cursor") == "pointer")


def click_header(found: Locator, share: float) -> None:
    """Click a table's header, at this share of its width."""
    box = found.bounding_box()
    assert box is not None
    found.click(position={"x": box["width"] * share, "y": HEADER_PX / 2})
