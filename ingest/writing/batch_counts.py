"""Count the outcomes of lines by batch and source, and record them, where lines are stored that no file is read for."""

from dataclasses import asdict
from datetime import datetime

from pixeldesk.errors import StoreError
from pixeldesk.ingest.report import LineCounts
from pixeldesk.ingest.writing.staging import SourceCounts
from pixeldesk.store import Transaction


class BatchCounts:
    """The outcomes of a transaction's lines. `batch` is its first batch; others hold last lines without a line end.

    A correction is negative: a line that leaves quarantine is one less there.
    """

    def __init__(self, transaction: Transaction, batch: int, now: datetime) -> None:
        self._transaction = transaction
        self._batch = batch
        self._now = now
        self._counts: dict[tuple[int, int], LineCounts] = {}

    def add(self, batch_id: int, source_id: int, counts: LineCounts) -> None:
        """Add the outcomes of lines of a source."""
        self._counts.setdefault((batch_id, source_id), LineCounts()).add(counts)

    def count(self, outcome: str, counted: SourceCounts) -> None:
        """Add lines of one outcome, of several batches and sources."""
        for batch_id, source_id, count in counted:
            self.add(batch_id, source_id, LineCounts(**{outcome: count}))

    def count_moved(self, counted: SourceCounts) -> None:
        """Count requests that have become second lines as events. A line of an earlier transaction is a correction."""
        for batch_id, source_id, lines in counted:
            self.add(max(batch_id, self._batch), source_id, LineCounts(requests=-lines, events=lines))

    def record(self) -> LineCounts:
        """Record a row for each batch and source of which a count is not zero. Returns the outcomes of all lines.

        Raises StoreError if the counts do not add up; the transaction must then be rolled back.
        """
        found = {key: counts for key, counts in self._counts.items() if counts != LineCounts()}
        total = LineCounts()
        for counts in found.values():
            total.add(counts)
        if not all(counts.balanced for counts in found.values()):
            raise StoreError(f"the line counts do not add up ({total}); nothing was changed")
        self._transaction.append(
            "batches",
            [
                {
                    "batch_id": batch_id,
                    "source_id": source_id,
                    "committed_at": self._now,
                    "provisional": batch_id != self._batch,
                    **asdict(counts),
                }
                for (batch_id, source_id), counts in found.items()
            ],
        )
        return total
