"""Asks for a store's incidents only when its files have changed: meanwhile whoever ingests does not find it held."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any


class AskedWhenChanged:
    """The incidents of the store at a path, for a process that does not own it."""

    def __init__(self, path: Path, ask: Callable[[datetime], list[dict[str, Any]]]) -> None:
        self._files = path, path.with_name(path.name + ".wal")
        self._ask = ask
        self._kept: tuple[object, list[dict[str, Any]]] | None = None

    def __call__(self, since: datetime) -> list[dict[str, Any]]:
        """Those with any part since a time, or since an earlier one at which it was asked."""
        state = [_state(file) for file in self._files]
        if self._kept is None or self._kept[0] != state:
            self._kept = state, self._ask(since)
        return self._kept[1]


def _state(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns
