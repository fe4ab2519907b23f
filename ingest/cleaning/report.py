"""What a store was cleaned of: counts, and never the text."""

from pixeldesk.frozen_model import FrozenModel


class CleanedTable(FrozenModel):
    """A table: how many rows it has, and in how many the rules of now change something."""

    table: str
    rows: int
    changed: int


class FoundKind(FrozenModel):
    """What a rule removes, and from how many stored texts: from one text, two rules may remove something."""

    kind: str
    texts: int


class CleaningReport(FrozenModel):
    """What was found in a store and removed, or is still there after a check."""

    rows: int
    changed: int
    """The rows in which something was found."""
    tables: tuple[CleanedTable, ...] = ()
    """The tables in which something was found."""
    kinds: tuple[FoundKind, ...] = ()
    is_file_new: bool = False
    """Whether the store was written to a new file, so that nothing of the former texts is left in it."""
    is_unfinished: bool = False
    """Whether an earlier run was interrupted before it wrote a new file, in a check."""
    older_copies: tuple[str, ...] = ()
    """Files beside the store that hold it as it was before: of migrations and of restores. They are left alone."""
