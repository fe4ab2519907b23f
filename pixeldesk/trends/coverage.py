"""Tell which time the stored logs cover, how many lines there are, and when they were last read."""

from pixeldesk.frozen_model import FrozenModel, Moment
from pixeldesk.queries import question
from pixeldesk.store import Store


class Coverage(FrozenModel):
    """The row of the question coverage. Lines with an implausible time count in `all_requests` only."""

    first_hour: Moment | None
    last_hour: Moment | None
    requests: int
    newest: Moment | None
    """The time of the newest request; null in a store without any."""
    oldest: Moment | None
    events: int
    quarantined: int
    unmapped: int
    all_requests: int
    last_ingest: Moment | None

    @property
    def is_empty(self) -> bool:
        """Whether the store holds no request with a plausible time."""
        return self.oldest is None


def coverage(store: Store) -> Coverage:
    """Return what the store covers."""
    (covered,) = Coverage.of_rows(question("coverage").rows(store))
    return covered
