"""Every incident of a store, each with all that is known of it."""

from datetime import datetime

from incidents.incident import Incident
from store import Store


def find_incidents(store: Store, start: datetime | None = None, end: datetime | None = None) -> list[Incident]:
    """Those with any part in a range of time, newest first."""
    raise NotImplementedError
