"""What a store was cleaned of: counts, and never the text."""

from pixeldesk.frozen_model import FrozenModel


class CleanedTable(FrozenModel):
    """A table in which something was found."""

    table: str
    """The name of the table."""
    rows: int
    """How many rows it has."""
    changed: int
    """In how many of them something was found."""


class FoundKind(FrozenModel):
    """What a rule removes. From one text, two rules may remove something."""

    kind: str
    """What the rule looks for."""
    texts: int
    """From how many stored texts it removes something."""


class CleaningReport(FrozenModel):
    """What was found in a store and removed, or is still there after a check."""

    rows: int
    """The rows that were looked at."""
    changed: int
    """The rows in which something was found."""
    tables: tuple[CleanedTable, ...] = ()
    """The tables in which something was found."""
    kinds: tuple[FoundKind, ...] = ()
    """What was found, the most frequent first."""
    is_file_new: bool = False
    """Whether the store was written to a new file, so that nothing of the former texts is left in it."""
    is_unfinished: bool = False
    """After a check: whether an earlier run was interrupted before it wrote a new file."""
    older_copies: tuple[str, ...] = ()
    """Files beside the store that hold it as it was before a migration or a restore. They are left alone."""
