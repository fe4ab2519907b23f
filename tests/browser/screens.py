"""Check that a page fits a screen, in light and in dark."""

from collections.abc import Iterable

from playwright.sync_api import Page, expect

WIDE, NARROW = 1440, 390
EVERY_SCREEN = ((WIDE, "light"), (NARROW, "light"), (NARROW, "dark"), (WIDE, "dark"))
BACKGROUND = {"light": "rgb(252, 252, 253)", "dark": "rgb(18, 22, 29)"}


def expect_to_fit(page: Page, screens: Iterable[tuple[int, str]] = EVERY_SCREEN) -> None:
    """Expect the page's background and no sideways scrolling on each screen. Leave the last screen as it is."""
    for width, colours in screens:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
        expect(page.get_by_test_id("stApp")).to_have_css("background-color", BACKGROUND[colours])
        expect_no_sideways_scrolling(page, width)


def expect_no_sideways_scrolling(page: Page, width: int) -> None:
    """Expect that the page and its main part are no wider than the screen, once charts have taken the new width."""
    fits = """width => {
      const main = document.querySelector("[data-testid=stMain]")
      return document.documentElement.scrollWidth <= width && main.scrollWidth <= main.clientWidth
    }"""
    page.wait_for_function(fits, arg=width)
