"""Request ids that several requests carry, found as the requests are stored, in whatever order they arrive.

Each transaction asks about its own ids only. A few are looked up in the index; more of them cost one pass over the
column of ids, about 25 ns for each request in the store.
"""

from typing import Any

from pixeldesk.store import Transaction

_KIND = "reused_request_id"
_KNOWN = f"SELECT request_id FROM contradictory_requests WHERE kind = '{_KIND}'"
_NOTE = f"INSERT INTO contradictory_requests SELECT '{_KIND}', timestamp, environment, request_id FROM requests"
_NEW = "SELECT request_id FROM requests WHERE batch_id >= $batch"
_FEW = 5000


class ReusedIds:
    """Notes the requests that share an id. `batch` is the first batch id of the running transaction."""

    def __init__(self, transaction: Transaction, batch: int) -> None:
        self._transaction = transaction
        self._batch = {"batch": batch}
        transaction.execute("CREATE OR REPLACE TEMP TABLE withdrawn_ids (request_id VARCHAR)")

    def withdraw(self, source_id: int) -> None:
        """Before a source's last line is taken back, which had no line end: its id is asked about anew."""
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
        """After the last request of the transaction was stored."""
        run = self._transaction.execute
        run(f"{_NOTE} WHERE batch_id >= $batch AND request_id IN ({_KNOWN})", self._batch)
        run("CREATE OR REPLACE TEMP TABLE shared_ids (request_id VARCHAR)")
        self._share_among(self._ids("withdrawn_ids"))
        if self._transaction.value(f"SELECT count(*) FROM ({_NEW})", self._batch) > _FEW:
            self._share_among_all()
        else:
            self._share_among(self._ids(f"({_NEW})", self._batch))
        shared = self._ids(f"(FROM shared_ids LIMIT {_FEW + 1})")
        if len(shared) > _FEW:
            run(f"{_NOTE} WHERE request_id IN (SELECT request_id FROM shared_ids)")
        else:
            run(f"{_NOTE} WHERE request_id IN $ids", {"ids": shared})

    def _ids(self, table: str, parameters: dict[str, Any] | None = None) -> list[str]:
        """The ids of a table that are not known to be shared."""
        found = f"SELECT DISTINCT request_id FROM {table} WHERE request_id NOT IN ({_KNOWN})"
        return [request_id for (request_id,) in self._transaction.execute(found, parameters)]

    def _share_among(self, ids: list[str]) -> None:
        # The index serves a list, and only where nothing else is asked.
        self._transaction.execute(
            """INSERT INTO shared_ids
            SELECT request_id FROM requests WHERE request_id IN $ids GROUP BY request_id HAVING count(*) > 1""",
            {"ids": ids},
        )

    def _share_among_all(self) -> None:
        self._transaction.execute(
            f"""INSERT INTO shared_ids SELECT request_id FROM (
                {_NEW} GROUP BY request_id HAVING count(*) > 1
                UNION SELECT request_id FROM requests WHERE batch_id < $batch AND request_id IN ({_NEW})
            ) WHERE request_id NOT IN ({_KNOWN})""",
            self._batch,
        )
