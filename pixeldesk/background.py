"""Run a function in a background thread for the length of a `with` block."""

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
    """Run `work` in a daemon thread during the block. At the block's end, set `stop` and join the thread.

    `work` gets `stop` and must return soon after it is set. `ends_within`: timeout of the join, seconds.
    """
    stop = stop or threading.Event()
    thread = threading.Thread(target=work, args=(stop,), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=ends_within)
