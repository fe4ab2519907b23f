"""Correct the store's rows of followed files that were renamed, copied, truncated or replaced.

The corrections of one poll are one transaction, committed before anything is read. Whatever happens afterwards, the row
of a path therefore says how far the file was read that has this path now. A row moves with its file, so that the
positions of its lines stay true; a row whose file is gone, or whose path belongs to another file, is retired.
"""

from dataclasses import astuple, dataclass, field
from datetime import datetime

from pixeldesk.ingest.sources.fingerprint import RETIRED_NAME, SourceRow
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

    carried: dict[str, SourceRow] = field(default_factory=dict)
    """Paths that now hold a file read under another path, each with the row of that file."""
    begun_anew: set[str] = field(default_factory=set)
    """Paths that now hold a new file, or none."""
    losses: list[Loss] = field(default_factory=list)
    recovered: list[Loss] = field(default_factory=list)
    """Losses reported earlier that were none, set by `store`: a poll in the middle of a rotation may miss a file."""

    def __bool__(self) -> bool:
        return bool(self.carried or self.begun_anew or self.losses)

    def store(self, transaction: Transaction, now: datetime) -> None:
        """Apply the corrections to the tables `sources` and `losses`."""
        moved: dict[int, str] = {}
        copied: list[tuple[str, SourceRow]] = []
        for name, row in self.carried.items():
            if self._is_vacated(row["path"]) and row["source_id"] not in moved:
                moved[row["source_id"]] = name
            else:
                copied.append((name, row))
        sql = "SELECT source_id FROM sources WHERE path IN $names"
        names = [*self.carried, *self.begun_anew, ""]
        retired = [source_id for (source_id,) in transaction.execute(sql, {"names": names}) if source_id not in moved]
        if retired:
            retire(transaction, retired, now)
        for source_id, name in moved.items():
            # A source retired before its end was reached is not complete now that it has a file again.
            transaction.execute(
                "UPDATE sources SET path = $name, size = if(modified_ns IS NULL, NULL, size) WHERE source_id = $source",
                {"name": name, "source": source_id},
            )
        rows = [
            {
                **row,
                "source_id": transaction.value("SELECT nextval('source_ids')"),
                "path": name,
                "size": None if row["modified_ns"] is None else row["size"],
                "first_read_at": now,
                "last_read_at": now,
            }
            for name, row in copied
        ]
        transaction.append("sources", [tuple(row.values()) for row in rows])
        found_again = {"sources": [row["source_id"] for row in self.carried.values()]}
        sql = f"DELETE FROM losses WHERE source_id IN $sources RETURNING {', '.join(Loss.__dataclass_fields__)}"
        self.recovered = [Loss(*loss) for loss in transaction.execute(sql, found_again)] if self.carried else []
        transaction.append("losses", [astuple(loss) for loss in self.losses])

    def _is_vacated(self, name: str) -> bool:
        return name in self.carried or name in self.begun_anew or RETIRED_NAME.fullmatch(name) is not None
