"""Move second lines out of `requests`, whoever found them.

A line that moves counts among the events, so that the requests of a source are as many as it has.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from pixeldesk.sql_files import statements
from pixeldesk.store import Transaction

_DEMOTE = statements(Path(__file__).with_name("demote.sql"))
_HAVE_OTHER_IDS = """SELECT EXISTS (
    SELECT 1 FROM demoted
    JOIN near AS low ON low.source_id = demoted.source_id AND low.line_number = demoted.line_number
    JOIN near AS high
        ON high.source_id = demoted.first_source_id AND high.line_number = demoted.first_line_number
    WHERE low.request_id <> high.request_id)"""


def demote(transaction: Transaction, values: Mapping[str, object]) -> None:
    """Move the lines in the table `demoted` to `second_lines`. The table `near` has their ids and those of the others.

    `values`: the first batch id of the transaction, and between which times the lines are.
    """
    # Most lines have the id of their request, and the aliases of a store are many.
    has_aliases = transaction.value(_HAVE_OTHER_IDS)
    for name, statement in _DEMOTE.items():
        if name != "aliases" or has_aliases:
            transaction.run(statement, **values)


def begin_demoting(transaction: Transaction) -> None:
    """Prepare the transaction for lines that leave `requests`, or return to it."""
    transaction.execute("CREATE OR REPLACE TEMP TABLE moved_lines (batch_id INTEGER, source_id INTEGER, lines INTEGER)")


def moved_lines(transaction: Transaction) -> list[tuple[int, int, int]]:
    """Count the lines that have left `requests` in this transaction, less those that returned, by batch and source."""
    found = transaction.execute(
        "SELECT batch_id, source_id, sum(lines)::INTEGER FROM moved_lines GROUP BY batch_id, source_id"
    )
    return [(batch_id, source_id, lines) for batch_id, source_id, lines in found if lines]


def earlier(time: datetime, distance: timedelta) -> datetime:
    """Return a time that much earlier, or the earliest one there is."""
    return time - min(distance, time - datetime.min)


def later(time: datetime, distance: timedelta) -> datetime:
    """Return a time that much later, or the latest one there is."""
    return time + min(distance, datetime.max - time)
