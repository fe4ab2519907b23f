"""What the store promises, tried on real files."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from pixeldesk.errors import StoreBroken, StoreError, StoreLocked, StoreMissing, StoreVersionError
from pixeldesk.queries import question
from pixeldesk.settings import Settings
from pixeldesk.store import Store, open_store
from tests.command import ROOT
from tests.patience import PATIENCE_S

INDEXES = {"requests_by_request_id", "events_by_request_id", "aliases_by_alias", "aliases_by_request_id"}
MANY = """INSERT INTO requests BY NAME
    SELECT TIMESTAMP '2026-11-16' + to_seconds(n) AS timestamp, 'req_' || n AS request_id, 200 AS status,
        false AS clock_suspect, 1 AS batch_id, 1 AS source_id, n AS line_number, n AS line_hash, '{}' AS raw
    FROM range($first, $past) AS numbers (n)"""


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """Open an empty store."""
    opened = open_store(settings)
    yield opened
    opened.close()


def add(store: Store, first: int, past: int) -> None:
    """Store the requests `first` to `past` - 1 in one transaction."""
    with store.transaction() as transaction:
        transaction.execute(MANY, {"first": first, "past": past})


def count(store: Store) -> int:
    """Return the number of stored requests."""
    return int(store.rows("SELECT count(*) AS n FROM requests")[0]["n"])


def indexes(store: Store) -> set[str]:
    """Return the names of the indexes."""
    return {row["index_name"] for row in store.rows("SELECT index_name FROM duckdb_indexes()")}


# --- opening ------------------------------------------------------------------------------------------------


def test_a_reopened_store_has_the_stored_requests(settings: Settings) -> None:
    first = open_store(settings)
    add(first, 0, 3)
    first.close()
    again = open_store(settings)
    assert count(again) == 3
    again.close()


def test_only_the_owner_may_read_the_file(settings: Settings) -> None:
    settings.db.parent.mkdir(parents=True)
    settings.db.parent.chmod(0o755)
    previous = os.umask(0)
    try:
        open_store(settings).close()
    finally:
        os.umask(previous)
    assert settings.db.stat().st_mode & 0o777 == 0o600


def test_read_only_creates_nothing_and_writes_nothing(settings: Settings) -> None:
    with pytest.raises(StoreMissing, match=r"there is no store at .*; make one with: pixeldesk ingest PATH"):
        open_store(settings, read_only=True)
    assert not settings.db.parent.exists()
    open_store(settings).close()
    reader = open_store(settings, read_only=True)
    with pytest.raises(StoreError, match="read-only"):
        add(reader, 0, 1)
    assert count(reader) == 0
    reader.close()


def test_a_process_that_opens_a_store_twice_sees_all_commits_in_both(settings: Settings) -> None:
    first, second = open_store(settings), open_store(settings)
    add(first, 0, 3)
    assert count(second) == 3
    first.close()
    add(second, 3, 4)
    assert count(second) == 4
    second.close()


HOLD = """
import sys
from pathlib import Path
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
store = open_store(Settings(db=Path(sys.argv[1])))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("read_only", [False, True])
def test_a_second_process_learns_which_process_owns_the_store(read_only: bool, settings: Settings) -> None:
    command = [sys.executable, "-c", HOLD, str(settings.db)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StoreLocked, match=f"is held by process {holder.pid};") as caught:
            open_store(settings, read_only=read_only)
        assert caught.value.pid == holder.pid
        holder.send_signal(signal.SIGKILL)
    open_store(settings).close()


def test_a_file_that_is_not_a_database_is_refused(settings: Settings) -> None:
    settings.db.parent.mkdir(parents=True)
    settings.db.write_bytes(b"garbage" * 1000)
    for read_only in (False, True):
        with pytest.raises(StoreBroken, match="is not a pixeldesk store"):
            open_store(settings, read_only=read_only)
    assert settings.db.read_bytes() == b"garbage" * 1000


def test_a_database_of_another_program_is_refused(settings: Settings) -> None:
    settings.db.parent.mkdir(parents=True)
    with duckdb.connect(str(settings.db)) as theirs:
        theirs.execute("CREATE TABLE theirs (n INTEGER)")
    for read_only in (False, True):
        with pytest.raises(StoreVersionError, match="not a pixeldesk store"):
            open_store(settings, read_only=read_only)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("schema_version", "has schema version 0, .* install the pixeldesk that wrote it"),
        ("line_hash_of_pixeldesk", r"another hash\(\), .* pixeldesk rebuild"),
    ],
)
def test_a_store_of_another_version_is_refused(name: str, message: str, settings: Settings) -> None:
    store = open_store(settings)
    with store.transaction() as transaction:
        transaction.execute("UPDATE meta SET value = '0' WHERE name = $name", {"name": name})
    store.close()
    with pytest.raises(StoreVersionError, match=message):
        open_store(settings)


def test_sql_reaches_no_other_file(store: Store, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("secret\n1\n")
    for sql in (f"SELECT * FROM '{tmp_path}/secret.csv'", f"COPY requests TO '{tmp_path}/out.csv'", "LOAD httpfs"):
        with pytest.raises(StoreError):
            store.rows(sql)
    assert not (tmp_path / "out.csv").exists()


# --- transactions and threads -------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_transaction_that_raises_is_rolled_back(error: type[BaseException], store: Store) -> None:
    with pytest.raises(error), store.transaction() as transaction:
        transaction.execute(MANY, {"first": 0, "past": 5})
        assert transaction.value("SELECT count(*) FROM requests") == 5
        raise error
    assert count(store) == 0
    add(store, 0, 1)
    assert count(store) == 1


def test_readers_never_wait_for_the_writer_and_see_whole_transactions(store: Store) -> None:
    done = threading.Event()

    def read() -> set[int]:
        seen = set()
        while not done.is_set():
            seen.add(count(store))
            assert int(store.query("SELECT count(*) AS n FROM requests")["n"].sum()) % 1000 == 0
        return seen

    with ThreadPoolExecutor(8) as threads:
        reading = [threads.submit(read) for _ in range(8)]
        try:
            for n in range(10):
                add(store, n * 1000, n * 1000 + 1000)
        finally:
            done.set()
        seen = set().union(*(reader.result() for reader in reading))
    assert all(n % 1000 == 0 for n in seen)
    assert count(store) == 10_000


def test_a_reader_is_answered_while_a_transaction_is_open(store: Store) -> None:
    with store.transaction() as transaction, ThreadPoolExecutor(1) as other:
        transaction.execute(MANY, {"first": 0, "past": 5})
        assert other.submit(count, store).result(timeout=PATIENCE_S) == 0
    assert count(store) == 5


def test_writers_take_turns(store: Store) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda n: add(store, n * 10, n * 10 + 10), range(20)))
    assert count(store) == 200


# --- the index ----------------------------------------------------------------------------------------------


def test_looking_up_an_id_uses_the_index(store: Store) -> None:
    add(store, 0, 20_000)
    events = MANY.replace("INTO requests", "INTO events").replace("200 AS status,", "")
    with store.transaction() as transaction:
        transaction.execute(events, {"first": 0, "past": 20_000})
    for name in ("request", "request_events"):
        sql = question(name).sql
        rows = store.rows(f"EXPLAIN ANALYZE {sql}", {"request_id": "req_77"})
        plan = "\n".join(row["explain_value"] for row in rows)
        assert "Index Scan" in plan, name
    assert [row["line_number"] for row in question("request").rows(store, request_id="req_77")] == [77]


def test_the_next_owner_builds_missing_indexes(settings: Settings) -> None:
    store = open_store(settings)
    assert indexes(store) == INDEXES
    add(store, 0, 5000)
    store.drop_indexes()
    assert indexes(store) == set()
    assert len(question("request").rows(store, request_id="req_77")) == 1
    store.close()
    again = open_store(settings)
    assert indexes(again) == INDEXES
    assert len(question("request").rows(again, request_id="req_77")) == 1
    again.close()


def test_a_table_is_registered_for_the_length_of_its_block(store: Store) -> None:
    import pyarrow as pa

    with store.transaction() as transaction:
        with transaction.registered("numbers", pa.table({"n": [1, 2, 3]})):
            assert transaction.value("SELECT sum(n) FROM numbers") == 6
        with pytest.raises(duckdb.CatalogException):
            transaction.execute("SELECT * FROM numbers")
        transaction.execute("ROLLBACK")
        transaction.execute("BEGIN TRANSACTION")


# --- workbenches --------------------------------------------------------------------------------------------


def test_the_tables_of_a_workbench_are_private_and_temporary(store: Store) -> None:
    add(store, 0, 10)
    with store.workbench() as bench, store.workbench() as other:
        bench.make_table("few", "SELECT request_id FROM requests WHERE line_number < $past", {"past": 3})
        bench.make_view("odd", "SELECT request_id FROM requests WHERE line_number % 2 = 1")
        bench.add_rows("few", "SELECT * FROM odd WHERE request_id = $id", {"id": "req_7"})
        assert bench.rows("SELECT count(*) AS n FROM few") == [{"n": 4}]
        with pytest.raises(duckdb.CatalogException):
            other.rows("SELECT * FROM few")
    with pytest.raises(StoreError):
        store.rows("SELECT * FROM few")
    assert {row["table_name"] for row in store.rows("SELECT table_name FROM duckdb_tables()")}.isdisjoint({"few"})


def test_a_checkpoint_does_not_disturb_an_open_transaction(store: Store) -> None:
    with store._connection.cursor() as other:
        other.execute("BEGIN")
        other.execute("CREATE TABLE another (n INTEGER)")
        store.checkpoint()
        other.execute("COMMIT")
    assert store.rows("SELECT count(*) AS n FROM another") == [{"n": 0}]


def test_a_workbench_sees_one_snapshot_of_the_store(store: Store) -> None:
    add(store, 0, 10)
    with store.workbench() as bench:
        assert bench.rows("SELECT count(*) AS n FROM requests") == [{"n": 10}]
        add(store, 10, 30)
        assert bench.rows("SELECT count(*) AS n FROM requests") == [{"n": 10}]
    assert count(store) == 30


def test_a_read_only_store_has_workbenches(settings: Settings) -> None:
    writable = open_store(settings)
    add(writable, 0, 5)
    writable.close()
    store = open_store(settings, read_only=True)
    with store.workbench() as bench:
        bench.make_table("copied", "SELECT * FROM requests")
        assert bench.rows("SELECT count(*) AS n FROM copied") == [{"n": 5}]
        bench.drop_table("copied")
    store.close()


def test_closing_interrupts_long_queries(settings: Settings) -> None:
    store = open_store(settings)
    begun = threading.Event()

    def work() -> str:
        try:
            with store.workbench() as bench:
                for _ in range(1000):
                    begun.set()
                    bench.rows("SELECT sum(a.range * b.range) FROM range(30000) AS a, range(3000) AS b")
        except StoreError as error:
            return str(error)
        return "came to its end"

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        assert begun.wait(timeout=PATIENCE_S)
        store.close()
        assert "is being closed" in working.result(timeout=PATIENCE_S)
    with pytest.raises(StoreError, match="is being closed"), store.workbench():
        pass


def ask_until_it_fails(store: Store, started: threading.Barrier) -> str:
    started.wait()
    try:
        while True:
            store.rows("SELECT 1")
    except StoreError as error:
        return str(error)


def test_many_threads_may_query_a_store_that_is_closing(settings: Settings) -> None:
    with ThreadPoolExecutor() as pool:
        for _ in range(20):
            store = open_store(settings)
            started = threading.Barrier(5)
            asking = [pool.submit(ask_until_it_fails, store, started) for _ in range(4)]
            started.wait()
            store.close()
            assert not [thread for thread in asking if "busy" in thread.result()]
