"""Generate the SQL that parses lines into typed columns, from a log format.

It reads `lines(row, batch_id, source_id, line, line_number, byte_offset, byte_length)` and returns one row a line:
the outcome ('request', 'event', 'unmapped' or 'refused'), the position and the hash of the line, the redacted line
`raw`, and the columns. Good lines are parsed, checked and redacted here and never pass through Python.

An envelope is unwrapped first: layer 0 is the line, layer 1 the JSON inside it, and so on. A column takes its value
from the innermost layer that has it; the outer layers are defaults.

`from_json` silently returns NULL for what it cannot convert. Every field is therefore extracted as text, and a text
that does not convert refuses the line.
"""

from dataclasses import dataclass
from functools import cached_property

from pixeldesk.ingest.formats.columns import COLUMNS
from pixeldesk.ingest.formats.json_path import JsonPath
from pixeldesk.ingest.formats.log_format import FieldRule, LogFormat
from pixeldesk.ingest.parsing.extraction import Extraction
from pixeldesk.ingest.parsing.field_sql import Candidate, ColumnSql
from pixeldesk.ingest.parsing.time_notation import Times
from pixeldesk.ingest.redaction.in_sql import presented_key_sql, suspect_sql
from pixeldesk.ingest.sources.mending import mended_sql, needs_mending_sql
from pixeldesk.ingest.sql import literal

# Columns that the tables need even if the format has no such field.
_ALWAYS = ("timestamp", "request_id", "environment", "host", "release", "level", "message", "status")
_KEY_COLUMNS = ("key_fingerprint", "key_prefix", "key_length")
# In characters, including the prefix with its kind.
_LONGEST_ALIAS = 211


def suspects_sql(log_format: LogFormat, *, are_scanned: bool = False) -> str:
    """Return a SELECT over `lines`: row, line, is_mended and presented_key of the few lines that may hold a secret, or
    need mending.

    `are_scanned`: is_suspect of `lines` says of each whether it may hold a secret; it may be NULL otherwise.
    """
    presented = []
    document = "line"
    for layer in log_format.layers:
        paths = [spelling.in_sql for path in layer.api_key for spelling in layer.spellings(path)]
        presented.append(presented_key_sql(document, paths))
        contents = [f"TRY({document} ->> {literal(path.in_sql)})" for path in layer.content]
        document = contents[0] if len(contents) == 1 else f"coalesce({', '.join(contents or ['NULL'])})"
    # The innermost layer knows best which key was presented.
    key = presented[0] if len(presented) == 1 else f"coalesce({', '.join(reversed(presented))})"
    # The servers that write the native format repeat no name, and its lines are the most.
    names = not log_format.strict
    is_suspect = "is_suspect" if are_scanned else f"coalesce(is_suspect, {suspect_sql('line')})"
    return f"""SELECT row, line, line <> unmended AS is_mended, {key} AS presented_key
        FROM (SELECT row, {mended_sql("line", names=names)} AS line, line AS unmended FROM lines
            WHERE {is_suspect} OR {needs_mending_sql("line", names=names)})"""


@dataclass(frozen=True)
class Known:
    """Where the columns are that a line which was redacted before no longer tells: expressions over `lines`.

    `key` has the fingerprint, the prefix and the length of a presented key; None derives them from the line.
    `occurrence` says which of the equal lines of its source a line is; None counts them.
    """

    line_hash: str = "hash(line)"
    key: tuple[str, str, str] | None = None
    occurrence: str | None = None

    @property
    def key_sql(self) -> str:
        """The expression for the traits of the presented key, as a struct."""
        derived = ("left(sha256(presented_key), 16)", "presented_key", "length(presented_key)")
        fingerprint, prefix, length = self.key or derived
        return f"{{fingerprint: {fingerprint}, prefix: {prefix}, length: {length}}}"


NOTHING_KNOWN = Known()


class ParseSql:
    """The statement for one format. Lines with a time that is not plausible by `times` get clock_suspect."""

    def __init__(self, log_format: LogFormat, times: Times) -> None:
        self._format = log_format
        self._times = times
        # With an envelope a value has two possible paths, and what one layer lacks the other may have.
        self._strict = log_format.strict and log_format.inner is None
        self._layers = [_Layer(layer, number) for number, layer in enumerate(log_format.layers)]
        self._columns = [self._column(name) for name in COLUMNS if self._has(name)]
        self._texts = {column.name: column.text for column in self._columns}

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a request that the statement returns."""
        derived = [name for name in _KEY_COLUMNS if name not in self._texts]
        further = (*(("seat",) if self.has_seats else ()), *(("id_is_counted",) if self.joins_lines else ()))
        return (*self._texts, *derived, *further)

    @property
    def has_aliases(self) -> bool:
        """Whether the statement returns a column `aliases`, a list of texts `kind:id`."""
        return any(layer.log_format.aliases for layer in self._layers)

    @cached_property
    def has_seats(self) -> bool:
        """Whether the statement returns a column `seat`: NULL for lines that the application itself wrote."""
        return any(layer.log_format.seat != "application" for layer in self._layers)

    @property
    def joins_lines(self) -> bool:
        """Whether several lines may be of one request, so that the statement returns what they are joined by.

        The columns: is_remark, joined_by, line_seat (that of an event too) and other_names.
        """
        return not self._strict and any("status" in layer.log_format.columns for layer in self._layers)

    def select(self, lines: str = "lines", known: Known = NOTHING_KNOWN) -> str:
        """Return a SELECT over `lines`, a table or a subquery, and `redacted`, those of them that were redacted."""
        oldest, newest, _ = self._times
        seat, aliases = self._seat(), self._aliases()
        texts = [f"{text} AS {_as_text(name)}" for name, text in self._texts.items()]
        typed = [f"{column.typed(_as_text(column.name))} AS {column.name}" for column in self._columns]
        extras = ([f"{seat} AS seat"] if self.has_seats else []) + ([f"{aliases} AS aliases"] if aliases else [])
        joining = self._joining() if self.joins_lines else {}
        extras += [f"{expression} AS {name}" for name, expression in joining.items()]
        return f"""
            WITH received AS (
                SELECT input.row, batch_id, source_id, line_number, byte_offset, byte_length,
                    {known.line_hash} AS line_hash, coalesce(redacted.raw, line) AS raw, {known.key_sql} AS presented,
                    {known.occurrence or "1"} AS known_occurrence
                FROM {lines} AS input LEFT JOIN redacted ON redacted.row = input.row
            ), {self._unwrapped()}, texts AS (
                SELECT *, coalesce({self._is_known()}, false) AS is_known, {", ".join([*texts, *extras])} FROM parsed
            ), typed AS (
                SELECT *, {", ".join(typed)} FROM texts
            )
            SELECT {self._outcome()} AS outcome, is_known,
                row, batch_id, source_id, line_number, byte_offset, byte_length, line_hash, raw,
                {", ".join(map(self._stored, self.columns))}{", aliases" if aliases else ""},
                {"".join(f"{name}, " for name in joining if name not in self.columns)}
                coalesce(timestamp < TIMESTAMP '{oldest}' OR timestamp > TIMESTAMP '{newest}', false)
                    AS clock_suspect,
                known_occurrence, {self._has_identity()} AS has_identity, {self._has_made_id} AS has_made_id
            FROM typed"""

    def names_sql(self, layer: int) -> str:
        """Return a SELECT over `lines` and `redacted` of the top-level names in the documents of a layer."""
        document = f"document{layer}" if layer else "raw"
        return f"""
            WITH received AS (
                SELECT coalesce(redacted.raw, line) AS raw FROM lines LEFT JOIN redacted ON redacted.row = lines.row
            ), {self._unwrapped()}
            SELECT DISTINCT unnest(json_keys({document})) FROM parsed WHERE json_valid({document})"""

    def _has(self, name: str) -> bool:
        return name in _ALWAYS or any(name in layer.log_format.columns for layer in self._layers)

    def _column(self, name: str) -> ColumnSql:
        return ColumnSql(name, COLUMNS[name], self._candidates(name), self._times, strict=self._strict)

    def _candidates(self, name: str) -> list[Candidate]:
        candidates = [
            Candidate(rule, layer.extraction, layer.log_format.absent, self._condition(layer, rule.path))
            for layer in reversed(self._layers)
            for rule in layer.log_format.columns.get(name, ())
        ]
        # The counter of a process is used only if no layer has a better id.
        candidates.sort(key=lambda candidate: bool(candidate.rule.counter_of))
        return candidates

    def _condition(self, layer: "_Layer", path: JsonPath | None) -> str | None:
        """Return the condition under which a path holds text: not if its content was read as an inner layer."""
        has_inner = layer.number + 1 < len(self._layers)
        return f"x{layer.number + 1} IS NULL" if has_inner and path in layer.log_format.content else None

    def _unwrapped(self) -> str:
        """Return the CTEs from `received` to `parsed`, with a column x0, x1, … a layer, NULL if it is no object."""
        steps = []
        document, before = "raw", "received"
        for number, layer in enumerate(self._layers):
            extraction = layer.extraction
            inner = number + 1 < len(self._layers)
            name = f"layer{number}" if inner else "parsed"
            opened = f"{extraction.document_sql(document)} AS {extraction.column}"
            steps.append(f"opened{number} AS (SELECT *, {opened} FROM {before})")
            if layer.log_format.content:
                found = f"SELECT *, {layer.found_content} AS {layer.content} FROM opened{number}"
                steps.append(f"found{number} AS ({found})")
                mended = f"{mended_sql(layer.content, names=True)} AS {layer.content}"
                steps.append(f"mended{number} AS (SELECT * REPLACE ({mended}) FROM found{number})")
            inside = f", {self._inner_document(layer, document)} AS document{number + 1}" if inner else ""
            before = f"mended{number}" if layer.log_format.content else f"opened{number}"
            steps.append(f"{name} AS (SELECT *{inside} FROM {before})")
            document, before = f"document{number + 1}", name
        return ", ".join(steps)

    def _inner_document(self, layer: "_Layer", document: str) -> str:
        """Return the expression for the document inside an envelope: a JSON object, or a text if that is expected."""
        content, inner = layer.content, self._layers[layer.number + 1].log_format
        is_readable = "true" if inner.is_text else layer.has_json_inside
        # A line that came without its envelope is read as the content of one.
        return (
            f"CASE WHEN NOT coalesce({layer.recognised}, false) THEN {document} WHEN {is_readable} THEN {content} END"
        )

    def _is_known(self, *, with_words: bool = False) -> str:
        """Return the condition that a line is known: by a layer, and what is inside an envelope by a further one.

        With `with_words`, also a text that nothing reads is, as an event of its envelope, if that has a time.
        """
        unknown_inside = []
        for layer in self._layers:
            if layer.log_format.content and not layer.log_format.knows_any_content:
                deeper = [f"coalesce({inner.recognised}, false)" for inner in self._layers[layer.number + 1 :]]
                are_words_known = with_words and "timestamp" in layer.log_format.columns
                is_needed = layer.has_json_inside if are_words_known else "true"
                unknown_inside.append(
                    f"({layer.recognised} AND {is_needed} AND NOT ({' OR '.join(deeper) or 'false'}))"
                )
        recognised = " OR ".join(layer.recognised for layer in self._layers)
        if not unknown_inside:
            return f"({recognised})"
        return f"(({recognised}) AND NOT coalesce({' OR '.join(unknown_inside)}, false))"

    def _outcome(self) -> str:
        unfit = [
            f"({_as_text(column.name)} IS NOT NULL AND {column.name} IS NULL)"
            for column in self._columns
            if column.may_not_fit
        ]
        request_id, status = _as_text("request_id"), _as_text("status")
        strict = ""
        if self._strict:
            unfit.append("request_id IS NULL")
            strict = f"WHEN {' OR '.join(self._wrong_types())} THEN 'refused'"
        return f"""CASE
            WHEN NOT coalesce({self._is_known(with_words=True)}, false) THEN
                CASE WHEN {self._is_object()} THEN 'unmapped' ELSE 'refused' END
            WHEN timestamp IS NULL THEN 'refused'
            WHEN {status} IS NULL THEN
                CASE WHEN {request_id} IS NOT NULL AND request_id IS NULL THEN 'refused' ELSE 'event' END
            WHEN {" OR ".join(unfit)} THEN 'refused'
            {strict}
            ELSE 'request' END"""

    def _is_object(self) -> str:
        """Return the condition that a line which is not known is an object all the same, or has one inside it."""
        is_object = "TRY(CASE WHEN json_valid(raw) THEN json_type(raw) END) = 'OBJECT'"
        return f"coalesce(x0 IS NOT NULL OR {is_object}, false)" if self._layers[0].log_format.is_text else is_object

    def _has_identity(self) -> str:
        """Return the condition that a good line has what no other line has: a request id, or a fraction of a second.

        A fraction of zero is none: some programs write .000 after every time.
        """
        return (
            f"({_as_text('request_id')} IS NOT NULL OR coalesce(timestamp <> date_trunc('second', timestamp), false))"
        )

    @property
    def _has_made_id(self) -> str:
        """The condition that a request has no id in its line, so that the hash of the line serves as one."""
        return f"({_as_text('status')} IS NOT NULL AND {_as_text('request_id')} IS NULL)"

    def _wrong_types(self) -> list[str]:
        """Return conditions that are true if a text replaces an object, or if anything else replaces a list.

        `from_json` returns NULLs for both, so the line is parsed again only if all values are NULL. A key logged in
        clear is a text that replaces the object `api_key`; its fingerprint, prefix and length have been derived.
        """
        conditions = []
        for name in self._format.objects:
            leaves = [
                f"x0.{_quoted(rule.path)} IS NULL"
                for field in self._format.fields
                for rule in field.rules
                if rule.path and rule.path.steps[0] == name and len(rule.path.steps) > 1
            ]
            allowed = "'OBJECT', 'VARCHAR'" if name == "api_key" else "'OBJECT'"
            conditions.append(
                f"""CASE WHEN x0."{name}" IS NOT NULL AND {" AND ".join(leaves)}
                THEN json_type(raw, '$.{name}') NOT IN ({allowed}) ELSE false END"""
            )
        for field in (field for field in self._format.fields if field.kind.type == "texts"):
            (path,) = (rule.path for rule in field.rules if rule.path)
            parent = JsonPath(path.steps[:-1])
            conditions.append(
                f"""CASE WHEN x0.{_quoted(parent)} IS NOT NULL AND x0.{_quoted(path)} IS NULL
                THEN coalesce(json_type(raw, '$.{path}') NOT IN ('ARRAY', 'NULL'), false) ELSE false END"""
            )
        return conditions

    def _seat(self) -> str:
        """Return the expression for the seat of the innermost layer that has the status."""
        seats = []
        for layer in reversed(self._layers):
            seat = layer.log_format.seat
            statuses = [
                Candidate(rule, layer.extraction, layer.log_format.absent).text
                for rule in layer.log_format.columns.get("status", ())
            ]
            if statuses:
                has_it = " OR ".join(f"{status} IS NOT NULL" for status in statuses)
                seats.append(f"WHEN {has_it} THEN {'NULL' if seat == 'application' else literal(seat)}")
        return f"CASE {' '.join(seats)} END::VARCHAR" if seats else "NULL::VARCHAR"

    def _joining(self) -> dict[str, str]:
        """Return the expressions by which lines of one request are joined, by the names of their columns."""
        remarks = [
            Candidate(rule, layer.extraction, layer.log_format.absent).text
            for layer in self._layers
            for rule in layer.log_format.remark
        ]
        # The operator || is NULL if any of the values is absent. No id begins with a blank.
        joined_by = [
            "' ' || " + " || ' ' || ".join(layer.extraction.value(path) for path in layer.log_format.joined_by)
            for layer in reversed(self._layers)
            if layer.log_format.joined_by
        ]
        seats = " ".join(
            f"WHEN {layer.extraction.column} IS NOT NULL THEN "
            + ("NULL" if layer.log_format.seat == "application" else literal(layer.log_format.seat))
            for layer in reversed(self._layers)
        )
        others = "[alias[9:] FOR alias IN aliases IF starts_with(alias, 'request:')]"
        return {
            "is_remark": f"coalesce({', '.join(remarks)}) IS NOT NULL" if remarks else "false",
            "joined_by": f"coalesce({', '.join(joined_by)})" if joined_by else "NULL::VARCHAR",
            "line_seat": f"(CASE {seats} END)::VARCHAR",
            "id_is_counted": f"{self._counter()} IS NOT NULL",
            "other_names": others if self.has_aliases else "[]::VARCHAR[]",
        }

    def _counter(self) -> str:
        """Return the expression for the counter of which the request id is made; NULL for another id."""
        candidates = self._candidates("request_id")
        better = ", ".join(candidate.text for candidate in candidates if not candidate.rule.counter_of)
        counters = ", ".join(candidate.counter for candidate in candidates if candidate.rule.counter_of)
        if not counters:
            return "NULL::VARCHAR"
        return f"CASE WHEN coalesce({better or 'NULL'}) IS NULL THEN coalesce({counters}) END"

    def _aliases(self) -> str:
        named = [
            f"{literal(kind + ':')} || {Candidate(rule, layer.extraction, layer.log_format.absent).text}"
            for layer in self._layers
            for kind, rules in layer.log_format.aliases.items()
            for rule in rules
        ]
        if not named:
            return ""
        # What a customer sees of an id that counts in one process. A mere number would be found in every text.
        named.append(f"'counted:' || nullif(regexp_extract({self._counter()}, '^req-.*'), '')")
        return f"list_filter([{', '.join(named)}], lambda alias: length(alias) <= {_LONGEST_ALIAS})"

    def _own_id(self) -> str:
        """Return the expression for the id of a line; an event without one has that of its trace, to be found by."""
        if not self.has_aliases:
            return "request_id"
        trace = "list_filter(aliases, lambda named: starts_with(named, 'trace:'))[1]"
        return f"coalesce(request_id, CASE WHEN {_as_text('status')} IS NULL THEN {trace}[7:] END)"

    def _stored(self, name: str) -> str:
        # If a server logged the key itself, its fingerprint, prefix and length are derived and the key is dropped.
        logged = name if name in self._texts else "NULL"
        match name:
            case "key_fingerprint":
                return f"coalesce({logged}, presented.fingerprint) AS key_fingerprint"
            case "key_prefix":
                return f"left(coalesce({logged}, presented.prefix), 12) AS key_prefix"
            case "key_length":
                return f"coalesce({logged}, presented.length) AS key_length"
            case "request_id" if not self._strict:
                # Many access logs have no id. The hash of the line serves as one: it is the same in every store.
                made_id = "'line-' || lower(hex(line_hash))"
                return f"CASE WHEN {self._has_made_id} THEN {made_id} ELSE {self._own_id()} END AS request_id"
            case _:
                return name


class _Layer:
    """One layer: its format, and the values extracted from its document."""

    def __init__(self, log_format: LogFormat, number: int) -> None:
        self.log_format = log_format
        self.number = number
        self.extraction = Extraction(log_format, number)
        groups = [" AND ".join(map(self._has, group)) for group in log_format.groups(is_inside=number > 0)]
        if log_format.text_patterns and not groups:
            groups = [f"{self.extraction.column} IS NOT NULL"]
        self.recognised = "(" + (" OR ".join(f"({group})" for group in groups) or "false") + ")"
        if log_format.unlike:
            self.recognised = f"({self.recognised} AND NOT {self._has(log_format.unlike)})"

    def _has(self, rules: tuple[FieldRule, ...]) -> str:
        """Return the condition that one of the rules finds a value."""
        texts = [Candidate(rule, self.extraction, ()).text for rule in rules]
        found = texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"
        return f"{found} IS NOT NULL"

    @property
    def content(self) -> str:
        """The column of what an envelope holds, as text, mended."""
        return f"content{self.number}"

    @property
    def found_content(self) -> str:
        """The expression for what an envelope holds, as text."""
        contents = [self.extraction.value(path) for path in self.log_format.content]
        return f"coalesce({', '.join(contents)})" if len(contents) > 1 else contents[0]

    @property
    def has_json_inside(self) -> str:
        """The condition that an envelope holds an object."""
        return f"coalesce(regexp_matches({self.content}, '^[ \\t\\r\\n]*[{{]'), false)"


def _as_text(column: str) -> str:
    return f"{column}_text"


def _quoted(path: JsonPath) -> str:
    return ".".join(f'"{step}"' for step in path.steps)
