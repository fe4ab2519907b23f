"""Correct the store's rows of followed files that were renamed, copied, truncated or replaced.

The corrections of one poll are one transaction, committed before anything is read. Whatever happens afterwards, the row
of a path therefore says how far the file was read that has this path now. A row moves with its file, so that the
positions of its lines stay true; a row whose file is gone, or whose path belongs to another file, is retired.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime

from pixeldesk.ingest.sources.source_name import SourceName, SourceRow, SourceState, name_of
from pixeldesk.ingest.writing.equal_lines import copy_counts
from pixeldesk.ingest.writing.source_progress import retire
from pixeldesk.store import Transaction


@dataclass(frozen=True)
class Loss:
    """A possible loss of lines: a row of the table `losses`. Times are UTC without a zone."""

    path: str
    looked_at: datetime
    """The last poll before it."""
    noticed_at: datetime
    what: str
    source_id: int
    """The source that was read under this path before."""

    def __str__(self) -> str:
        since = self.looked_at.isoformat(sep=" ", timespec="seconds")
        return f"{self.path}: {self.what}; what was written to it after {since} UTC may be lost"


@dataclass
class Corrections:
    """The corrections that one poll requires."""

    carried: dict[SourceName, SourceRow] = field(default_factory=dict)
    """Names that a file read under another name has now, each with the row of that file."""
    begun_anew: set[SourceName] = field(default_factory=set)
    """Names that a new file has now, or none."""
    losses: list[Loss] = field(default_factory=list)
    recovered: list[Loss] = field(default_factory=list)
    """Losses reported earlier that were none, set by `store`: a poll in the middle of a rotation may miss a file."""

    def __bool__(self) -> bool:
        return bool(self.carried or self.begun_anew or self.losses)

    def store(self, transaction: Transaction, now: datetime) -> None:
        """Apply the corrections to the tables `sources` and `losses`."""
        moved: dict[int, SourceName] = {}
        copied: list[tuple[SourceName, SourceRow]] = []
        for name, row in self.carried.items():
            if self._is_vacated(name_of(row)) and row["source_id"] not in moved:
                moved[row["source_id"]] = name
            else:
                copied.append((name, row))
        retired = [source_id for source_id in self._sources_without_file(transaction) if source_id not in moved]
        if retired:
            retire(transaction, retired, now)
        for source_id, name in moved.items():
            # A source that was given up is not finished now that it has a file again, nor is a file without a name
            # before it was read after that.
            transaction.execute(
                """UPDATE sources
                SET path = $path, state = $state, retired_at = $retired_at,
                    finished = finished AND state = 'present' AND $state <> 'gone'
                WHERE source_id = $source""",
                {"source": source_id, **asdict(name)},
            )
        rows = [
            {
                **row,
                **asdict(name),
                "source_id": transaction.value("SELECT nextval('source_ids')"),
                "finished": row["finished"] and name_of(row).is_present,
                "first_read_at": now,
                "last_read_at": now,
            }
            for name, row in copied
        ]
        transaction.append("sources", rows)
        for (_, row), copy in zip(copied, rows, strict=True):
            copy_counts(transaction, row["source_id"], copy["source_id"])
        found_again = {"sources": [row["source_id"] for row in self.carried.values()]}
        sql = f"DELETE FROM losses WHERE source_id IN $sources RETURNING {', '.join(Loss.__dataclass_fields__)}"
        self.recovered = [Loss(*loss) for loss in transaction.execute(sql, found_again)] if self.carried else []
        transaction.append("losses", [asdict(loss) for loss in self.losses])

    def _sources_without_file(self, transaction: Transaction) -> list[int]:
        """Return the sources whose name another file has now, or none."""
        names = self.carried.keys() | self.begun_anew
        rows = transaction.execute(
            "SELECT source_id, path, state, retired_at FROM sources WHERE path IN $paths",
            {"paths": [name.path for name in names] or [""]},
        )
        return [source_id for source_id, path, state, at in rows if SourceName(path, SourceState(state), at) in names]

    def _is_vacated(self, name: SourceName) -> bool:
        return name in self.carried or name in self.begun_anew or not name.is_present
