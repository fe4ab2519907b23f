"""Make stores of any number of requests in one fortnight: many copies of the sample, each moved by some days.

SQL copies the rows, which takes a tenth of the time of reading logs. For the pages' questions the result is the same,
since ingest's own statements compute the rollups. Raw records are left out: no page's question reads them.
"""

from pathlib import Path

from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.writing.batch import recount_touched
from pixeldesk.settings import Settings
from pixeldesk.store import Store, open_store

SAMPLE = Path(__file__).parents[1] / "sample_logs" / "logs"
_COPIES_AT_ONCE = 50
_COPIES_OF_A_CUSTOMER = 5
_DAYS, _DAY_US = 14, 86_400_000_000
# Scatter the copies of a request in time. Otherwise all copies of a failure would be in one minute and be an incident.
_SCATTER_US = _DAY_US // 12
_BUILD_MIB = 4000


def grown_store(path: Path, requests: int) -> Store:
    """Make a new store with at least this many requests."""
    settings = Settings(db=path, memory_mib=_BUILD_MIB)
    store = open_store(settings)
    Desk(settings, store).ingest([str(SAMPLE)])
    store.drop_indexes()
    (counted,) = store.rows("SELECT count(*) AS requests FROM requests")
    copies = -(-requests // counted["requests"])
    with store.transaction() as transaction:
        transaction.execute("CREATE TEMP TABLE original AS FROM requests WHERE NOT clock_suspect")
        first_time = transaction.value("SELECT date_trunc('day', min(timestamp)) FROM original")
        for first in range(1, copies, _COPIES_AT_ONCE):
            transaction.execute(
                f"""INSERT INTO requests
                SELECT original.* REPLACE (
                    TIMESTAMP '{first_time}' + to_microseconds((
                        date_diff('microsecond', TIMESTAMP '{first_time}', timestamp)
                        + copy % {_DAYS} * {_DAY_US} + CAST(random() * {_SCATTER_US} AS BIGINT)
                    ) % ({_DAYS} * {_DAY_US})) AS timestamp,
                    request_id || '_' || copy AS request_id,
                    customer_id || '_' || copy % {_COPIES_OF_A_CUSTOMER} AS customer_id,
                    '' AS raw
                )
                FROM original, range({first}, {min(first + _COPIES_AT_ONCE, copies)}) AS copies(copy)
                ORDER BY timestamp"""
            )
        transaction.execute(
            """CREATE TEMP TABLE touched AS
            SELECT DISTINCT date_trunc('minute', timestamp) AS minute FROM requests WHERE NOT clock_suspect"""
        )
        recount_touched(transaction)
    store.checkpoint()
    store.close()
    return open_store(Settings(db=path), read_only=True)
