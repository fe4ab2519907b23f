"""What the long forms have seen, for the table that `make soak` prints."""

import json
import os
import time
from pathlib import Path

# Set by `make soak`: where to note it.
SEEN = os.environ.get("PIXELDESK_SOAK")
IS_LONG = SEEN is not None


def seen(done: str, found: str) -> None:
    """Note what was done and what was found; nothing outside of `make soak`."""
    if SEEN is not None:
        with Path(SEEN).open("a") as file:
            file.write(json.dumps({"done": done, "found": found, "at": time.time()}) + "\n")
