"""Redact what is stored by the rules of now, in pieces of some rows, each in a transaction of its own.

A run that is interrupted loses nothing: what was rewritten stays so, and the next run goes on with the rest. The store
remembers that its file still holds the former texts until it has been written anew.
"""

from collections import Counter
from collections.abc import Iterator

from pixeldesk.ingest.cleaning.report import CleanedTable, CleaningReport, FoundKind
from pixeldesk.ingest.cleaning.texts import Cleaned, TextCleaner, TextColumn, clean_names, text_columns
from pixeldesk.ingest.writing.rules_of_texts import note_other_rules
from pixeldesk.settings import MIB, Settings
from pixeldesk.store import Store, Transaction
from pixeldesk.store.files import older_copies
from pixeldesk.store.rewriting import is_rewrite_due, remember_rewrite, rewrite

# Rows of a piece: as many as the engine stores together, and at first as few as it reads at once.
_MOST_ROWS = 122_880
_FIRST_ROWS = 2_048
_FEWEST_ROWS = 64
# How much text a piece should have, bytes.
_PIECE_BYTES = 64 * MIB


def clean(store: Store, settings: Settings, *, is_check: bool = False) -> CleaningReport:
    """Clean every text of a store, or only say what would be found.

    The caller lets nobody else change or move rows meanwhile, but lines may be added. Raises StoreError and StoreFull.
    """
    with store.transaction() as transaction:
        tables = text_columns(transaction)
        was_due = is_rewrite_due(transaction)
    cleaning = _Cleaning(store, settings, is_check)
    found = {table: cleaning.clean_table(table, columns) for table, columns in tables.items()}
    with store.transaction() as transaction:
        names = clean_names(transaction, is_check=is_check)
        cleaning.note(transaction, names)
    changed = sum(table.changed for table in found.values()) + names.changed
    is_file_new = not is_check and (bool(changed) or was_due)
    if is_file_new:
        rewrite(store, settings)
    return CleaningReport(
        rows=sum(table.rows for table in found.values()),
        changed=changed,
        tables=tuple(table for table in found.values() if table.changed),
        kinds=tuple(FoundKind(kind=kind, texts=texts) for kind, texts in cleaning.kinds.most_common()),
        is_file_new=is_file_new,
        is_unfinished=is_check and was_due,
        older_copies=tuple(str(path) for path in older_copies(store.path)),
    )


class _Cleaning:
    def __init__(self, store: Store, settings: Settings, is_check: bool) -> None:
        self._store = store
        self._settings = settings
        self._is_check = is_check
        self._is_noted = False
        self.kinds: Counter[str] = Counter()

    def clean_table(self, table: str, columns: list[TextColumn]) -> CleanedTable:
        """Clean a table, piece by piece."""
        with self._store.transaction() as transaction:
            rows, past = transaction.execute(f"SELECT count(*), coalesce(max(rowid) + 1, 0) FROM {table}")[0]
        changed = 0
        pieces = _Pieces(past)
        for piece in pieces:
            with self._store.transaction() as transaction:
                cleaner = TextCleaner(transaction, self._settings.personal_data)
                cleaned = cleaner.clean(table, columns, piece, is_check=self._is_check)
                self.note(transaction, cleaned)
            pieces.fit(cleaned.bytes)
            changed += cleaned.changed
        return CleanedTable(table=table, rows=rows, changed=changed)

    def note(self, transaction: Transaction, cleaned: Cleaned) -> None:
        """Count what was found, and let the store remember it."""
        self.kinds += cleaned.kinds
        if cleaned.changed and not self._is_check and not self._is_noted:
            note_other_rules(transaction, self._settings.personal_data)
            remember_rewrite(transaction)
            self._is_noted = True


class _Pieces:
    """Ranges of row ids up to `past`, of as many rows as have about as much text as a piece should have."""

    def __init__(self, past: int) -> None:
        self._past = past
        self._next = 0
        self._rows = _FIRST_ROWS

    def __iter__(self) -> Iterator[tuple[int, int]]:
        while self._next < self._past:
            first, self._next = self._next, min(self._next + self._rows, self._past)
            yield first, self._next

    def fit(self, size: int) -> None:
        """Choose the size of the next piece by that of the last one, bytes."""
        wanted = self._rows * _PIECE_BYTES // max(size, 1)
        self._rows = max(_FEWEST_ROWS, min(wanted, self._rows * 8, _MOST_ROWS))
