"""Sources: upload files; see which logs were read and what became of them, quarantine, gaps, and retention."""

from pixeldesk.pages.sources.coverage_calendar import show_calendar
from pixeldesk.pages.sources.following import show_followed
from pixeldesk.pages.sources.quarantine import show_quarantine
from pixeldesk.pages.sources.retention import show_retention
from pixeldesk.pages.sources.table import show_sources, show_totals
from pixeldesk.pages.sources.uploads import take_uploads
from pixeldesk.pages.widgets.frame import Frame, show_page


def _show(frame: Frame) -> None:
    desk = frame.desk
    take_uploads(desk)
    frame.show_freshness()
    sources = desk.sources()
    if sources:
        show_totals(sources)
        show_sources(sources)
    show_followed(desk)
    if sources:
        show_quarantine(desk)
    if not frame.is_empty:
        show_calendar(desk)
    show_retention(desk)


show_page("Sources", _show)
