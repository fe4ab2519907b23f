"""Generate the SQL that extracts values from a JSON document as text, with one parse for all paths.

The document is read into a struct whose names are those of the paths: the cost follows the length of the line, and not
the number of paths. Of a name that occurs twice in an object, the first value counts; those that loggers repeat were
mended before, see ingest/sources/mending.py. A document that is not JSON yields NULL as a whole. Where a value has
another type than its paths expect, what is inside it is NULL; `strict` formats tell such a value from an absent one,
see ParseSql.
"""

import json
from typing import Any

from pixeldesk.ingest.formats.json_path import JsonPath
from pixeldesk.ingest.formats.log_format import LogFormat
from pixeldesk.ingest.formats.text_lines import text_object_sql, text_of_bytes_sql
from pixeldesk.ingest.sql import literal

_LEAF = "VARCHAR"
# A value that is read as a whole and in part, or a list: it stays JSON, and each path takes its part of it.
_JSON = "JSON"
_Structure = dict[str, Any]


class Extraction:
    """The values extracted from the document of one layer, at all paths that its format reads."""

    def __init__(self, log_format: LogFormat, number: int) -> None:
        self._format = log_format
        self._number = number
        spellings = list(dict.fromkeys(each for path in log_format.paths for each in log_format.spellings(path)))
        self._structure, self._extracted_alone = _structure(spellings, _lists(log_format))

    @property
    def column(self) -> str:
        """The alias of `document_sql`; the column is NULL if the document is not JSON."""
        return f"x{self._number}"

    def value(self, path: JsonPath) -> str:
        """Return the expression for the value at a path of the format; NULL if it is absent or null."""
        found = [self._value(spelling) for spelling in self._format.spellings(path)]
        value = found[0] if len(found) == 1 else f"coalesce({', '.join(found)})"
        return text_of_bytes_sql(value) if self._format.byte_lists and path in self._format.content else value

    def document_sql(self, document: str) -> str:
        """Return the expression that parses a document, a column."""
        if self._format.is_text:
            read = text_object_sql(document, self._format)
            return f"TRY(CASE WHEN {read} IS NOT NULL THEN {self._struct_sql(read)} END)"
        found = self._struct_sql(document)
        # One document that is not JSON makes TRY evaluate its whole vector of 2,048 again, row by row. To ask first
        # costs a fifteenth of the extraction.
        return f"TRY(CASE WHEN json_valid({document}) THEN {found} END)"

    def _struct_sql(self, document: str) -> str:
        found = f"from_json({document}, {self._shape})"
        if not self._extracted_alone:
            return found
        paths = ", ".join(literal(path.in_sql) for path in self._extracted_alone)
        return f"struct_insert({found}, alone := json_extract_string({document}, [{paths}]))"

    @property
    def _shape(self) -> str:
        # A structure without a name is refused: a format may be narrowed to none, if no line has any of its names.
        return literal(json.dumps(self._structure or {"-": _LEAF}))

    def _value(self, path: JsonPath) -> str:
        if path in self._extracted_alone:
            # DuckDB counts the elements of a list from 1.
            return f"{self.column}.alone[{self._extracted_alone.index(path) + 1}]"
        value, structure = self.column, self._structure
        for depth, step in enumerate(path.steps):
            value += f'."{step}"'
            node = structure[str(step)]
            if node == _JSON:
                rest = JsonPath(path.steps[depth + 1 :]).in_sql
                return f"({value} ->> {literal(rest)})"
            structure = node
        # A group of an expression that matched nothing is an empty text.
        return f"nullif({value}, '')" if self._format.is_text else value


def _lists(log_format: LogFormat) -> set[JsonPath]:
    """Return the paths of lists of texts that a strict format reads as lists."""
    lists = [rule.path for field in log_format.fields if field.kind.type == "texts" for rule in field.rules]
    return {path for path in lists if path} if log_format.strict else set()


def _structure(paths: list[JsonPath], lists: set[JsonPath]) -> tuple[_Structure, list[JsonPath]]:
    """Return the structure for `from_json`, and the paths that it cannot hold: they are extracted one by one.

    The names of a struct differ in more than their case; of top-level names that do not, the first is in the structure.
    """
    first_of: dict[str, str | int] = {}
    tops = {path: path.steps[0] for path in paths}
    inside = [path for path, top in tops.items() if first_of.setdefault(str(top).lower(), top) == top]
    tree: dict[str | int | None, Any] = {}
    for path in inside:
        node = tree
        for step in path.steps:
            node = node.setdefault(step, {})
        node[None] = ["VARCHAR"] if path in lists else _LEAF
    return {str(name): _shape_of(node) for name, node in tree.items()}, [path for path in paths if path not in inside]


def _shape_of(node: dict[str | int | None, Any]) -> Any:
    names = [name for name in node if name is not None]
    if not names:
        return node[None]
    folded = {str(name).lower() for name in names}
    if None in node or len(folded) < len(names) or any(isinstance(name, int) for name in names):
        return _JSON
    return {str(name): _shape_of(child) for name, child in node.items()}
