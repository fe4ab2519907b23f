"""Generate the SQL of one column: from the rules of a format to a typed value."""

from dataclasses import dataclass, replace

from pixeldesk.ingest.formats.columns import NANOSECONDS, Column, Unit
from pixeldesk.ingest.formats.json_path import JsonPath
from pixeldesk.ingest.formats.log_format import FieldRule
from pixeldesk.ingest.parsing.address_sql import address_sql
from pixeldesk.ingest.parsing.extraction import Extraction
from pixeldesk.ingest.parsing.time_notation import Times
from pixeldesk.ingest.parsing.timestamp_sql import timestamp_sql
from pixeldesk.ingest.sql import literal

# Python's datetime cannot represent a time outside this range.
_FIRST = "TIMESTAMP '0001-01-01'"
_LAST = "TIMESTAMP '9999-12-31 23:59:59.999999'"
_WHOLE = r"-?\d+(\.0+)?"
# pino-http counts 1, 2, 3; Fastify req-1, req-2, … in base 36.
COUNTER = r"\d{1,15}|req-[0-9a-z]{1,8}"
# How programs write the unit of a number with it.
UNITS: dict[str, Unit] = {
    "ns": "ns",
    "us": "us",
    "µs": "us",
    "μs": "us",
    "ms": "ms",
    "s": "s",
    "sec": "s",
    "secs": "s",
    "second": "s",
    "seconds": "s",
}
QUANTITY = rf"^ *([0-9]+(?:\.[0-9]+)?) ?({'|'.join(UNITS)}) *$"
# Error, TypeError and java.lang.IllegalStateException are classes.
_CODE = r"[a-z][a-z0-9]*([_.-][a-z0-9]+)*|[A-Z][A-Z0-9]*(_[A-Z0-9]+)*"
_SQL_TYPES = {"timestamp": "TIMESTAMP", "integer": "BIGINT", "number": "DOUBLE", "texts": "VARCHAR[]"}
# The names in use for a level, and the one that is stored for it.
LEVELS = {
    "warning": "warn",
    "err": "error",
    "severe": "error",
    "critical": "fatal",
    "crit": "fatal",
    "alert": "fatal",
    "emerg": "fatal",
    "emergency": "fatal",
    "panic": "fatal",
    "dpanic": "fatal",
    "information": "info",
    "informational": "info",
    "notice": "info",
    "default": "info",
    "success": "info",
    "log": "info",
    "http": "info",
    "verbose": "debug",
    "fine": "debug",
    "finer": "trace",
    "finest": "trace",
    "silly": "trace",
}


@dataclass(frozen=True)
class Candidate:
    """A rule of one layer. It applies only if `condition`, a SQL expression, is true."""

    rule: FieldRule
    extraction: Extraction
    absent: tuple[str, ...]
    condition: str | None = None

    @property
    def text(self) -> str:
        """The expression for the value as text, or NULL."""
        rule = self.rule
        text = self.extraction.value(rule.path) if rule.path else literal(rule.value or "")
        for absent in (*self.absent, *rule.absent):
            text = f"nullif({text}, {literal(absent)})"
        if rule.pattern:
            text = f"nullif(regexp_extract({text}, {literal(rule.pattern)}, 1), '')"
        if rule.values:
            whens = " ".join(f"WHEN {literal(found)} THEN {literal(meaning)}" for found, meaning in rule.values.items())
            text = f"CASE {text} {whens} END"
        if rule.path and rule.value is not None:
            text = f"CASE WHEN {text} IS NOT NULL THEN {literal(rule.value)} END"
        if rule.query:
            query = f"nullif(ltrim({self._query(rule.query)}, '?'), '')"
            text = f"CASE WHEN contains({text}, '?') THEN {text} ELSE coalesce({text} || '?' || {query}, {text}) END"
        if rule.counter_of:
            text = self._with_process(text)
        if rule.beside:
            text = f"CASE WHEN {self._is_beside} THEN {text} END"
        return f"CASE WHEN {self.condition} THEN {text} END" if self.condition else text

    def _query(self, path: JsonPath) -> str:
        """Return the expression for the text of a query: a program may log its parsed form, an object, instead."""
        query = self.extraction.value(path)
        for absent in self.absent:
            query = f"nullif({query}, {literal(absent)})"
        return f"CASE WHEN NOT starts_with({query}, '{{') THEN {query} END"

    @property
    def _is_beside(self) -> str:
        others = [Candidate(rule, self.extraction, self.absent).text for rule in self.rule.beside]
        return f"coalesce({', '.join(others)}) IS NOT NULL"

    @property
    def counter(self) -> str:
        """The expression for the value as text if it is a counter of a process, without the process; else NULL."""
        plain = replace(self, rule=self.rule.model_copy(update={"counter_of": ()})).text
        return f"CASE WHEN regexp_full_match({plain}, '{COUNTER}') THEN {plain} END"

    def _with_process(self, text: str) -> str:
        """Prefix a counter with its process: it restarts in each process, so that alone it identifies nothing."""
        process = ", ".join(self.extraction.value(path) for path in self.rule.counter_of)
        return (
            f"CASE WHEN regexp_full_match({text}, '{COUNTER}') "
            f"THEN coalesce(nullif(concat_ws(':', {process}), ''), 'source-' || source_id) || ':' || {text} "
            f"ELSE {text} END"
        )


class ColumnSql:
    """The SQL of one column, from the candidates for its value, the best first."""

    def __init__(self, name: str, kind: Column, candidates: list[Candidate], times: Times, *, strict: bool) -> None:
        self.name = name
        self.kind = kind
        self._candidates = candidates
        self._times = times
        self._strict = strict

    @property
    def text(self) -> str:
        """The expression for the value found, as text."""
        texts = [self._normalised(candidate.text) for candidate in self._candidates] or ["NULL::VARCHAR"]
        if self.kind.type == "address":
            text = address_sql(texts)
        else:
            text = texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"
        for none in dict.fromkeys(none for candidate in self._candidates for none in candidate.rule.none):
            text = f"nullif({text}, {literal(none)})"
        return text

    def typed(self, text: str) -> str:
        """Return the expression for the typed value, NULL if the text does not fit the column."""
        kind = self.kind
        if not self._candidates:
            return f"NULL::{_SQL_TYPES.get(kind.type, 'VARCHAR')}"
        match kind.type:
            case "timestamp":
                zone = self._times.zone(strict=self._strict)
                # The other times are those of keys and tokens: only our own servers write them.
                found = timestamp_sql(text, self._times.newest, zone, in_any_notation=self.name == "timestamp")
                # The lambda names the time, which would be planned twice.
                in_range = f"CASE WHEN found BETWEEN {_FIRST} AND {_LAST} THEN found END"
                return f"list_transform([{found}], lambda found: {in_range})[1]"
            case "integer":
                number = f"CASE WHEN regexp_full_match({text}, '{_WHOLE}') THEN TRY_CAST({text} AS BIGINT) END"
                return f"CASE WHEN ({number}) BETWEEN {kind.min} AND {kind.max} THEN {number} END"
            case "number":
                number = f"TRY_CAST({text} AS DOUBLE)"
                factor = self._factor()
                scaled = f"round({number} * {factor}, 6)" if factor else number
                with_unit = (
                    f" WHEN {number} IS NULL THEN {self._with_unit(text)}" if kind.unit and not self._strict else ""
                )
                return f"CASE WHEN isfinite({number}) THEN {scaled}{with_unit} END"
            case "texts" if not self._strict:
                return f"""TRY(from_json({text}, '["VARCHAR"]'))"""
            case "level" if not self._strict:
                names = " ".join(f"WHEN '{name}' THEN '{level}'" for name, level in LEVELS.items())
                return f"CASE lower({text}) {names} ELSE lower({text}) END"
            case "code" | "text" if condition := self._condition(text):
                return f"CASE WHEN {condition} THEN {text} END"
            case _:
                return text

    def _condition(self, text: str) -> str | None:
        """Return the condition under which a text is a value of the column; None if any is."""
        if self.kind.type == "code" and not self._strict:
            return f"regexp_full_match({text}, '{_CODE}')"
        return f"length({text}) <= {self.kind.max}" if self.kind.max else None

    @property
    def may_not_fit(self) -> bool:
        """Whether there are texts that the column refuses."""
        return self.kind.type in ("timestamp", "integer", "number") or self.kind.max is not None

    def _normalised(self, text: str) -> str:
        if self.kind.type == "method" and not self._strict:
            return f"upper({text})"
        return f"nullif({text}, '')" if self.kind.type == "text" and self.kind.min else text

    def _with_unit(self, text: str) -> str:
        """Return the expression for a number that has its unit with it: 12ms, 1.5 s."""
        number, unit = (f"regexp_extract({text}, '{QUANTITY}', {group})" for group in (1, 2))
        factors = " ".join(f"WHEN '{name}' THEN {self._factor_of(meant)!r}" for name, meant in UNITS.items())
        return f"round(TRY_CAST({number} AS DOUBLE) * CASE {unit} {factors} END, 6)"

    def _factor(self) -> str | None:
        """Return what to multiply a number with, by the unit of the rule that it came from; None for 1."""
        factors = [(candidate.text, self._factor_of(candidate.rule.unit)) for candidate in self._candidates]
        if all(factor == factors[0][1] for _, factor in factors):
            return repr(factors[0][1]) if factors[0][1] != 1 else None
        cases = " ".join(f"WHEN {text} IS NOT NULL THEN {factor}" for text, factor in factors)
        return f"CASE {cases} END"

    def _factor_of(self, unit: Unit | None) -> float:
        target = self.kind.unit
        return NANOSECONDS[unit] / NANOSECONDS[target] if unit and target else 1
