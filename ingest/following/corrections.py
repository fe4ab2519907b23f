"""What the store knows of followed files, put right when they were renamed, copied, cut off or replaced.

All that one look finds is one transaction, committed before anything is read: so whatever happens afterwards, the row
of a name tells how far the file was read that has this name now. A row goes with its file, so that a line's place
stays true; what has no file any more, or another one, is called past.
"""

from dataclasses import astuple, dataclass, field
from datetime import datetime

from pixeldesk.ingest.sources.fingerprint import RETIRED_NAME, SourceRow
from pixeldesk.ingest.writing.source_progress import retire
from pixeldesk.store import Transaction


@dataclass(frozen=True)
class Loss:
    """Something may have been lost. Moments are UTC without a zone."""

    path: str
    looked_at: datetime
    noticed_at: datetime
    what: str
    source_id: int
    """What was read of it before."""

    def __str__(self) -> str:
        since = self.looked_at.isoformat(sep=" ", timespec="seconds")
        return f"{self.path}: {self.what}; what was written to it after {since} UTC may be lost"


@dataclass
class Corrections:
    """What has to be put right."""

    carried: dict[str, SourceRow] = field(default_factory=dict)
    """Names under which something stands that was read under another, each with the row of that one."""
    begun_anew: set[str] = field(default_factory=set)
    """Names under which something new stands, or nothing."""
    losses: list[Loss] = field(default_factory=list)
    recovered: list[Loss] = field(default_factory=list)
    """Losses told earlier that were none: a look in the middle of a rotation may miss a file."""

    def __bool__(self) -> bool:
        return bool(self.carried or self.begun_anew or self.losses)

    def store(self, transaction: Transaction, now: datetime) -> None:
        """Write them down."""
        moved: dict[int, str] = {}
        copied: list[tuple[str, SourceRow]] = []
        for name, row in self.carried.items():
            if self._is_left(row["path"]) and row["source_id"] not in moved:
                moved[row["source_id"]] = name
            else:
                copied.append((name, row))
        sql = "SELECT source_id FROM sources WHERE path IN $names"
        names = [*self.carried, *self.begun_anew, ""]
        retired = [one for (one,) in transaction.execute(sql, {"names": names}) if one not in moved]
        if retired:
            retire(transaction, retired, now)
        for source_id, name in moved.items():
            # One that was retired before it was read to its end is not at its end now that it has a file again.
            transaction.execute(
                "UPDATE sources SET path = $name, size = if(modified_ns IS NULL, NULL, size) WHERE source_id = $source",
                {"name": name, "source": source_id},
            )
        new = {"first_read_at": now, "last_read_at": now}
        rows = [
            {
                **row,
                "source_id": transaction.value("SELECT nextval('source_ids')"),
                "path": name,
                "size": None if row["modified_ns"] is None else row["size"],
                **new,
            }
            for name, row in copied
        ]
        transaction.append("sources", [tuple(row.values()) for row in rows])
        found_again = {"sources": [row["source_id"] for row in self.carried.values()]}
        sql = f"DELETE FROM losses WHERE source_id IN $sources RETURNING {', '.join(Loss.__dataclass_fields__)}"
        self.recovered = [Loss(*one) for one in transaction.execute(sql, found_again)] if self.carried else []
        transaction.append("losses", [astuple(one) for one in self.losses])

    def _is_left(self, name: str) -> bool:
        return name in self.carried or name in self.begun_anew or RETIRED_NAME.fullmatch(name) is not None
