"""Report how far and how recently each source was read, and what became of its lines."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pixeldesk.ingest.report import OUTCOMES
from pixeldesk.ingest.sources.source import COMPRESSED_SUFFIXES
from pixeldesk.ingest.sources.stored_name import path_of
from pixeldesk.queries import question
from pixeldesk.store import Store

if TYPE_CHECKING:  # They import Arrow, which a command need not load.
    from pixeldesk.ingest.following.files import FileFollower
    from pixeldesk.ingest.following.objects import ObjectFollower


@dataclass(frozen=True)
class SourceState:
    """The state of one source. Times are UTC without a zone, `counts` are by outcome, `bytes` are uncompressed."""

    name: str
    format: str
    lines: int
    counts: dict[str, int]
    bytes: int
    share_read: float | None
    """How much of the source was read, from 0 to 1; None if unknown."""
    first_read_at: datetime
    last_read_at: datetime
    newest: datetime | None
    """The time of the newest stored request."""
    problem: str | None

    def as_row(self) -> dict[str, Any]:
        """Return the state as a flat row, for an export."""
        return {
            "source": self.name,
            "format": self.format,
            "lines": self.lines,
            **self.counts,
            "bytes": self.bytes,
            "share_read": self.share_read,
            "first_read_at": self.first_read_at,
            "last_read_at": self.last_read_at,
            "newest": self.newest,
            "problem": self.problem,
        }


def source_states(store: Store) -> list[SourceState]:
    """Return every source, the most recently read first."""
    newest = {row["source_id"]: row["newest"] for row in question("newest_by_source").rows(store)}
    rows = question("sources_read").rows(store)
    rows.sort(key=lambda row: row["last_read_at"], reverse=True)
    return [
        SourceState(
            name=row["source"],
            format=row["format"],
            lines=int(row["lines"] or 0),
            counts={outcome: int(row[outcome] or 0) for outcome in OUTCOMES},
            bytes=int(row["bytes"] or 0),
            share_read=_share_read(row),
            first_read_at=row["first_read_at"],
            last_read_at=row["last_read_at"],
            newest=newest.get(row["source_id"]),
            problem=row["problem"],
        )
        for row in rows
    ]


@dataclass(frozen=True)
class FollowState:
    """What one follower follows now."""

    paths: tuple[str, ...]
    files: int
    bytes_behind: int
    """The lag: bytes written and not yet read. Compressed files are left out, since their lag is unknown."""
    problems: tuple[str, ...]


def follow_states(store: Store, followers: "Iterable[FileFollower | ObjectFollower]") -> list[FollowState]:
    """Return the state of each follower, with its lag."""
    states = []
    read: dict[str, int] | None = None
    for follower in followers:
        if read is None:
            read = {row["source"]: row["position"] + row["unended"] for row in question("positions").rows(store)}
        sizes = follower.sizes
        behind = [size - read.get(name, 0) for name, size in sizes.items() if not name.endswith(COMPRESSED_SUFFIXES)]
        latest = follower.latest
        problems = tuple(map(str, latest.unreadable + latest.damaged))
        states.append(FollowState(follower.paths, latest.files, sum(max(lag, 0) for lag in behind), problems))
    return states


def _share_read(row: dict[str, Any]) -> float | None:
    if row["complete"] and not row["problem"]:
        return 1.0
    if not row["present"] or row["path"].endswith(COMPRESSED_SUFFIXES):
        return None
    try:
        size = Path(path_of(row["path"])).stat().st_size
    except (OSError, ValueError):
        return None
    return min(row["position"] / size, 1.0) if size else 1.0
