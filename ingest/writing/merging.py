"""Several lines of one request, such as the proxy's and the application's, counted once.

The line of the highest seat stays in `requests`: its status is what the request's own program said. The others go to
`second_lines`, from where the request's card shows them, and their ids become its aliases.
"""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pixeldesk.store import Transaction

_PARTS = dict(
    re.findall(r"^-- (\w+)\n(.*?)(?=^-- \w+\n|\Z)", (Path(__file__).parent / "merge.sql").read_text(), re.M | re.S)
)
_PROXY, _PLATFORM, _APPLICATION = 2, 3, 4
# A function may run this long, and its lines lie so far apart.
_REACH = timedelta(minutes=15)


def merge(transaction: Transaction, batch: int) -> None:
    """Take the second lines out of `requests`, among those near the rows of this transaction, from `batch` on.

    The minutes that they were counted in go into the table `touched`.
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
    # From below: what the proxy took of the edge goes with it to the application.
    for target in (_PROXY, _PLATFORM, _APPLICATION):
        if target == _PLATFORM:
            _demote(transaction, "of_the_same_id", bounds, batch)
        _demote(transaction, "of_a_higher_seat", bounds, batch, target=target)


def restore(transaction: Transaction, source_id: int | None) -> None:
    """Count second lines again whose first line is about to be withdrawn, in the provisional batches of a source."""
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


def _demote(transaction: Transaction, which: str, bounds: dict[str, datetime], batch: int, **more: int) -> None:
    _run(transaction, "near", bounds)
    _run(transaction, which, bounds | more)
    if transaction.value("SELECT count(*) FROM demoted"):
        _run(transaction, "demote", {**bounds, "batch": batch})


def _run(transaction: Transaction, part: str, parameters: dict[str, Any]) -> None:
    for statement in filter(str.strip, _PARTS[part].split(";\n")):
        named = {name: value for name, value in parameters.items() if f"${name}" in statement}
        transaction.execute(statement, named)


def _before(moment: datetime) -> datetime:
    return moment - min(_REACH, moment - datetime.min)


def _after(moment: datetime) -> datetime:
    return moment + min(_REACH, datetime.max - moment)
