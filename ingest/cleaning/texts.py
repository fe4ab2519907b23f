"""Clean the texts of some rows of a table, in the transaction of the caller."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pixeldesk.ingest.redaction.in_sql import redact_sql, redaction_steps, suspect_sql
from pixeldesk.ingest.redaction.personal_data import PersonalData, personal_data_sql, personal_data_steps
from pixeldesk.ingest.redaction.scan import scanned
from pixeldesk.ingest.sources.address import is_address, without_secrets
from pixeldesk.ingest.sources.stored_name import stored_name
from pixeldesk.store import Transaction

NO_LOG_TEXT = {
    "meta": None,
    "sources": {"path", "state", "format", "head_digest", "tail_digest", "unended_digest"},
    "losses": {"path"},
    "pushes": {"key_digest", "body_digest", "counts"},
    "pushed_bodies": {"body_digest"},
}
"""The texts of a table that are not of a log, and are left alone: the names of them, or None for all of the table.

The path of a source is one: it has its own rules."""
NO_LOG_TEXT_ANYWHERE = {"key_fingerprint", "key_prefix", "jwt_fingerprint"}
"""What is left of a key on purpose."""
_KINDS_OF_CHARACTERS = "('VARCHAR', 'VARCHAR[]')"


@dataclass(frozen=True)
class TextColumn:
    """A column of texts, or of lists of them."""

    name: str
    is_list: bool


@dataclass(frozen=True)
class Cleaned:
    """What was found in some rows: how many of them change, how many texts have each kind, and the bytes read."""

    changed: int
    kinds: Counter[str]
    bytes: int


def text_columns(transaction: Transaction) -> dict[str, list[TextColumn]]:
    """Return the columns that may hold text of a log, by table. Whatever is not known to hold none may hold it."""
    found: dict[str, list[TextColumn]] = {}
    for table, name, kind in transaction.execute(
        f"""SELECT columns.table_name, column_name, data_type
        FROM duckdb_columns() AS columns
        JOIN duckdb_tables() AS tables USING (database_name, schema_name, table_name)
        WHERE data_type IN {_KINDS_OF_CHARACTERS} AND NOT tables.internal AND NOT tables.temporary
        ORDER BY columns.table_name, column_index"""
    ):
        others = NO_LOG_TEXT.get(table, set())
        if others is not None and name not in others | NO_LOG_TEXT_ANYWHERE:
            found.setdefault(table, []).append(TextColumn(name, kind.endswith("[]")))
    return found


class TextCleaner:
    """Cleans rows by the rules of now and a setting for personal data."""

    def __init__(self, transaction: Transaction, personal_data: PersonalData) -> None:
        self._transaction = transaction
        self._personal_data = personal_data

    def clean(self, table: str, columns: Sequence[TextColumn], rows: tuple[int, int], *, is_check: bool) -> Cleaned:
        """Clean the rows from one row id to before another, or only count what would change."""
        within = f"rowid >= {rows[0]} AND rowid < {rows[1]}"
        size = 0
        suspects = []
        for place, column in enumerate(columns):
            text = f"unnest({column.name})" if column.is_list else column.name
            sql = f"SELECT rowid AS row_id, {place} AS place, {text} AS line FROM {table} WHERE {within}"
            texts = self._transaction.arrow(f"FROM ({sql}) WHERE line IS NOT NULL")
            size += texts.nbytes
            suspects.append(self._suspects(texts))
        found = pa.concat_tables(suspects)
        if not found.num_rows:
            return Cleaned(0, Counter(), size)
        with self._transaction.registered("suspects", found):
            self._find()
            changed = self._transaction.value("SELECT count(DISTINCT row_id) FROM changed_cells")
            if changed and not is_check:
                self._update(table, columns, within)
            return Cleaned(changed, self._kinds() if changed else Counter(), size)

    def _suspects(self, texts: pa.Table) -> pa.Table:
        if self._personal_data != "keep":
            return texts
        marked = scanned(texts)
        return texts.filter(pc.fill_null(marked["is_suspect"], True))

    def _find(self) -> None:
        """Create the table `cleaned` with the texts that change, and `changed_cells` with where they are."""
        redacted = f"CASE WHEN {suspect_sql('text')} THEN {redact_sql('text')} ELSE text END"
        self._transaction.execute(
            f"""CREATE OR REPLACE TEMP TABLE cleaned AS
            WITH texts AS MATERIALIZED (
                SELECT line AS text, count(*) AS cells FROM suspects GROUP BY line
            ), made AS MATERIALIZED (
                SELECT text, cells, {personal_data_sql(redacted, self._personal_data)} AS clean FROM texts
            )
            FROM made WHERE clean <> text"""
        )
        self._transaction.execute(
            """CREATE OR REPLACE TEMP TABLE changed_cells AS
            SELECT row_id, place, text, clean FROM suspects JOIN cleaned ON text = line"""
        )

    def _kinds(self) -> Counter[str]:
        """Count the texts from which each rule removes something, one rule after another."""
        run, value = self._transaction.execute, self._transaction.value
        run("CREATE OR REPLACE TEMP TABLE steps AS SELECT text, cells FROM cleaned")
        found: Counter[str] = Counter()
        for title, made in [*redaction_steps("text"), *personal_data_steps("text", self._personal_data)]:
            # Most rules find nothing.
            cells = value(f"SELECT coalesce(sum(cells) FILTER ({made} <> text), 0)::BIGINT FROM steps")
            if cells:
                run(f"CREATE OR REPLACE TEMP TABLE steps AS SELECT {made} AS text, cells FROM steps")
                found[title] += cells
        del found[""]
        return found

    def _update(self, table: str, columns: Sequence[TextColumn], within: str) -> None:
        """Write all changed texts of a row at once: the engine moves a row of which it changes a text with an index."""
        places = [place for (place,) in self._transaction.execute("SELECT DISTINCT place FROM changed_cells")]
        cells, assigned = [], []
        for place in places:
            name, is_list = columns[place].name, columns[place].is_list
            of_place = f"FILTER (WHERE place = {place})"
            if is_list:
                cells.append(f"map_from_entries(list(DISTINCT (text, clean)) {of_place}) AS cell{place}")
                made = f"list_transform({name}, lambda each: coalesce(found.cell{place}[each], each))"
            else:
                cells.append(f"max(clean) {of_place} AS cell{place}")
                made = f"found.cell{place}"
            assigned.append(f"{name} = CASE WHEN found.cell{place} IS NULL THEN {name} ELSE {made} END")
        self._transaction.execute(
            f"""UPDATE {table} SET {", ".join(assigned)}
            FROM (SELECT row_id, {", ".join(cells)} FROM changed_cells GROUP BY row_id) AS found
            WHERE {table}.rowid = found.row_id AND {within}"""
        )


def clean_names(transaction: Transaction, *, is_check: bool) -> Cleaned:
    """Remove the credentials from the names of sources, as they are named now."""
    changed = 0
    for table in ("sources", "losses"):
        for (path,) in transaction.execute(f"SELECT DISTINCT path FROM {table}"):
            name = without_secrets(path) if is_address(path) else stored_name(path)
            if name == path:
                continue
            values = {"path": path, "name": name}
            changed += transaction.value(f"SELECT count(*) FROM {table} WHERE path = $path", {"path": path})
            if not is_check:
                transaction.execute(f"UPDATE {table} SET path = $name WHERE path = $path", values)
    return Cleaned(changed, Counter({"credentials in the names of sources": changed} if changed else {}), 0)
