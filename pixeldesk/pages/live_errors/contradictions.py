"""Where the API contradicts itself: one row a kind, the requests that show it a click away."""

from datetime import datetime

from pixeldesk.catalogue.wording import counted
from pixeldesk.desk.desk import Desk
from pixeldesk.pages.widgets.evidence_list import Sentence, evidence_list
from pixeldesk.trends.contradictions import Contradiction


def show_contradictions(desk: Desk, start: datetime, end: datetime, environment: str | None) -> None:
    """All kinds, counted over the whole minutes of a range (UTC, no zone); a kind without any is shown as none."""
    rows = [_row(one) for one in desk.contradictions(start, end, environment)]
    evidence_list("", rows, key="contradictions")


def _row(kind: Contradiction) -> Sentence:
    if not kind.requests:
        return Sentence("none", f"{kind.title}: none.")
    places = f" Newest: {'; '.join(kind.lines)}." if kind.lines else ""
    return Sentence(
        "found", f"{kind.title}: {counted(kind.requests, 'request')}. {kind.explanation}{places}", kind.examples
    )
