"""Find request ids that several requests share, as the requests are stored, in whatever order they arrive.

Each transaction checks only its own ids. A few ids are looked up in the index; more of them take one scan of the id
column, about 25 ns for each request in the store.
"""

from typing import Any

from pixeldesk.store import Transaction

_KIND = "reused_request_id"
_KNOWN = f"SELECT request_id FROM contradictory_requests WHERE kind = '{_KIND}'"
_RECORD = f"INSERT INTO contradictory_requests SELECT '{_KIND}', timestamp, environment, request_id FROM requests"
# A counter of a process begins anew when the process does, which is no fault of the API.
_NEW = "SELECT request_id FROM requests WHERE batch_id >= $batch AND NOT id_is_counted"
_FEW = 5000


class ReusedIds:
    """Records the requests that share an id. `batch` is the first batch id of the current transaction."""

    def __init__(self, transaction: Transaction, batch: int) -> None:
        self._transaction = transaction
        self._batch = {"batch": batch}
        transaction.execute("CREATE OR REPLACE TEMP TABLE withdrawn_ids (request_id VARCHAR)")

    def withdraw(self, source_id: int) -> None:
        """Forget the id of an unterminated last line, before that line is withdrawn. `find` checks the id again."""
        self._transaction.execute(
            """INSERT INTO withdrawn_ids SELECT request_id FROM requests WHERE batch_id IN
            (SELECT batch_id FROM batches WHERE source_id = $source AND provisional)""",
            {"source": source_id},
        )
        self._transaction.execute(
            f"""DELETE FROM contradictory_requests
            WHERE kind = '{_KIND}' AND request_id IN (SELECT request_id FROM withdrawn_ids)"""
        )

    def find(self) -> None:
        """Record the shared ids. Call it after the last request of the transaction was stored."""
        run = self._transaction.execute
        run(f"{_RECORD} WHERE batch_id >= $batch AND request_id IN ({_KNOWN})", self._batch)
        run("CREATE OR REPLACE TEMP TABLE shared_ids (request_id VARCHAR)")
        self._find_among(self._ids("withdrawn_ids"))
        if self._transaction.value(f"SELECT count(*) FROM ({_NEW})", self._batch) > _FEW:
            self._find_among_new()
        else:
            self._find_among(self._ids(f"({_NEW})", self._batch))
        shared = self._ids(f"(FROM shared_ids LIMIT {_FEW + 1})")
        if len(shared) > _FEW:
            run(f"{_RECORD} WHERE request_id IN (SELECT request_id FROM shared_ids)")
        else:
            run(f"{_RECORD} WHERE request_id IN $ids", {"ids": shared})

    def _ids(self, table: str, parameters: dict[str, Any] | None = None) -> list[str]:
        """Return the ids of a table that are not known to be shared."""
        found = f"SELECT DISTINCT request_id FROM {table} WHERE request_id NOT IN ({_KNOWN})"
        return [request_id for (request_id,) in self._transaction.execute(found, parameters)]

    def _find_among(self, ids: list[str]) -> None:
        # DuckDB uses the index only for a list, and only if the id is the sole condition.
        self._transaction.execute(
            """INSERT INTO shared_ids
            SELECT request_id FROM requests WHERE request_id IN $ids GROUP BY request_id HAVING count(*) > 1""",
            {"ids": ids},
        )

    def _find_among_new(self) -> None:
        self._transaction.execute(
            f"""INSERT INTO shared_ids SELECT request_id FROM (
                {_NEW} GROUP BY request_id HAVING count(*) > 1
                UNION SELECT request_id FROM requests WHERE batch_id < $batch AND request_id IN ({_NEW})
            ) WHERE request_id NOT IN ({_KNOWN})""",
            self._batch,
        )
