"""Report what became of the records of an old store."""

from pixeldesk.frozen_model import FrozenModel


class RebuildReport(FrozenModel):
    """What became of the raw records of an old store: read = stored + duplicates, and `left` could not be read."""

    read: int
    stored: int
    duplicates: int
    left: int
    requests: int
    events: int
    quarantined: int
    unmapped: int
    seconds: float
    unread: dict[str, int]
    """The rows that could not be read, by the table of the old store."""
