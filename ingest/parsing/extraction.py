"""Generate the SQL that extracts values from a JSON document as text, with one parse for all paths.

A document that is not JSON yields NULL as a whole. `strict` extracts into a struct, which distinguishes a value of the
wrong type from an absent one.
"""

import json
from typing import Any

from pixeldesk.ingest.formats.json_path import JsonPath
from pixeldesk.ingest.formats.log_format import LogFormat
from pixeldesk.ingest.sql import literal


class Extraction:
    """The values extracted from the document of one layer, at all paths that its format reads."""

    def __init__(self, log_format: LogFormat, number: int, strict: bool) -> None:
        self._format = log_format
        self._strict = strict
        self._number = number
        spellings = dict.fromkeys(spelling for path in log_format.paths for spelling in log_format.spellings(path))
        # DuckDB counts the elements of a list from 1.
        self._positions = {spelling: position for position, spelling in enumerate(spellings, start=1)}

    @property
    def column(self) -> str:
        """The alias of `document_sql`; the column is NULL if the document is not JSON."""
        return f"x{self._number}"

    def value(self, path: JsonPath) -> str:
        """Return the expression for the value at a path of the format; NULL if it is absent or null."""
        found = [self._value(spelling) for spelling in self._format.spellings(path)]
        return found[0] if len(found) == 1 else f"coalesce({', '.join(found)})"

    def document_sql(self, document: str) -> str:
        """Return the expression that parses a document."""
        if self._strict:
            found = f"from_json({document}, {literal(json.dumps(self._structure()))})"
        else:
            found = f"json_extract_string({document}, [{', '.join(literal(path.in_sql) for path in self._positions)}])"
        # One document that is not JSON makes TRY evaluate its whole vector of 2,048 again, row by row. To ask first
        # costs a fifteenth of the extraction.
        return f"TRY(CASE WHEN json_valid({document}) THEN {found} END)"

    def _value(self, path: JsonPath) -> str:
        if self._strict:
            return f"{self.column}." + ".".join(f'"{step}"' for step in path.steps)
        return f"{self.column}[{self._positions[path]}]"

    def _structure(self) -> dict[str, Any]:
        """Return the structure for `from_json` on a line of a strict format."""
        lists = {rule.path for field in self._format.fields if field.kind.type == "texts" for rule in field.rules}
        structure: dict[str, Any] = {}
        for path in self._positions:
            *parents, leaf = map(str, path.steps)
            level = structure
            for parent in parents:
                level = level.setdefault(parent, {})
            level[leaf] = ["VARCHAR"] if path in lists else "VARCHAR"
        return structure
