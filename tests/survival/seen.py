"""Record the findings of the long forms of tests, for the table that `make soak` prints."""

import json
import os
import time
from pathlib import Path

# The file for the findings, set by `make soak`.
SEEN = os.environ.get("PIXELDESK_SOAK")
IS_LONG = SEEN is not None


def seen(done: str, found: str) -> None:
    """Record what was done and what was found. Outside of `make soak` this does nothing."""
    if SEEN is not None:
        with Path(SEEN).open("a") as file:
            file.write(json.dumps({"done": done, "found": found, "at": time.time()}) + "\n")
