"""Work that goes on in a thread beside everything else, and ends with the block that began it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def in_background(
    name: str,
    work: Callable[[threading.Event], object],
    stop: threading.Event | None = None,
    ends_within: float | None = None,
) -> Iterator[None]:
    """Do the work while the block runs; `stop` is set at its end, and the work waited for.

    `ends_within`: for so long at most, seconds, where what it has left to do need not be waited for.
    """
    stop = stop or threading.Event()
    thread = threading.Thread(target=work, args=(stop,), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=ends_within)
