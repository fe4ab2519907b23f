"""Cache a store's incidents until its files change, so that polling does not block a process that ingests."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from pixeldesk.incidents.incident import Incident


class CachedIncidents:
    """The incidents of the store at a path, for a process that does not own the store. `ask` finds them."""

    def __init__(self, path: Path, ask: Callable[[datetime], Sequence[Incident]]) -> None:
        self._files = path, path.with_name(path.name + ".wal")
        self._ask = ask
        self._cached: tuple[object, Sequence[Incident]] | None = None

    def __call__(self, since: datetime) -> Sequence[Incident]:
        """Return the incidents since a time, or since the earlier time of the call whose answer is cached."""
        state = [_state(file) for file in self._files]
        if self._cached is None or self._cached[0] != state:
            self._cached = state, self._ask(since)
        return self._cached[1]


def _state(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns
