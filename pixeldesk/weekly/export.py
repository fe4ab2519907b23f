"""Export a review as a file in one of its forms: Markdown, HTML, CSV or XLSX."""

from collections.abc import Callable

from pixeldesk.errors import UsageError
from pixeldesk.weekly.html import as_html
from pixeldesk.weekly.markdown import as_markdown
from pixeldesk.weekly.review import Review
from pixeldesk.weekly.sheets import as_flat_csv, as_workbook

_FORMS: dict[str, Callable[[Review], bytes]] = {
    "md": lambda review: as_markdown(review).encode(),
    "html": lambda review: as_html(review).encode(),
    "csv": as_flat_csv,
    "xlsx": as_workbook,
}


def maker(form: str) -> Callable[[Review], bytes]:
    """Return the function that makes a file's content in a form. Raises UsageError for an unknown form."""
    if form not in _FORMS:
        raise UsageError(f"a report is made as {', '.join(_FORMS)} or json, not as {form!r}")
    return _FORMS[form]


def exported(review: Review, form: str) -> bytes:
    """Return the file's content in a form. Raises UsageError for an unknown form."""
    return maker(form)(review)


def file_name(review: Review, form: str) -> str:
    """Return the file's name, such as `pixel-errors-2026-W47.html`."""
    return f"pixel-errors-{review.week}.{form}"
