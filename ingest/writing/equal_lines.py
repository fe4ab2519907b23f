"""Tell equal lines apart, and recognise the lines that are stored already.

A line with a request id, or with a time finer than a second, is identified by its text, wherever it comes from. Any
other line is identified by its text and by its occurrence: which of the equal lines of its source it is, counted from
1. So equal lines of one source are different lines, and of a file that was delivered before, or that overlaps with
another, only the occurrences are new that no source has had. Rejected lines have an occurrence too: nobody knows what
is in them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from pixeldesk.sql_files import statements
from pixeldesk.store import Transaction

_DUPLICATES = statements(Path(__file__).with_name("duplicates.sql"))
_REPEATED_LINES = statements(Path(__file__).with_name("repeated_lines.sql"))
# How long after its file was gone a source may find it again.
_FOUND_AGAIN_WITHIN = timedelta(days=1)


class EqualLines:
    """Marks the duplicates in the table `staged`.

    `are_counted`: the lines come from their sources, so that their occurrences follow from the order of the lines.
    Otherwise they have the occurrences that they had in a store before.
    """

    def __init__(self, transaction: Transaction, *, are_counted: bool) -> None:
        self._transaction = transaction
        self._are_counted = are_counted
        self._have_occurrences = False
        self.batches: list[int] = []
        """The batches with lines that have an occurrence, once `mark_duplicates` has run."""

    def mark_duplicates(self) -> None:
        """Count the occurrences, and mark the lines that are equal to a stored line or to an earlier staged one."""
        run = self._transaction.run
        lines, hashes, good_with_occurrence, good, rejected, first, last = run(_DUPLICATES["staged"])[0]
        self._have_occurrences = bool(good_with_occurrence or rejected)
        is_stored = first is not None and run(_DUPLICATES["stored"], first=first, last=last)[0][0]
        if is_stored and good > good_with_occurrence:
            run(_DUPLICATES["mark_stored"], first=first, last=last)
        if self._have_occurrences:
            self._note_batches()
            if hashes < lines and self._are_counted:
                run(_DUPLICATES["rank"])
            run(_DUPLICATES["no_equal_lines"])
            if is_stored and good_with_occurrence:
                run(_DUPLICATES["equal_lines"], first=first, last=last)
            if rejected:
                run(_DUPLICATES["equal_rejected"])
            if self._are_counted:
                run(_DUPLICATES["count_on"])
            self._mark_equal_lines()
        if hashes < lines:
            run(_DUPLICATES["mark_repeated"])
        if good_with_occurrence:
            run(_DUPLICATES["name_requests"])

    def keep_counts(self) -> None:
        """Keep how far each source has got with lines that were duplicates. Call it once rejected lines are final."""
        if self._have_occurrences:
            self._transaction.run(_DUPLICATES["keep_count"])
            if not self._are_counted:
                self._transaction.run(_DUPLICATES["drop_own_counts"])

    def _note_batches(self) -> None:
        found = self._transaction.execute("SELECT DISTINCT batch_id FROM staged WHERE occurrence IS NOT NULL")
        self.batches = [batch for (batch,) in found]

    def _mark_equal_lines(self) -> None:
        if self._transaction.value("SELECT EXISTS (SELECT 1 FROM equal_lines)"):
            self._transaction.run(_DUPLICATES["mark_texts"])
            self._transaction.run(_DUPLICATES["mark_occurrences"])


def drop_surpassed_counts(transaction: Transaction, batch: int, provisional: Sequence[int]) -> None:
    """Drop the counts that those of this transaction surpass. `batch` is its first batch id.

    Batches of `provisional` may be withdrawn, so that the counts before theirs are needed.
    """
    if transaction.value("SELECT EXISTS (SELECT 1 FROM repeated_lines WHERE batch_id >= $batch)", {"batch": batch}):
        transaction.run(_REPEATED_LINES["surpassed"], batch=batch, provisional=[-1, *provisional])


def forget_counts(transaction: Transaction, sources: Sequence[int]) -> None:
    """Forget how far sources have got that cannot grow any more."""
    if sources:
        transaction.run(_REPEATED_LINES["of_sources"], sources=list(sources))


def forget_counts_of_retired(transaction: Transaction, now: datetime) -> None:
    """Forget how far sources have got whose files are gone for good. `now` is UTC without a zone."""
    transaction.run(_REPEATED_LINES["of_retired"], retired_before=now - _FOUND_AGAIN_WITHIN)


def copy_counts(transaction: Transaction, source_id: int, copy_id: int) -> None:
    """Let the source of a copied file go on where the source of that file has got."""
    batch = transaction.value("SELECT nextval('batch_ids')")
    transaction.run(_REPEATED_LINES["copy"], batch=batch, source=source_id, copy=copy_id)
