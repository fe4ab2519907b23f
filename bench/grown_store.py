"""Stores of any number of requests in the same fortnight: the sample's over and over, each copy on other days.

Made by SQL and not by reading logs, which takes a tenth of the time. What the pages ask is the same: the rollups are
counted by ingest's own statements. The raw records are left out, as no page's question reads them.
"""

from pathlib import Path

from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.writing.batch import rollup_statements
from pixeldesk.settings import Settings
from pixeldesk.store import Store, open_store

SAMPLE = Path(__file__).parents[1] / "sample_logs" / "logs"
_COPIES_AT_ONCE = 50
_CUSTOMERS_OF_ONE = 5
_DAYS, _DAY_US = 14, 86_400_000_000
# Or all copies of a failure would fall into one minute and be an incident.
_SCATTERED_US = _DAY_US // 12
_BUILD_MIB = 4000


def grown_store(path: Path, requests: int) -> Store:
    """A store with at least so many requests, made anew."""
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
                        + copy % {_DAYS} * {_DAY_US} + CAST(random() * {_SCATTERED_US} AS BIGINT)
                    ) % ({_DAYS} * {_DAY_US})) AS timestamp,
                    request_id || '_' || copy AS request_id,
                    customer_id || '_' || copy % {_CUSTOMERS_OF_ONE} AS customer_id,
                    '' AS raw
                )
                FROM original, range({first}, {min(first + _COPIES_AT_ONCE, copies)}) AS copies(copy)
                ORDER BY timestamp"""
            )
        transaction.execute(
            """CREATE TEMP TABLE touched AS
            SELECT DISTINCT date_trunc('minute', timestamp) AS minute FROM requests WHERE NOT clock_suspect"""
        )
        first_minute, past = transaction.execute("SELECT min(minute), max(minute) + INTERVAL 1 MINUTE FROM touched")[0]
        for statement in rollup_statements():
            bound = {"first": first_minute, "past": past} if "$" in statement else {}
            transaction.execute(statement, bound)
    store.checkpoint()
    store.close()
    return open_store(Settings(db=path), read_only=True)
