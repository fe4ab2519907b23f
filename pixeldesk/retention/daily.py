"""Run retention in the server, at its start and then once a day."""

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

from pixeldesk.background import in_background
from pixeldesk.errors import PixeldeskError

_EVERY_S = 86_400.0
# Seconds until a retry after an error.
_RETRY_AFTER_S = 600.0
_log = logging.getLogger(__name__)


def daily(run: Callable[[Callable[[], bool]], object], report: Callable[[str], None]) -> AbstractContextManager[None]:
    """Call `run` daily in a background thread for the length of a `with` block.

    `run` gets a function that says whether to stop. Errors are reported, and `run` is retried.
    """
    return in_background("pixeldesk-retention", partial(_repeat, run, report))


def _repeat(run: Callable[[Callable[[], bool]], object], report: Callable[[str], None], stop: threading.Event) -> None:
    pause = 0.0
    while not stop.wait(pause):
        pause = _EVERY_S
        try:
            run(stop.is_set)
        except PixeldeskError as error:
            report(f"retention: {error}")
            pause = _RETRY_AFTER_S
        except Exception:  # If the thread died unnoticed, nothing would be dropped any more.
            _log.exception("retention failed")
            pause = _RETRY_AFTER_S
