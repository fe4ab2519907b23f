"""A real server over a real store, and a real Chromium that may talk to nobody else."""

import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Request, expect, sync_playwright

from bench.chromium import CHROMIUM, CHROMIUM_FLAGS
from pixeldesk.desk.desk import Desk
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.browser.requests_of_the_tests import LINES
from tests.command import environment
from tests.conftest import ROOT
from tests.log_lines import Line, write_lines
from tests.patience import PATIENCE_S

_PATIENCE_MS = PATIENCE_S * 1000
expect.set_options(timeout=_PATIENCE_MS)
# Nobody else has an address.
_ONLY_THIS_MACHINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard over the lines of these tests."""
    with serving(tmp_path_factory.mktemp("browser"), LINES) as address:
        yield address


@contextmanager
def serving(folder: Path, lines: Sequence[Line], **given: Any) -> Iterator[str]:
    """The dashboard, started as people start it, over a store of these lines, read with these settings."""
    settings = Settings(db=folder / "pixeldesk.duckdb", **given)
    store = open_store(settings)
    Desk(settings, store).ingest([str(write_lines(folder / "api.ndjson", lines))])
    store.close()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "app.py")],
            cwd=ROOT,
            env=environment({"PIXELDESK_DB": str(settings.db), "PIXELDESK_PORT": str(port)}),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_healthy(f"http://127.0.0.1:{port}", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_S)
    assert "Traceback" not in log.read_text()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, or the one that PIXELDESK_CHROMIUM names. Its lack is a failure, not a skip."""
    if not Path(CHROMIUM).exists():
        pytest.fail(f"no Chromium at {CHROMIUM}: apt-get install chromium-headless-shell, or set PIXELDESK_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*CHROMIUM_FLAGS, _ONLY_THIS_MACHINE])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def profile(chromium: Browser) -> Iterator[BrowserContext]:
    """A profile for all tests: it has Streamlit's scripts in its cache, which each new one would compile anew.

    Requests are watched and not routed, since routing turns the cache off.
    """
    context = chromium.new_context(timezone_id="Europe/Berlin", permissions=["clipboard-read", "clipboard-write"])
    context.set_default_timeout(_PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def open_page(profile: BrowserContext, server: str) -> Iterator[OpenPage]:
    """Open a path in a window of its own. At the end: no error in any page, and nobody else was asked."""
    pages: list[Page] = []
    wrong: list[str] = []

    def watch(request: Request) -> None:
        if not re.match(rf"{re.escape(server)}/|data:|blob:", request.url):
            wrong.append(f"asked {request.url}")

    def refuse(dialog: Dialog) -> None:
        wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def open_one(path: str = "/", width: int = 1440, height: int = 900, colours: str = "light") -> Page:
        page = profile.new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
        page.on("pageerror", lambda error: wrong.append(f"page error: {error}"))
        page.on("dialog", refuse)
        page.on("request", watch)
        page.goto(server + path)
        settle(page)
        return page

    yield open_one
    for page in pages:
        page.evaluate("localStorage.clear()")
        page.close()
    profile.clear_cookies()
    assert wrong == []


def settle(page: Page) -> None:
    """Wait until the script behind the page has run to its end."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")


def go_back(page: Page) -> None:
    """Go back as a person does, who has seen the page: one step of the history while another is under way is lost."""
    settle(page)
    page.go_back()


def paste(page: Page, text: str) -> None:
    """Put a text on the clipboard and paste it into the box, as a person does."""
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.get_by_role("textbox", name="Request id, error body or ticket").focus()
    page.keyboard.press("Control+v")


def _wait_until_healthy(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"the dashboard did not start:\n{log.read_text()}")
