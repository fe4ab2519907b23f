"""Sources: drop files in, what was read and what became of it, quarantine, gaps, and how long lines are kept."""

from app_pages.coverage_calendar import show_calendar
from app_pages.follow_table import show_followed
from app_pages.freshness import freshness_beside, is_empty, show_freshness, show_store_error
from app_pages.quarantine_part import show_quarantine
from app_pages.retention_part import show_retention
from app_pages.sources_table import show_sources, show_totals
from app_pages.uploads import take_uploads
from desk import the_desk
from errors import PixeldeskError

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
