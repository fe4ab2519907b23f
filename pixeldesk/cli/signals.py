"""End a command by SIGINT (Ctrl-C) or SIGTERM, in one of three ways.

`interruptible` is for every command, the other two for commands that run until they are stopped. A signal that the
parent process ignores, as nohup does, stays ignored.
"""

import _thread
import signal
import threading
from collections.abc import Callable
from typing import Any, TypeVar

_Result = TypeVar("_Result")
_Handler = Callable[[int, Any], None]


def interruptible(work: Callable[[], _Result]) -> _Result:
    """Run a command that SIGINT interrupts. Raises KeyboardInterrupt after SIGINT, whatever `work` made of it.

    Typer turns a KeyboardInterrupt into an exit code, and DuckDB turns it into one of several errors.
    """
    interrupted = False

    def interrupt(*_: object) -> None:
        nonlocal interrupted
        interrupted = True
        raise KeyboardInterrupt

    _handle(interrupt, signal.SIGINT)
    try:
        result = work()
    except Exception:
        if not interrupted:
            raise
    if interrupted:
        raise KeyboardInterrupt
    return result


def stop_event() -> threading.Event:
    """Return an event that SIGINT or SIGTERM sets, for work that ends in good order. A second signal interrupts it."""
    stop = threading.Event()
    former = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def request_stop(number: int, _: object) -> None:
        signal.signal(number, former[signal.Signals(number)])
        # Set the event in another thread: the signal may have interrupted this thread inside the event's own lock.
        _thread.start_new_thread(stop.set, ())

    _handle(request_stop, signal.SIGINT, signal.SIGTERM)
    return stop


def run_until_stopped(work: Callable[[threading.Event], None], stop: threading.Event) -> None:
    """Run `work` until SIGINT or SIGTERM, which sets `stop` and interrupts what `work` waits for, such as a response.

    An error of `work` after the signal is dropped.
    """

    def interrupt(*_: object) -> None:
        stop.set()
        raise KeyboardInterrupt

    _handle(interrupt, signal.SIGINT, signal.SIGTERM)
    try:
        work(stop)
    except (KeyboardInterrupt, Exception):
        if not stop.is_set():
            raise


def _handle(handler: _Handler, *numbers: signal.Signals) -> None:
    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)
