"""The server drops what is due by itself: at its start, and then once a day."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from errors import PixeldeskError

_EVERY_S = 86_400.0
# How long until it is tried again when the store could not be written, seconds.
_TRIED_AGAIN_AFTER_S = 600.0
_log = logging.getLogger(__name__)


@contextmanager
def daily(run: Callable[[Callable[[], bool]], object], tell: Callable[[str], None]) -> Iterator[None]:
    """While the block runs. `run` is given what says whether it is to stop; what fails is told and tried again."""
    stop = threading.Event()
    thread = threading.Thread(target=_keep_on, args=(run, tell, stop), name="pixeldesk-retention", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


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
