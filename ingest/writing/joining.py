"""Join the lines of one request that one program wrote, so that it is counted once and has the facts of all of them.

Fastify tells the method and the path on "incoming request", the error on a line of its own that has the status too, and
the duration on "request completed". The last is the access line, and stays in `requests`. A further line with a status
is a remark: it moves to `second_lines`. What remarks and events tell fills the empty columns of the access line.

Lines are joined by the request id, in any order and from any file. A line whose access line is not stored yet waits for
it in `waiting_lines`, for a day. The native format has all facts on one line, so nothing of it waits.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pixeldesk.ingest.parsing.parse_sql import ParseSql
from pixeldesk.ingest.writing.demoting import demote, earlier, later
from pixeldesk.sql_files import statements
from pixeldesk.store import Transaction

_JOINING = statements(Path(__file__).with_name("joining.sql"))
# The longest time between a line and the end of its request, and between that end and a line written after it.
_BEFORE, _AFTER = timedelta(minutes=1), timedelta(minutes=15)
# The id of a line, unless it was made from its hash, its other ids, and what its format joins lines by.
_NAMES = """list_filter(
    list_concat([CASE WHEN NOT starts_with(request_id, 'line-') THEN request_id END], other_names, [joined_by]),
    lambda name: name IS NOT NULL)"""
_FACTS = (
    "method", "route", "path", "customer_id", "website_id", "key_id", "key_fingerprint", "key_prefix", "key_length",
    "client_ip", "user_agent", "upstream_service", "upstream_status", "upstream_message", "error_code", "error_message",
    "error_details",
)  # fmt: skip


def begin_joining(transaction: Transaction) -> None:
    """Prepare the transaction for lines that wait for the access line of their request."""
    transaction.run(_JOINING["empty"])


def wait(transaction: Transaction, parsed: ParseSql) -> None:
    """Note the lines of the table `staged` that may belong to another line of the same request."""
    if not parsed.joins_lines:
        return
    facts = [name for name in _FACTS if name in parsed.columns]
    tells = " OR ".join(f"{name} IS NOT NULL" for name in [*facts, "error_text"])
    error = " OR ".join([f"{name} IS NOT NULL" for name in facts if name.startswith("error_")] or ["false"])
    lacks_duration = "duration_ms IS NULL" if "duration_ms" in parsed.columns else f"({error})"
    transaction.execute(
        f"""INSERT INTO new_waiting BY NAME
        WITH lines AS (
            SELECT *, CASE WHEN level IN ('error', 'fatal') THEN message END AS error_text, {_NAMES} AS names
            FROM staged WHERE outcome IN ('request', 'event') AND NOT duplicate AND NOT clock_suspect
        ), told AS (
            SELECT *, CASE
                WHEN len(names) = 0 OR line_seat = 'platform' THEN NULL
                WHEN outcome = 'event' THEN CASE WHEN is_known AND request_id IS NOT NULL AND ({tells}) THEN 'event' END
                WHEN is_remark OR {lacks_duration} THEN 'remark'
                WHEN joined_by IS NOT NULL AND status >= 400 THEN 'access' END AS kind
            FROM lines
        )
        SELECT kind, CASE kind WHEN 'access' THEN [joined_by] ELSE names END AS names, is_remark AS is_marked,
            timestamp, request_id, id_is_counted, host, line_seat AS seat, status, {", ".join(facts)}, error_text,
            batch_id, source_id, line_number, $now AS stored_at
        FROM told WHERE kind IS NOT NULL""",
        {"now": datetime.now(UTC).replace(tzinfo=None)},
    )


def join(transaction: Transaction, batch: int) -> None:
    """Join the lines of this transaction, whose first batch id is `batch`, with each other and with stored ones.

    The minutes of rows that change, or move to `second_lines`, are added to the table `touched`.
    """
    counts = "SELECT (SELECT count(*) FROM new_waiting), EXISTS (SELECT 1 FROM waiting_lines)"
    new, has_stored = transaction.execute(counts)[0]
    if not new and not has_stored:
        return
    values: dict[str, object] = {"batch": batch, "now": datetime.now(UTC).replace(tzinfo=None)}
    for name in ("expire", "lows", "none_used"):
        transaction.run(_JOINING[name], **values)
    ((first, last),) = transaction.run(_JOINING["span"])
    if first is not None:
        _join(transaction, {**values, "earliest": earlier(first, _BEFORE), "latest": later(last, _AFTER)})
    transaction.run(_JOINING["keep"], **values)


def _join(transaction: Transaction, values: Mapping[str, object]) -> None:
    transaction.run(_JOINING["highs"], **values)
    if not transaction.value("SELECT count(*) FROM highs"):
        return
    for name in ("hosts", "host", "near", "remarks", "events", "used"):
        transaction.run(_JOINING[name], **values)
    if not transaction.value("SELECT count(*) FROM used"):
        return
    for name in ("told", "touched", "fill", "fill_error", "forget", "hold"):
        transaction.run(_JOINING[name], **values)
    if transaction.value("SELECT EXISTS (SELECT 1 FROM telling WHERE request_id <> high_request_id)"):
        transaction.run(_JOINING["aliases"], **values)
    if transaction.value("SELECT count(*) FROM demoted"):
        demote(transaction, values)
