"""Define how the page benchmark and the browser tests start Debian's Chromium, without requests of its own."""

import os

CHROMIUM = os.environ.get("PIXELDESK_CHROMIUM", "/usr/bin/chromium")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
