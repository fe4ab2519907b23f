"""Write a review as Markdown, for a ticket, a wiki or a chat."""

from collections.abc import Iterator
from itertools import islice

from pixeldesk.weekly.cells import Kind
from pixeldesk.weekly.review import Review
from pixeldesk.weekly.tables import Table, tables
from pixeldesk.weekly.wording import DEFINITIONS, headline, notes, week_in_words

MOST_SHOWN = 30
"""The most rows of a table in Markdown and HTML. Spreadsheets have all rows."""


def as_markdown(review: Review) -> str:
    """Return the review as Markdown. Log text is in code spans, where it is read neither as Markdown nor as HTML."""
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
    """Return log text as a code span on one line that nothing in it can end.

    Characters that would end the span or the table cell are replaced by similar ones, since renderers agree on no way
    to escape them. Unprintable characters become replacement characters.
    """
    line = " ".join(text.split()).replace("`", "'").replace("|", "¦")
    return f"`{''.join(character if character.isprintable() else '�' for character in line) or ' '}`"
