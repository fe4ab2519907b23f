"""Name a source: by its path, and by what became of the path since."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pixeldesk.store import Store

SourceRow = Mapping[str, Any]
"""A row of the table `sources`."""


class SourceState(StrEnum):
    """What became of a path. See the table `sources`."""

    PRESENT = "present"
    REPLACED = "replaced"
    GONE = "gone"


@dataclass(frozen=True)
class SourceName:
    """The name of one source. Several sources have the same path if files replaced each other there."""

    path: str
    state: SourceState = SourceState.PRESENT
    retired_at: datetime | None = None
    """When another file took the path, or the file went away. UTC without a zone; None for a present source."""

    @property
    def is_present(self) -> bool:
        """Whether the path has this source, as far as is known."""
        return self.state is SourceState.PRESENT

    def __str__(self) -> str:
        """Return the name for people, as the macro f_source_name does."""
        if self.is_present:
            return self.path
        return f"{self.path} ({self.state} {self.retired_at:%Y-%m-%d %H:%M:%S} UTC)"


def name_of(row: SourceRow) -> SourceName:
    """Return the name of the source in a row."""
    return SourceName(row["path"], SourceState(row["state"]), row["retired_at"])


def rows_by_name(store: Store, names: Collection[SourceName]) -> dict[SourceName, SourceRow]:
    """Return the rows of the sources that have one of these names."""
    if not names:
        return {}
    rows = store.rows("SELECT * FROM sources WHERE path IN $paths", {"paths": [name.path for name in names]})
    found = {name_of(row): row for row in rows}
    return {name: found[name] for name in names if name in found}
