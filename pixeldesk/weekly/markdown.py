"""A review as Markdown: for a ticket, a wiki or a chat."""

from collections.abc import Iterator
from itertools import islice

from pixeldesk.weekly.cells import Kind
from pixeldesk.weekly.review import Review
from pixeldesk.weekly.tables import Table, tables
from pixeldesk.weekly.wording import DEFINITIONS, headline, notes, week_in_words

MOST_SHOWN = 30
"""So many rows of a table are in a text to read; the files for spreadsheets hold all."""


def as_markdown(review: Review) -> str:
    """The whole review. Whatever comes from a log is in code spans, where nothing of it is read as Markdown or HTML."""
    return "\n".join([*_lines(review), ""])


def _lines(review: Review) -> Iterator[str]:
    yield f"# Weekly review {week_in_words(review.week)}"
    yield ""
    yield f"Environment: {inert(review.environment)}" if review.environment else "Environments: all"
    yield ""
    yield from (f"{sentence}\n" for sentence in headline(review))
    yield from (f"- {note}" for note in notes(review))
    for table in tables(review):
        yield from _table(table)
    yield "\n## What the figures mean\n"
    yield from (f"- {definition}" for definition in DEFINITIONS)


def _table(table: Table) -> Iterator[str]:
    yield f"\n## {table.title}\n"
    if not table.rows:
        yield table.empty
        return
    yield _row(title for title, _ in table.columns)
    yield _row("---:" if kind.is_number else "---" for _, kind in table.columns)
    for row in islice(table.rows, MOST_SHOWN):
        yield _row(_cell(kind, value) for (_, kind), value in zip(table.columns, row, strict=True))
    if len(table.rows) > MOST_SHOWN:
        yield f"\nAnd {len(table.rows) - MOST_SHOWN:,} more."


def _row(cells: Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(kind: Kind, value: object) -> str:
    text = kind.shown(value)
    return inert(text) if kind.is_log_text and text else text


def inert(text: str) -> str:
    """A text from a log as a code span of one line that nothing in it can end.

    Marks that would end it or the table's cell are shown by ones that look alike: renderers do not agree on any way
    of escaping them. What cannot be printed is shown as a replacement character.
    """
    line = " ".join(text.split()).replace("`", "'").replace("|", "¦")
    return f"`{''.join(one if one.isprintable() else '�' for one in line) or ' '}`"
