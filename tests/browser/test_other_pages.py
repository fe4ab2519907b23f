"""What a page of another name can do in the browser of somebody who has the desk open: nothing."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext

from bench.chromium import CHROMIUM, CHROMIUM_FLAGS
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.browser

_ASK = """async ([address, path]) => {
  try { return (await (await fetch(address + path)).text()) } catch (error) { return String(error) }
}"""
_FRAME = """address => {
  const frame = document.createElement("iframe")
  frame.src = address
  document.body.append(frame)
}"""
_OPEN = """address => new Promise(resolve => {
  const socket = new WebSocket(address + "/_stcore/stream", ["streamlit"])
  socket.onopen = () => resolve("open")
  socket.onclose = () => resolve("closed")
})"""


@pytest.fixture(scope="module")
def window(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser in which the name of somebody else resolves to this machine."""
    rule = "--host-resolver-rules=MAP evil.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=[*CHROMIUM_FLAGS, rule])
    with browser.new_context() as context:
        context.set_default_timeout(PATIENCE_S * 1000)
        yield context
    browser.close()


def test_a_name_that_resolves_to_this_machine_shows_nothing_of_the_desk(window: BrowserContext, server: str) -> None:
    port = urlsplit(server).port
    page = window.new_page()
    answer = page.goto(f"http://evil.test:{port}/?request_id=req_L3yC4GAQ6X2V")
    assert answer is not None and answer.status == 421
    assert page.inner_text("body").startswith(f"the desk is not known as evil.test:{port}; ")
    own = f"http://evil.test:{port}"
    for path in ("/metrics", "/_stcore/health", "/_stcore/host-config", "/healthz", "/ingest"):
        assert page.evaluate(_ASK, [own, path]).startswith("the desk is not known as evil.test")
    for host in ("evil.test", "127.0.0.1"):
        assert page.evaluate(_OPEN, f"ws://{host}:{port}") == "closed"
    assert page.evaluate(_ASK, [server, "/metrics"]) == "TypeError: Failed to fetch"
    page.close()


def test_the_desk_is_shown_in_no_frame(window: BrowserContext, server: str) -> None:
    page = window.new_page()
    # A page of this machine: Chromium itself keeps those of the internet from it.
    page.goto(f"http://evil.test:{urlsplit(server).port}/")
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.evaluate(_FRAME, f"{server}/sources")
    assert page.frames[1].locator("[data-testid=stApp]").count() == 0
    page.close()


def test_the_desk_itself_opens_as_ever(window: BrowserContext, server: str) -> None:
    page = window.new_page()
    page.goto(f"{server}/sources")
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    assert page.evaluate(_OPEN, server.replace("http", "ws")) == "open"
    page.close()
