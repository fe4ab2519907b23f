"""The SQL that takes values out of a JSON document, each as text: one parse of the document for all its paths.

A document that is no JSON gives NULL as a whole. `strict`: with a struct, where a value of another kind than the
format has must be told from an absent one.
"""

import json
from typing import Any

from pixeldesk.ingest.formats.json_path import JsonPath
from pixeldesk.ingest.formats.log_format import LogFormat
from pixeldesk.ingest.sql import literal


class Extraction:
    """What is taken out of one layer's document. Ask for every value first, then for `document_sql`."""

    def __init__(self, log_format: LogFormat, number: int, strict: bool) -> None:
        self._format = log_format
        self._strict = strict
        self._number = number
        self._places: dict[JsonPath, int] = {}

    @property
    def column(self) -> str:
        """The column that `document_sql` is selected as; NULL where the document is no JSON."""
        return f"x{self._number}"

    def value(self, path: JsonPath) -> str:
        """The SQL of the value at a path; NULL where there is none or it is null."""
        found = [self._value(spelling) for spelling in self._format.spellings(path)]
        return found[0] if len(found) == 1 else f"coalesce({', '.join(found)})"

    def document_sql(self, document: str) -> str:
        """The SQL that parses a document, for the values asked for so far."""
        if self._strict:
            return f"TRY(from_json({document}, {literal(json.dumps(self._structure()))}))"
        return f"TRY(json_extract_string({document}, [{', '.join(literal(path.in_sql) for path in self._places)}]))"

    def _value(self, path: JsonPath) -> str:
        if self._strict:
            self._places.setdefault(path, 0)
            return f"{self.column}." + ".".join(f'"{step}"' for step in path.steps)
        return f"{self.column}[{self._places.setdefault(path, len(self._places) + 1)}]"

    def _structure(self) -> dict[str, Any]:
        """What `from_json` is to take out of a strict format's line."""
        lists = {place.path for field in self._format.fields if field.kind.type == "texts" for place in field.places}
        structure: dict[str, Any] = {}
        for path in self._places:
            *parents, leaf = map(str, path.steps)
            level = structure
            for parent in parents:
                level = level.setdefault(parent, {})
            level[leaf] = ["VARCHAR"] if path in lists else "VARCHAR"
        return structure
