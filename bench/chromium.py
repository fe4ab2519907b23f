"""Define how the page benchmark and the browser tests start Debian's Chromium, without requests of its own."""

import os
import shutil

# The headless shell takes two thirds of the processor time that Chromium takes for the same page.
_PROGRAMS = ("chromium-headless-shell", "chromium")
CHROMIUM = os.environ.get("PIXELDESK_CHROMIUM") or next(filter(None, map(shutil.which, _PROGRAMS)), "/usr/bin/chromium")
"""The path of Debian's Chromium, or what PIXELDESK_CHROMIUM names."""
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
