"""Documents that hold many lines, such as `{"Records": [...]}`, taken apart by DuckDB.

Each element is a line, numbered through the source. A document without its list stays one line, so that nothing goes
without a word.
"""

import json
from dataclasses import replace
from typing import Any

import pyarrow as pa

from pixeldesk.ingest.formats.log_format import Elements
from pixeldesk.ingest.sources.lines import Chunk, UnreadableLine
from pixeldesk.ingest.sql import literal
from pixeldesk.store import Transaction

_SAMPLE_CHARACTERS = 400
_KINDS = ("stringValue", "intValue", "doubleValue", "boolValue", "arrayValue", "kvlistValue", "bytesValue")
_ATTRIBUTES = json.dumps([{"key": "VARCHAR", "value": dict.fromkeys(_KINDS, "JSON")}])
_FIELDS = ("line", "line_number", "byte_offset", "byte_length")


def split_documents(
    transaction: Transaction, chunk: Chunk, elements: Elements, lines_before: int, max_line_bytes: int
) -> Chunk:
    """The chunk with the elements of its documents as lines; `lines_before` were read of the source before it."""
    with transaction.registered("documents", chunk.table):
        table = transaction.arrow(_elements_sql(elements), {"before": lines_before})
    too_long = table["byte_length"].to_numpy() > max_line_bytes
    unreadable = [_too_long(row, max_line_bytes) for row in table.filter(pa.array(too_long)).to_pylist()]
    # What is no text has no elements. It is numbered behind those of its chunk.
    after = lines_before + table.num_rows
    for number, line in enumerate(chunk.unreadable, start=after + 1):
        unreadable.append(replace(line, line_number=number))
    lines = table.num_rows + len(chunk.unreadable) + chunk.blank
    kept = table.filter(pa.array(~too_long)).select(_FIELDS).sort_by("line_number")
    return replace(
        chunk,
        table=kept,
        lines=lines,
        unreadable=unreadable,
        checkpoint=replace(chunk.checkpoint, lines=lines_before + lines if chunk.terminated else lines_before),
        owned=True,
    )


def _too_long(row: dict[str, object], max_line_bytes: int) -> UnreadableLine:
    line = str(row["line"])
    return UnreadableLine(
        line_number=int(str(row["line_number"])),
        byte_offset=int(str(row["byte_offset"])),
        byte_length=int(str(row["byte_length"])),
        digest=int(str(row["digest"])),
        reason=f"an element longer than {max_line_bytes:,} bytes (PIXELDESK_MAX_LINE_BYTES)",
        sample=line[:_SAMPLE_CHARACTERS].encode(),
    )


def _elements_sql(elements: Elements) -> str:
    """Over `documents(line, line_number, byte_offset)`: their elements, each where its document begins."""
    steps = elements.list.split("[].")
    places = [f"place{depth}" for depth in range(len(steps))]
    beside = {path.split(".")[-1]: path.count("[]") for path in elements.along}
    structure = literal(json.dumps(_structure(steps, beside)))
    sql = f"SELECT TRY(from_json(line, {structure})) AS level, line_number AS document, byte_offset FROM documents"
    for depth, step in enumerate(steps):
        for name in (name for name, of in beside.items() if of == depth):
            sql = _with_attributes(f"SELECT *, level.{name} AS {name} FROM ({sql})", name, elements)
        sql = f"""SELECT * EXCLUDE (level), unnest(level.{step}) AS level,
                generate_subscripts(level.{step}, 1) AS {places[depth]}
            FROM ({sql})"""
    line = "coalesce(level::VARCHAR, 'null')"
    if elements.along:
        sql = _with_attributes(f"SELECT * EXCLUDE (level), level AS record FROM ({sql})", "record", elements)
        line = f"json_object({', '.join(f'{literal(name)}, {name}' for name in ('record', *beside))})::VARCHAR"
    order = ", ".join(("document", *places))
    return f"""
        WITH parts AS (
            SELECT {order}, byte_offset, {line} AS line FROM ({sql})
        ), whole AS (
            SELECT line_number, {", ".join("0" for _ in places)}, byte_offset, line FROM documents
            WHERE line_number NOT IN (SELECT document FROM parts)
        ), lines AS (SELECT * FROM parts UNION ALL SELECT * FROM whole)
        SELECT line, $before + row_number() OVER (ORDER BY {order}) AS line_number,
            byte_offset, strlen(line) AS byte_length, hash(line) AS digest
        FROM lines"""


def _structure(steps: list[str], beside: dict[str, int], depth: int = 0) -> Any:
    """What `from_json` is to take out of a document: the lists, down to elements that stay JSON."""
    if depth == len(steps):
        return "JSON"
    others = {name: "JSON" for name, of in beside.items() if of == depth}
    return {**others, steps[depth]: [_structure(steps, beside, depth + 1)]}


def _with_attributes(sql: str, name: str, elements: Elements) -> str:
    """With a column's list of attributes as an object."""
    for inner in (path.partition(".")[2] for path in elements.attributes if path.startswith(f"{name}.")):
        listed = f"TRY(from_json({name} -> {literal(f'$.{inner}')}, {literal(_ATTRIBUTES)}))"
        first = "one.key IS NOT NULL AND list_position(keys, one.key) = place"
        value = f"coalesce({', '.join(f'one.value.{kind}' for kind in _KINDS)})"
        flat = f"to_json(map(list_transform(own, lambda one: one.key), list_transform(own, lambda one: {value})))"
        # A second one of a name, and one without, stay in a list of their own.
        rest = f"list_filter(listed, lambda one, place: NOT coalesce({first}, false))"
        patches = (f"{literal(inner)}, {flat}", f"{literal(inner)}, {flat}, 'repeated', to_json({rest})")
        whole, parted = (f"json_merge_patch({name}, json_object({patch}))" for patch in patches)
        sql = f"""SELECT * EXCLUDE (listed, keys, own, {name}),
                CASE WHEN own IS NULL THEN {name} WHEN len(own) = len(listed) THEN {whole} ELSE {parted} END AS {name}
            FROM (SELECT *, list_filter(listed, lambda one, place: {first}) AS own
                FROM (SELECT *, list_transform(listed, lambda one: one.key) AS keys
                    FROM (SELECT *, {listed} AS listed FROM ({sql}))))"""
    return sql
