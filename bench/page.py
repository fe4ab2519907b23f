"""Measure the page from a pasted request id to its painted card, against an interaction with an empty page.

The floor is a Streamlit page with a single text input that writes back the typed text, timed from Enter to the painted
text: the cost of any interaction before a page does anything. Both pages are served at the same time and alternate in
one Chromium, so that the machine's noise affects both alike. Times are measured in the browser, from the key press to
the frame after the awaited text, in milliseconds. The awaited texts are the reply, which the page draws last of a card,
and the text written back. Every paste is a request that the page has not shown before.

    python -m bench.page [pairs]
"""

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bench.chromium import CHROMIUM, CHROMIUM_FLAGS
from pixeldesk.desk.desk import Desk
from pixeldesk.settings import Settings
from pixeldesk.store import open_store

ROOT = Path(__file__).resolve().parents[1]
PAIRS = 30
_WARM_UP = 3
_DEADLINE_S = 60

_EMPTY_PAGE = """
import streamlit as st
st.write(st.text_input("Text") or "nothing yet")
"""

# The clock starts at the key that submits the text, and stops in the frame after the awaited state was drawn.
_WATCH = """
(isDrawn) => {
  window.took = null
  let start = null
  const begin = (event) => {
    if (event.key === "Enter" || (event.ctrlKey && event.key === "v")) start ??= performance.now()
  }
  addEventListener("keydown", begin, { capture: true })
  const test = new Function("return " + isDrawn)
  const watcher = new MutationObserver(() => {
    if (start === null || !test()) return
    watcher.disconnect()
    removeEventListener("keydown", begin, { capture: true })
    requestAnimationFrame(() => setTimeout(() => { window.took = performance.now() - start }))
  })
  watcher.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
}
"""


def main() -> None:
    """Run the benchmark."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else PAIRS
    print(json.dumps(measure(pairs)))


def measure(pairs: int) -> dict[str, float]:
    """Return the medians over this many pairs of interactions, milliseconds, and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(db=Path(folder) / "pixeldesk.duckdb")
        ids = _filled_store(settings, pairs + _WARM_UP)
        empty = Path(folder) / "empty_page.py"
        empty.write_text(_EMPTY_PAGE)
        with (
            _served(
                [sys.executable, str(ROOT / "app.py")], "PIXELDESK_PORT", {"PIXELDESK_DB": str(settings.db)}
            ) as desk,
            _served([sys.executable, "-m", "streamlit", "run", str(empty)], "STREAMLIT_SERVER_PORT", {}) as floor,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
            paste, typed = _take_turns(browser, desk, floor, ids)
            browser.close()
    card_ms, floor_ms = statistics.median(paste), statistics.median(typed)
    return {
        "pairs": pairs,
        "card_ms": round(card_ms, 1),
        "floor_ms": round(floor_ms, 1),
        "ratio": round(card_ms / floor_ms, 2),
        "card_p90_ms": round(statistics.quantiles(paste, n=10)[-1], 1),
        "floor_p90_ms": round(statistics.quantiles(typed, n=10)[-1], 1),
    }


def _filled_store(settings: Settings, count: int) -> list[str]:
    """Load the sample. Returns the ids of `count` failed requests, spread over it."""
    store = open_store(settings)
    desk = Desk(settings, store)
    desk.ingest([str(ROOT / "sample_logs" / "logs")])
    rows = store.rows(
        "SELECT request_id FROM requests WHERE status >= 400"
        " GROUP BY request_id ORDER BY hash(request_id) LIMIT $count",
        {"count": count},
    )
    store.close()
    return [row["request_id"] for row in rows]


def _take_turns(browser: Browser, desk: str, floor: str, ids: list[str]) -> tuple[list[float], list[float]]:
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, permissions=["clipboard-read", "clipboard-write"]
    )
    page, empty = context.new_page(), context.new_page()
    page.goto(desk)
    empty.goto(floor)
    pasted, typed = [], []
    for request_id in ids:
        page.bring_to_front()
        pasted.append(_paste(page, request_id))
        empty.bring_to_front()
        typed.append(_type(empty, request_id))
    return pasted[_WARM_UP:], typed[_WARM_UP:]


def _paste(page: Page, request_id: str) -> float:
    box = page.get_by_role("textbox", name="Request id, error body or ticket")
    box.focus()
    page.evaluate("text => navigator.clipboard.writeText(text)", f"Hello, it failed: {request_id}, please help.")
    texts = "[...document.querySelectorAll('[data-testid=stText]')]"
    twice = f"{texts}.filter(e => e.textContent.includes('{request_id}'))"
    _watch(page, f"{twice}.length >= 2")
    page.keyboard.press("Control+v")
    return _took(page)


def _type(page: Page, text: str) -> float:
    page.get_by_role("textbox").fill(text)
    _watch(page, f"document.querySelector('[data-testid=stMarkdown]')?.textContent.includes('{text}')")
    page.keyboard.press("Enter")
    return _took(page)


def _watch(page: Page, is_drawn: str) -> None:
    page.evaluate(_WATCH, is_drawn)


def _took(page: Page) -> float:
    page.wait_for_function("window.took !== null")
    # Otherwise the rest of the script would still run during the other page's turn.
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    return float(page.evaluate("window.took"))


@contextmanager
def _served(command: list[str], port_variable: str, environment: dict[str, str]) -> Iterator[str]:
    """Run a server on a free port until it answers, and stop it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment, port_variable: str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_healthy(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _wait_until_healthy(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _DEADLINE_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"no server at {url}")


if __name__ == "__main__":
    main()
