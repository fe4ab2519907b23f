"""The SQL that turns a column of lines into typed columns, written from a log format.

It reads `lines(row, batch_id, source_id, line, line_number, byte_offset, byte_length)` and yields one row a line:
outcome ('request', 'event', 'unmapped' or 'refused'), where the line is, its hash, the redacted line `raw`, and the
columns. Good lines are parsed, checked and redacted here and never pass through Python.

An envelope is unwrapped first: layer 0 is the line, layer 1 the JSON inside it, and so on. A column is taken from the
innermost layer that has it; the outer ones are its defaults.

`from_json` makes NULL of what it cannot convert, so every field is taken as text first and a text that does not
convert refuses the line.
"""

from functools import cached_property

from pixeldesk.ingest.formats.columns import COLUMNS
from pixeldesk.ingest.formats.json_path import JsonPath
from pixeldesk.ingest.formats.log_format import LogFormat
from pixeldesk.ingest.parsing.extraction import Extraction
from pixeldesk.ingest.parsing.field_sql import Candidate, ColumnSql
from pixeldesk.ingest.redaction.in_sql import presented_key_sql, redact_sql, suspect_sql
from pixeldesk.ingest.sql import literal

# What a table of lines needs even where a format has no such field.
_ALWAYS = ("timestamp", "request_id", "environment", "host", "release", "level", "message", "status")
_KEY_COLUMNS = ("key_fingerprint", "key_prefix", "key_length")
# With its kind before it.
_LONGEST_ALIAS = 211


def redact_suspects_sql(log_format: LogFormat) -> str:
    """One SELECT over `lines`: row, raw and presented_key of the few lines that may hold a secret.

    A statement of its own, for its rules take longer to plan than a small chunk takes to parse.
    """
    presented = []
    document = "line"
    for layer in log_format.layers:
        paths = [spelling.in_sql for path in layer.api_key for spelling in layer.spellings(path)]
        presented.append(presented_key_sql(document, paths))
        contents = [f"TRY({document} ->> {literal(path.in_sql)})" for path in layer.content]
        document = contents[0] if len(contents) == 1 else f"coalesce({', '.join(contents or ['NULL'])})"
    # The innermost line knows best which key it was.
    key = presented[0] if len(presented) == 1 else f"coalesce({', '.join(reversed(presented))})"
    return f"""SELECT row, {redact_sql("line")} AS raw, {key} AS presented_key
        FROM lines WHERE {suspect_sql("line")}"""


def suspects_exist_sql() -> str:
    """Whether any of `lines` may hold a secret."""
    return f"SELECT EXISTS (SELECT 1 FROM lines WHERE {suspect_sql('line')})"


class ParseSql:
    """The statement for one format. `oldest` and `newest` (UTC): lines dated outside get clock_suspect."""

    def __init__(self, log_format: LogFormat, oldest: str, newest: str) -> None:
        self._format = log_format
        self._span = (oldest, newest)
        # Inside an envelope there are two places for a value, and what is missing in one may be in the other.
        self._strict = log_format.strict and log_format.inner is None
        self._layers = [_Layer(layer, number, self._strict) for number, layer in enumerate(log_format.layers)]
        self._columns = [self._column(name) for name in COLUMNS if self._has(name)]
        self._texts = {column.name: column.text for column in self._columns}

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a request that it yields."""
        derived = [name for name in _KEY_COLUMNS if name not in self._texts]
        return (*self._texts, *derived, *(("seat",) if self.has_seats else ()))

    @property
    def has_aliases(self) -> bool:
        """Whether it yields a column `aliases`, a list of texts `kind:id`."""
        return any(layer.log_format.aliases for layer in self._layers)

    @cached_property
    def has_seats(self) -> bool:
        """Whether it yields a column `seat`: NULL for what the request's own program wrote."""
        return any(layer.log_format.seat != "application" for layer in self._layers)

    def select(self, lines: str = "lines") -> str:
        """One SELECT over `lines`, a table or a subquery, and `redacted`, the result of redact_suspects_sql."""
        oldest, newest = self._span
        # Everything has to be asked for before the extractions are written down.
        outcome, seat, aliases = self._outcome(), self._seat(), self._aliases()
        texts = [f"{text} AS {_as_text(name)}" for name, text in self._texts.items()]
        typed = [f"{column.typed(_as_text(column.name))} AS {column.name}" for column in self._columns]
        extras = ([f"{seat} AS seat"] if self.has_seats else []) + ([f"{aliases} AS aliases"] if aliases else [])
        return f"""
            WITH received AS (
                SELECT given.row, batch_id, source_id, line_number, byte_offset, byte_length, hash(line) AS line_hash,
                    coalesce(redacted.raw, line) AS raw, presented_key
                FROM {lines} AS given LEFT JOIN redacted ON redacted.row = given.row
            ), {self._unwrapped()}, texts AS (
                SELECT *, {", ".join([*texts, *extras])} FROM parsed
            ), typed AS (
                SELECT *, {", ".join(typed)} FROM texts
            )
            SELECT {outcome} AS outcome,
                row, batch_id, source_id, line_number, byte_offset, byte_length, line_hash, raw,
                {", ".join(map(self._kept, self.columns))}{", aliases" if aliases else ""},
                coalesce(timestamp < TIMESTAMP '{oldest}' OR timestamp > TIMESTAMP '{newest}', false)
                    AS clock_suspect
            FROM typed"""

    def _has(self, name: str) -> bool:
        return name in _ALWAYS or any(name in layer.log_format.columns for layer in self._layers)

    def _column(self, name: str) -> ColumnSql:
        candidates = [
            Candidate(place, layer.extraction, layer.log_format.absent, self._condition(layer, place.path))
            for layer in reversed(self._layers)
            for place in layer.log_format.columns.get(name, ())
        ]
        # A counter of one process is taken only where no layer has a better id.
        candidates.sort(key=lambda one: bool(one.place.counter_of))
        return ColumnSql(name, COLUMNS[name], candidates, strict=self._strict)

    def _condition(self, layer: "_Layer", path: JsonPath | None) -> str | None:
        """What was read as an inner line is not read as text too."""
        has_inner = layer.number + 1 < len(self._layers)
        return f"x{layer.number + 1} IS NULL" if has_inner and path in layer.log_format.content else None

    def _unwrapped(self) -> str:
        """CTEs from `received` to `parsed`: a column x0, x1, … a layer, NULL where it is no JSON object."""
        steps = []
        document, before = "raw", "received"
        for number, layer in enumerate(self._layers):
            extraction = layer.extraction
            inner = number + 1 < len(self._layers)
            name = f"layer{number}" if inner else "parsed"
            # Before its extraction is written down: it asks for the places of the content.
            inside = f", {self._inner_document(layer, document)} AS document{number + 1}" if inner else ""
            opened = f"{extraction.document_sql(document)} AS {extraction.column}"
            steps.append(f"opened{number} AS (SELECT *, {opened} FROM {before})")
            steps.append(f"{name} AS (SELECT *{inside} FROM opened{number})")
            document, before = f"document{number + 1}", name
        return ", ".join(steps)

    def _inner_document(self, layer: "_Layer", document: str) -> str:
        contents = [layer.extraction.value(path) for path in layer.log_format.content]
        content = f"coalesce({', '.join(contents)})" if len(contents) > 1 else contents[0]
        is_object = f"regexp_matches({content}, '^[ \\t\\r\\n]*[{{]')"
        # A line that came without its envelope is read as what would stand in it.
        return f"CASE WHEN NOT {layer.recognised} THEN {document} WHEN {is_object} THEN {content} END"

    def _outcome(self) -> str:
        recognised = " OR ".join(layer.recognised for layer in self._layers)
        unfit = [
            f"({_as_text(column.name)} IS NOT NULL AND {column.name} IS NULL)"
            for column in self._columns
            if column.may_not_fit
        ]
        request_id, status = _as_text("request_id"), _as_text("status")
        strict = ""
        if self._strict:
            unfit.append("request_id IS NULL")
            strict = f"WHEN {' OR '.join(self._wrong_kinds())} THEN 'refused'"
        return f"""CASE
            WHEN x0 IS NULL THEN 'refused'
            WHEN NOT coalesce({recognised}, false) THEN
                CASE WHEN json_type(raw) = 'OBJECT' THEN 'unmapped' ELSE 'refused' END
            WHEN timestamp IS NULL THEN 'refused'
            WHEN {status} IS NULL THEN
                CASE WHEN {request_id} IS NOT NULL AND request_id IS NULL THEN 'refused' ELSE 'event' END
            WHEN {" OR ".join(unfit)} THEN 'refused'
            {strict}
            ELSE 'request' END"""

    def _wrong_kinds(self) -> list[str]:
        """True for a text where an object belongs, or anything but a list where a list belongs.

        `from_json` makes NULLs of both, so only where all is NULL is the line looked at again. A key logged in
        clear is a text in the place of the object `api_key`; what may be known of it has been derived.
        """
        kinds = []
        for name in self._format.objects:
            leaves = [
                f"x0.{_quoted(place.path)} IS NULL"
                for field in self._format.fields
                for place in field.places
                if place.path and place.path.steps[0] == name and len(place.path.steps) > 1
            ]
            allowed = "'OBJECT', 'VARCHAR'" if name == "api_key" else "'OBJECT'"
            kinds.append(
                f"""CASE WHEN x0."{name}" IS NOT NULL AND {" AND ".join(leaves)}
                THEN json_type(raw, '$.{name}') NOT IN ({allowed}) ELSE false END"""
            )
        for field in (field for field in self._format.fields if field.kind.type == "texts"):
            (path,) = (place.path for place in field.places if place.path)
            parent = JsonPath(path.steps[:-1])
            kinds.append(
                f"""CASE WHEN x0.{_quoted(parent)} IS NOT NULL AND x0.{_quoted(path)} IS NULL
                THEN coalesce(json_type(raw, '$.{path}') NOT IN ('ARRAY', 'NULL'), false) ELSE false END"""
            )
        return kinds

    def _seat(self) -> str:
        """The seat of the innermost layer that has the status."""
        seats = []
        for layer in reversed(self._layers):
            seat = layer.log_format.seat
            statuses = [
                Candidate(place, layer.extraction, layer.log_format.absent).text
                for place in layer.log_format.columns.get("status", ())
            ]
            if statuses:
                has_it = " OR ".join(f"{status} IS NOT NULL" for status in statuses)
                seats.append(f"WHEN {has_it} THEN {'NULL' if seat == 'application' else literal(seat)}")
        return f"CASE {' '.join(seats)} END::VARCHAR" if seats else "NULL::VARCHAR"

    def _aliases(self) -> str:
        named = [
            f"{literal(kind + ':')} || {Candidate(place, layer.extraction, layer.log_format.absent).text}"
            for layer in self._layers
            for kind, places in layer.log_format.aliases.items()
            for place in places
        ]
        if not named:
            return ""
        return f"list_filter([{', '.join(named)}], lambda one: length(one) <= {_LONGEST_ALIAS})"

    def _kept(self, name: str) -> str:
        # Where a server logged the key itself, what may be known of it is derived and the key is gone.
        own = name if name in self._texts else "NULL"
        match name:
            case "key_fingerprint":
                return f"coalesce({own}, left(sha256(presented_key), 16)) AS key_fingerprint"
            case "key_prefix":
                return f"left(coalesce({own}, presented_key), 12) AS key_prefix"
            case "key_length":
                return f"coalesce({own}, length(presented_key)) AS key_length"
            case "request_id" if not self._strict:
                # Many access logs have no id. The line's hash is one: the same line has the same one in every store.
                is_nameless = f"{_as_text('status')} IS NOT NULL AND {_as_text('request_id')} IS NULL"
                return (
                    f"CASE WHEN {is_nameless} THEN 'line-' || lower(hex(line_hash)) ELSE request_id END AS request_id"
                )
            case _:
                return name


class _Layer:
    """One format of the layers, and what is taken out of its document."""

    def __init__(self, log_format: LogFormat, number: int, strict: bool) -> None:
        self.log_format = log_format
        self.number = number
        self.extraction = Extraction(log_format, number, strict)
        groups = [
            " AND ".join(f"{self.extraction.value(path)} IS NOT NULL" for path in group)
            for group in log_format.recognised_by
        ]
        self.recognised = "(" + " OR ".join(f"({group})" for group in groups) + ")"


def _as_text(column: str) -> str:
    return f"{column}_text"


def _quoted(path: JsonPath) -> str:
    return ".".join(f'"{step}"' for step in path.steps)
