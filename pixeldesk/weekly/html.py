"""Write a review as a self-contained HTML file, to mail, archive or print."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, Template

from pixeldesk.printable import visible
from pixeldesk.weekly.charts import WIDTH, bar_chart, column_chart
from pixeldesk.weekly.markdown import MOST_SHOWN
from pixeldesk.weekly.review import Review
from pixeldesk.weekly.tables import tables
from pixeldesk.weekly.wording import DEFINITIONS, headline, notes, week_in_words

_TEMPLATE = Path(__file__).parent / "report.html"


def as_html(review: Review) -> str:
    """Return the review as HTML. Log text is escaped, and the file's own policy forbids scripts and images."""
    return _template().render(
        title=f"Weekly review {week_in_words(review.week)}",
        environment=review.environment,
        headline=headline(review),
        notes=notes(review),
        chart_width=WIDTH,
        weeks=column_chart(review.weeks),
        bar_charts={"Codes": bar_chart(review.codes), "Routes": bar_chart(review.routes)},
        tables=tables(review),
        most_shown=MOST_SHOWN,
        definitions=DEFINITIONS,
    )


def _finalized(value: Any) -> Any:
    """Return a value as the template writes it: in a text, nothing turns what stands beside it."""
    return visible(value) if isinstance(value, str) else value


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=_finalized, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_TEMPLATE.read_text())
