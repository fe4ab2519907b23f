"""Move second lines out of `requests`, whoever found them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from pixeldesk.sql_files import statements
from pixeldesk.store import Transaction

_DEMOTE = statements(Path(__file__).with_name("demote.sql"))


def demote(transaction: Transaction, values: Mapping[str, object]) -> None:
    """Move the lines in the table `demoted` to `second_lines`. The table `near` has their ids and those of the others.

    `values`: the first batch id of the transaction, and between which times the lines are.
    """
    for statement in _DEMOTE.values():
        transaction.run(statement, **values)


def earlier(time: datetime, distance: timedelta) -> datetime:
    """Return a time that much earlier, or the earliest one there is."""
    return time - min(distance, time - datetime.min)


def later(time: datetime, distance: timedelta) -> datetime:
    """Return a time that much later, or the latest one there is."""
    return time + min(distance, datetime.max - time)
