"""Merge the lines of one request, such as the proxy's and the application's, so that the request is counted once.

The line of the highest seat stays in `requests`: its status is what the application answered. The other lines move to
`second_lines`, where the card of the request finds them, and their ids become aliases of the request.
"""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pixeldesk.store import Transaction

_STATEMENTS = dict(
    re.findall(r"^-- (\w+)\n(.*?)(?=^-- \w+\n|\Z)", (Path(__file__).parent / "merge.sql").read_text(), re.M | re.S)
)
_PROXY, _PLATFORM, _APPLICATION = 2, 3, 4
# The longest time between two lines of one request: a function may run this long.
_MAX_DISTANCE = timedelta(minutes=15)


def merge(transaction: Transaction, batch: int) -> None:
    """Move second lines out of `requests`, among the lines near in time to the rows of this transaction.

    `batch` is the first batch id of the transaction. The minutes of the moved lines are added to the table `touched`.
    """
    if not transaction.value("SELECT EXISTS (SELECT 1 FROM requests WHERE seat IS NOT NULL)"):
        return
    ((first, last),) = transaction.execute(
        "SELECT min(timestamp), max(timestamp) FROM requests WHERE batch_id >= $batch AND NOT clock_suspect",
        {"batch": batch},
    )
    if first is None:
        return
    bounds = {"earliest": _before(first), "latest": _after(last)}
    # In ascending order: the lines of the edge that the proxy's line took move with it to the application's line.
    for target in (_PROXY, _PLATFORM, _APPLICATION):
        if target == _PLATFORM:
            _demote(transaction, "of_the_same_id", bounds, batch)
        _demote(transaction, "of_a_higher_seat", bounds, batch, target=target)


def restore(transaction: Transaction, source_id: int | None) -> None:
    """Move second lines back whose first line, in a provisional batch of the source, is about to be withdrawn."""
    withdrawn = """(first_source_id, first_line_number) IN (
        SELECT (source_id, line_number) FROM requests
        WHERE batch_id IN (SELECT batch_id FROM batches WHERE source_id = $source AND provisional))"""
    source = {"source": source_id}
    transaction.execute(
        f"""INSERT INTO touched SELECT DISTINCT date_trunc('minute', timestamp) FROM second_lines
        WHERE {withdrawn} AND NOT clock_suspect""",
        source,
    )
    transaction.execute(
        f"""INSERT INTO requests SELECT * EXCLUDE (first_source_id, first_line_number) FROM second_lines
        WHERE {withdrawn}""",
        source,
    )
    transaction.execute(f"DELETE FROM second_lines WHERE {withdrawn}", source)


def _demote(transaction: Transaction, statement: str, bounds: dict[str, datetime], batch: int, **more: int) -> None:
    _run(transaction, "near", bounds)
    _run(transaction, statement, bounds | more)
    if transaction.value("SELECT count(*) FROM demoted"):
        _run(transaction, "demote", {**bounds, "batch": batch})


def _run(transaction: Transaction, name: str, parameters: dict[str, Any]) -> None:
    for statement in filter(str.strip, _STATEMENTS[name].split(";\n")):
        used = {parameter: value for parameter, value in parameters.items() if f"${parameter}" in statement}
        transaction.execute(statement, used)


def _before(time: datetime) -> datetime:
    return time - min(_MAX_DISTANCE, time - datetime.min)


def _after(time: datetime) -> datetime:
    return time + min(_MAX_DISTANCE, datetime.max - time)
