"""How Debian's Chromium is started, for the page benchmark and the browser tests: it calls nobody by itself."""

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
