"""The server drops what is due by itself: at its start, and then once a day."""

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

from pixeldesk.background import in_background
from pixeldesk.errors import PixeldeskError

_EVERY_S = 86_400.0
# How long until it is tried again when the store could not be written, seconds.
_TRIED_AGAIN_AFTER_S = 600.0
_log = logging.getLogger(__name__)


def daily(run: Callable[[Callable[[], bool]], object], tell: Callable[[str], None]) -> AbstractContextManager[None]:
    """While the block runs. `run` is given what says whether it is to stop; what fails is told and tried again."""
    return in_background("pixeldesk-retention", partial(_keep_on, run, tell))


def _keep_on(run: Callable[[Callable[[], bool]], object], tell: Callable[[str], None], stop: threading.Event) -> None:
    pause = 0.0
    while not stop.wait(pause):
        pause = _EVERY_S
        try:
            run(stop.is_set)
        except PixeldeskError as error:
            tell(f"retention: {error}")
            pause = _TRIED_AGAIN_AFTER_S
        except Exception:  # A thread that dies unheard would drop nothing any more, and nobody would know.
            _log.exception("retention failed")
            pause = _TRIED_AGAIN_AFTER_S
