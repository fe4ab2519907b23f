"""One column of a line: from the places that a format names to a typed value, as SQL."""

from dataclasses import dataclass

from pixeldesk.ingest.formats.columns import NANOSECONDS, Column, Unit
from pixeldesk.ingest.formats.log_format import Place
from pixeldesk.ingest.parsing.extraction import Extraction
from pixeldesk.ingest.parsing.timestamp_sql import timestamp_sql
from pixeldesk.ingest.sql import literal

# What lies outside is no time that Python could show.
_FIRST = "TIMESTAMP '0001-01-01'"
_LAST = "TIMESTAMP '9999-12-31 23:59:59.999999'"
_WHOLE = r"-?\d+(\.0+)?"
# pino-http counts 1, 2, 3; Fastify req-1, req-2, … in base 36.
COUNTER = r"\d{1,15}|req-[0-9a-z]{1,8}"
_SQL_TYPES = {"timestamp": "TIMESTAMP", "integer": "BIGINT", "number": "DOUBLE", "texts": "VARCHAR[]"}
# Names of one level in use, and the one that the desk uses for it.
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
    "information": "info",
    "informational": "info",
    "notice": "info",
    "verbose": "debug",
}


@dataclass(frozen=True)
class Candidate:
    """A place of one layer. `condition`: SQL that must hold for it to count."""

    place: Place
    extraction: Extraction
    absent: tuple[str, ...]
    condition: str | None = None

    @property
    def text(self) -> str:
        """The value as text, or NULL."""
        place = self.place
        text = self.extraction.value(place.path) if place.path else literal(place.value or "")
        for absent in (*self.absent, *place.absent):
            text = f"nullif({text}, {literal(absent)})"
        if place.pattern:
            text = f"nullif(regexp_extract({text}, {literal(place.pattern)}, 1), '')"
        if place.values:
            meanings = " ".join(f"WHEN {literal(one)} THEN {literal(meaning)}" for one, meaning in place.values.items())
            text = f"CASE {text} {meanings} END"
        if place.path and place.value is not None:
            text = f"CASE WHEN {text} IS NOT NULL THEN {literal(place.value)} END"
        if place.counter_of:
            text = self._scoped(text)
        return f"CASE WHEN {self.condition} THEN {text} END" if self.condition else text

    def _scoped(self, text: str) -> str:
        """A counter starts anew in each process, so that alone it is nobody's id."""
        process = ", ".join(self.extraction.value(path) for path in self.place.counter_of)
        return (
            f"CASE WHEN regexp_full_match({text}, '{COUNTER}') "
            f"THEN coalesce(nullif(concat_ws(':', {process}), ''), 'source-' || source_id) || ':' || {text} "
            f"ELSE {text} END"
        )


class ColumnSql:
    """The SQL of one column, from all the places where it may stand, the best first."""

    def __init__(self, name: str, kind: Column, candidates: list[Candidate], *, strict: bool) -> None:
        self.name = name
        self.kind = kind
        self._candidates = candidates
        self._strict = strict

    @property
    def text(self) -> str:
        """What stands there, as text."""
        texts = [self._or_absent(one.text) for one in self._candidates] or ["NULL::VARCHAR"]
        text = texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"
        for none in dict.fromkeys(none for one in self._candidates for none in one.place.none):
            text = f"nullif({text}, {literal(none)})"
        return text

    def typed(self, text: str) -> str:
        """The value, or NULL where the text does not fit."""
        kind = self.kind
        if not self._candidates:
            return f"NULL::{_SQL_TYPES.get(kind.type, 'VARCHAR')}"
        match kind.type:
            case "timestamp":
                moment = timestamp_sql(text, strict=self._strict)
                return f"CASE WHEN {moment} BETWEEN {_FIRST} AND {_LAST} THEN {moment} END"
            case "integer":
                number = f"CASE WHEN regexp_full_match({text}, '{_WHOLE}') THEN TRY_CAST({text} AS BIGINT) END"
                return f"CASE WHEN ({number}) BETWEEN {kind.min} AND {kind.max} THEN {number} END"
            case "number":
                number = f"TRY_CAST({text} AS DOUBLE)"
                factor = self._factor()
                scaled = f"round({number} * {factor}, 6)" if factor else number
                return f"CASE WHEN isfinite({number}) THEN {scaled} END"
            case "texts" if not self._strict:
                return f"""TRY(from_json({text}, '["VARCHAR"]'))"""
            case "level" if not self._strict:
                names = " ".join(f"WHEN '{name}' THEN '{level}'" for name, level in LEVELS.items())
                return f"CASE lower({text}) {names} ELSE lower({text}) END"
            case "text" if kind.max:
                return f"CASE WHEN length({text}) <= {kind.max} THEN {text} END"
            case _:
                return text

    @property
    def may_not_fit(self) -> bool:
        """Whether there are texts that it refuses."""
        return self.kind.type in ("timestamp", "integer", "number") or self.kind.max is not None

    def _or_absent(self, text: str) -> str:
        return f"nullif({text}, '')" if self.kind.type == "text" and self.kind.min else text

    def _factor(self) -> str | None:
        """What a number is multiplied with, by the unit of the place that it is from; None for nothing."""
        factors = [(one.text, self._factor_of(one.place.unit)) for one in self._candidates]
        if all(factor == factors[0][1] for _, factor in factors):
            return repr(factors[0][1]) if factors[0][1] != 1 else None
        cases = " ".join(f"WHEN {text} IS NOT NULL THEN {factor}" for text, factor in factors)
        return f"CASE {cases} END"

    def _factor_of(self, unit: Unit | None) -> float:
        own = self.kind.unit
        return NANOSECONDS[unit] / NANOSECONDS[own] if unit and own else 1
