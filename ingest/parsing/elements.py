"""Split documents that hold many lines, such as `{"Records": [...]}`, into their elements, in DuckDB.

Each element is a line, numbered through the source. A document without its list stays one line, so that nothing is
dropped silently.
"""

import json
from dataclasses import replace
from typing import Any

import pyarrow as pa

from pixeldesk.ingest.formats.log_format import Elements
from pixeldesk.ingest.parsing.plain_values import KINDS, is_nested_sql, with_plain_sql
from pixeldesk.ingest.redaction.scan import scanned
from pixeldesk.ingest.sources.lines import Chunk, UnreadableLine
from pixeldesk.ingest.sources.reason import Reason
from pixeldesk.ingest.sql import literal
from pixeldesk.store import Transaction

_SAMPLE_CHARACTERS = 400
_ATTRIBUTES = [{"key": "VARCHAR", "value": dict.fromkeys(KINDS, "JSON")}]
_NESTED_EXIST = f"SELECT EXISTS (SELECT 1 FROM documents WHERE {is_nested_sql('line')})"
_FIELDS = ("line", "line_number", "byte_offset", "byte_length")


def split_documents(
    transaction: Transaction, chunk: Chunk, elements: Elements, lines_before: int, max_line_bytes: int
) -> Chunk:
    """Return the chunk with the elements of its documents as lines, numbered after the `lines_before` of the source."""
    with transaction.registered("documents", chunk.table):
        are_nested = bool(elements.attributes) and transaction.value(_NESTED_EXIST)
        table = transaction.arrow(_elements_sql(elements, are_nested), {"before": lines_before})
    too_long = table["byte_length"].to_numpy() > max_line_bytes
    unreadable = [_too_long(row, max_line_bytes) for row in table.filter(pa.array(too_long)).to_pylist()]
    # A line that is not text has no elements. It is numbered after the elements of its chunk.
    after = lines_before + table.num_rows
    for number, line in enumerate(chunk.unreadable, start=after + 1):
        unreadable.append(replace(line, line_number=number))
    lines = table.num_rows + len(chunk.unreadable) + chunk.blank
    short = scanned(table.filter(pa.array(~too_long)).select(_FIELDS).sort_by("line_number"))
    return replace(
        chunk,
        table=short,
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
        reason=Reason.of(f"an element longer than {max_line_bytes:,} bytes (PIXELDESK_MAX_LINE_BYTES)"),
        content=line[:_SAMPLE_CHARACTERS].encode(),
        is_whole=False,
    )


def _elements_sql(elements: Elements, are_nested: bool) -> str:
    """Return the SELECT of the elements of `documents(line, line_number, byte_offset)`.

    The offset of an element is that of its document.
    """
    steps = elements.list.split("[].")
    indexes = [f"index{depth}" for depth in range(len(steps))]
    beside = {path.split(".")[-1]: path.count("[]") for path in elements.along}
    structure = literal(json.dumps(_structure(steps, beside)))
    sql = f"SELECT TRY(from_json(line, {structure})) AS level, line_number AS document, byte_offset FROM documents"
    for depth, step in enumerate(steps):
        for name in (name for name, level in beside.items() if level == depth):
            sql = _with_attributes(f"SELECT *, level.{name} AS {name} FROM ({sql})", name, elements, are_nested)
        sql = f"""SELECT * EXCLUDE (level), unnest(level.{step}) AS level,
                generate_subscripts(level.{step}, 1) AS {indexes[depth]}
            FROM ({sql})"""
    line = "coalesce(level::VARCHAR, 'null')"
    if elements.pairs:
        line = f"coalesce({_object_sql(elements.pairs)}, {line})"
    if elements.along:
        sql = _with_attributes(
            f"SELECT * EXCLUDE (level), level AS record FROM ({sql})", "record", elements, are_nested
        )
        line = f"json_object({', '.join(f'{literal(name)}, {name}' for name in ('record', *beside))})::VARCHAR"
    order = ", ".join(("document", *indexes))
    return f"""
        WITH parts AS (
            SELECT {order}, byte_offset, {line} AS line FROM ({sql})
        ), whole AS (
            SELECT line_number, {", ".join("0" for _ in indexes)}, byte_offset, line FROM documents
            WHERE line_number NOT IN (SELECT document FROM parts)
        ), lines AS (SELECT * FROM parts UNION ALL SELECT * FROM whole)
        SELECT line, $before + row_number() OVER (ORDER BY {order}) AS line_number,
            byte_offset, strlen(line) AS byte_length, hash(line) AS digest
        FROM lines"""


def _structure(steps: list[str], beside: dict[str, int], depth: int = 0) -> Any:
    """Return the structure for `from_json`: the lists, down to the elements, which stay JSON."""
    if depth == len(steps):
        return "JSON"
    others = {name: "JSON" for name, level in beside.items() if level == depth}
    *parents, name = steps[depth].split(".")
    structure: Any = {name: [_structure(steps, beside, depth + 1)]}
    for parent in reversed(parents):
        structure = {parent: structure}
    return {**others, **structure}


def _object_sql(pairs: tuple[str, str]) -> str:
    """Return the expression for the object that a list of pairs stands for; NULL if it is none."""
    structure = literal(json.dumps([dict.fromkeys(pairs, "VARCHAR")]))
    name, value = (f"pair.{each}" for each in pairs)
    listed = f"TRY(from_json(level, {structure}))"
    names = f"list_transform({listed}, lambda pair: {name})"
    # Of a name that comes again, the first value counts: a map takes each name once.
    firsts = f"list_filter({listed}, lambda pair, index: {name} IS NOT NULL AND list_position({names}, {name}) = index)"
    keys, values = (f"list_transform({firsts}, lambda pair: {each})" for each in (name, value))
    return f"nullif(to_json(map({keys}, {values}))::VARCHAR, '{{}}')"


def _with_attributes(sql: str, name: str, elements: Elements, are_nested: bool) -> str:
    """Wrap a SELECT so that the attribute lists of a column become objects, and OTLP values in it plain JSON."""
    for inner in (path.partition(".")[2] for path in elements.values if path.startswith(f"{name}.")):
        sql = _with_plain_value(sql, name, inner) if are_nested else sql
    for inner in (path.partition(".")[2] for path in elements.attributes if path.startswith(f"{name}.")):
        listed = f"TRY(from_json({name} -> {literal(f'$.{inner}')}, {literal(json.dumps(_ATTRIBUTES))}))"
        first = "attribute.key IS NOT NULL AND list_position(keys, attribute.key) = index"
        value = f"coalesce({', '.join(f'attribute.value.{kind}' for kind in KINDS)})"
        names = "list_transform(firsts, lambda attribute: attribute.key)"
        flat = f"to_json(map({names}, list_transform(firsts, lambda attribute: {value})))"
        # A repeated name, and an attribute without a name, stay in a list of their own.
        rest = f"list_filter(listed, lambda attribute, index: NOT coalesce({first}, false))"
        patches = (f"{literal(inner)}, {flat}", f"{literal(inner)}, {flat}, 'repeated', to_json({rest})")
        whole, parted = (f"json_merge_patch({name}, json_object({patch}))" for patch in patches)
        sql = f"""SELECT *, list_filter(listed, lambda attribute, index: {first}) AS firsts
            FROM (SELECT *, list_transform(listed, lambda attribute: attribute.key) AS keys
                FROM (SELECT *, {listed} AS listed FROM ({sql})))"""
        as_value = f"'{{\"kvlistValue\":{{\"values\":' || ({name} -> {literal(f'$.{inner}')}) || '}}}}'"
        unique = f"CASE WHEN len(firsts) = len(listed) THEN {as_value} END"
        sql = with_plain_sql(sql, unique) if are_nested else f"SELECT *, NULL::JSON AS plain FROM ({sql})"
        sql = f"""SELECT * EXCLUDE (listed, keys, firsts, plain, {name}),
                CASE WHEN firsts IS NULL THEN {name}
                    WHEN plain IS NOT NULL THEN json_merge_patch({name}, json_object({literal(inner)}, plain))
                    WHEN len(firsts) = len(listed) THEN {whole} ELSE {parted} END AS {name}
            FROM ({sql})"""
    return sql


def _with_plain_value(sql: str, name: str, inner: str) -> str:
    """Wrap a SELECT so that a value of OTLP in a column becomes plain JSON, if it is a list or an object."""
    # A patch would merge a plain object into that of OTLP, so that is taken away first.
    removed = f"json_merge_patch({name}, json_object({literal(inner)}, NULL))"
    return f"""SELECT * EXCLUDE ({name}, plain),
            CASE WHEN plain IS NULL THEN {name}
                ELSE json_merge_patch({removed}, json_object({literal(inner)}, plain)) END AS {name}
        FROM ({with_plain_sql(sql, f"({name} -> {literal(f'$.{inner}')})::VARCHAR")})"""
