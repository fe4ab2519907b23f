"""Show where the API contradicts itself: one row per kind, with links to requests that show it."""

from datetime import datetime

from pixeldesk.catalogue.wording import counted
from pixeldesk.desk.desk import Desk
from pixeldesk.pages.widgets.evidence_list import EvidenceRow, evidence_list
from pixeldesk.trends.contradictions import Contradiction


def show_contradictions(desk: Desk, start: datetime, end: datetime, environment: str | None) -> None:
    """Show every kind with its count in a range of whole minutes (UTC, without zone), also a count of none."""
    rows = [_row(kind) for kind in desk.contradictions(start, end, environment)]
    evidence_list("", rows, key="contradictions")


def _row(kind: Contradiction) -> EvidenceRow:
    if not kind.requests:
        return EvidenceRow("none", f"{kind.title}: none.")
    newest = f" Newest: {'; '.join(kind.lines)}." if kind.lines else ""
    return EvidenceRow(
        "found", f"{kind.title}: {counted(kind.requests, 'request')}. {kind.explanation}{newest}", kind.examples
    )
