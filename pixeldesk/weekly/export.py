"""Export a review as a file in one of its forms."""

import json
from collections.abc import Callable

from pixeldesk.weekly.form import Form
from pixeldesk.weekly.html import as_html
from pixeldesk.weekly.markdown import as_markdown
from pixeldesk.weekly.review import Review
from pixeldesk.weekly.sheets import as_flat_csv, as_workbook

_MAKERS: dict[Form, Callable[[Review], bytes]] = {
    "md": lambda review: as_markdown(review).encode(),
    "html": lambda review: as_html(review).encode(),
    "csv": as_flat_csv,
    "xlsx": as_workbook,
    "json": lambda review: (json.dumps(review.as_json(), indent=2) + "\n").encode(),
}


def exported(review: Review, form: Form) -> bytes:
    """Return the file's content in a form."""
    return _MAKERS[form](review)


def file_name(review: Review, form: Form) -> str:
    """Return the file's name, such as `pixel-errors-2026-W47.html`."""
    return f"pixel-errors-{review.week}.{form}"
