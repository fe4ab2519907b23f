"""Merge the lines of one request, such as the proxy's and the application's, so that the request is counted once.

The line of the highest seat stays in `requests`: its status is what the application answered. The other lines move to
`second_lines`, where the card of the request finds them, and their ids become aliases of the request.
"""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from pixeldesk.ingest.writing.demoting import demote, earlier, later
from pixeldesk.ingest.writing.joining import join
from pixeldesk.sql_files import Statement, statements
from pixeldesk.store import Transaction

_MERGE = statements(Path(__file__).with_name("merge.sql"))
_RESTORE = statements(Path(__file__).with_name("restore.sql"))
_PROXY, _PLATFORM, _APPLICATION = 2, 3, 4
# The longest time between two lines of one request: a function may run this long.
_MAX_DISTANCE = timedelta(minutes=15)


def merge(transaction: Transaction, batch: int) -> None:
    """Move second lines out of `requests`, among the lines near in time to the rows of this transaction.

    `batch` is the first batch id of the transaction. The minutes of the moved lines are added to the table `touched`.
    """
    join(transaction, batch)
    if not transaction.value("SELECT EXISTS (SELECT 1 FROM requests WHERE seat IS NOT NULL)"):
        return
    ((first, last),) = transaction.execute(
        "SELECT min(timestamp), max(timestamp) FROM requests WHERE batch_id >= $batch AND NOT clock_suspect",
        {"batch": batch},
    )
    if first is None:
        return
    values = {"batch": batch, "earliest": earlier(first, _MAX_DISTANCE), "latest": later(last, _MAX_DISTANCE)}
    # In ascending order: the lines of the edge that the proxy's line took move with it to the application's line.
    for target in (_PROXY, _PLATFORM, _APPLICATION):
        if target == _PLATFORM:
            _demote(transaction, _MERGE["of_the_same_id"], values)
        _demote(transaction, _MERGE["of_a_higher_seat"], {**values, "target": target})


def restore(transaction: Transaction, source_id: int | None) -> None:
    """Move second lines back whose first line, in a provisional batch of the source, is about to be withdrawn."""
    for statement in _RESTORE.values():
        transaction.run(statement, source=source_id)


def _demote(transaction: Transaction, found: Statement, values: Mapping[str, object]) -> None:
    transaction.run(_MERGE["near"], **values)
    transaction.run(found, **values)
    if transaction.value("SELECT count(*) FROM demoted"):
        demote(transaction, values)
