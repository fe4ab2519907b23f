"""Sources: drop files in, what was read and what became of it, quarantine, gaps, and how long lines are kept."""

from pixeldesk.desk.desk import the_desk
from pixeldesk.errors import PixeldeskError
from pixeldesk.pages.sources.coverage_calendar import show_calendar
from pixeldesk.pages.sources.follow_table import show_followed
from pixeldesk.pages.sources.quarantine_part import show_quarantine
from pixeldesk.pages.sources.retention_part import show_retention
from pixeldesk.pages.sources.sources_table import show_sources, show_totals
from pixeldesk.pages.sources.uploads import take_uploads
from pixeldesk.pages.widgets.freshness import freshness_beside, is_empty, show_freshness, show_store_error

freshness = freshness_beside("Sources")
try:
    desk = the_desk()
    take_uploads(desk)
    coverage = desk.coverage()
    show_freshness(freshness, coverage)
    sources = desk.sources()
    if sources:
        show_totals(sources)
        show_sources(sources)
    show_followed(desk)
    if sources:
        show_quarantine(desk)
    if not is_empty(coverage):
        show_calendar(desk)
    show_retention(desk)
except PixeldeskError as error:
    show_store_error(error)
