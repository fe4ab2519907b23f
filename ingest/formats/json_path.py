"""Parse the paths by which a format names values in a JSON object."""

import re
from dataclasses import dataclass
from typing import Any

_NAME = r'(?:"[^"\\]+"|[^.\[\]"\\]+)'
_WHOLE = re.compile(rf"{_NAME}(?:\[\d+\]|\.{_NAME})*")
_STEP = re.compile(r'"([^"]+)"|\[(\d+)\]|([^.\[\]"]+)')


@dataclass(frozen=True)
class JsonPath:
    """A path: `req.id`, `"log.level"` for a name with a dot, `headers.Host[0]` for an element of a list."""

    steps: tuple[str | int, ...]

    @property
    def in_sql(self) -> str:
        """The path in DuckDB's syntax: `$."headers"."Host"[0]`."""
        return "$" + "".join(f"[{step}]" if isinstance(step, int) else f'."{step}"' for step in self.steps)

    def found_in(self, document: Any) -> Any:
        """Return the value at the path in a parsed document, or None."""
        value = document
        for step in self.steps:
            if isinstance(step, int):
                value = value[step] if isinstance(value, list) and step < len(value) else None
            else:
                value = value.get(step) if isinstance(value, dict) else None
        return value

    def __str__(self) -> str:
        return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.steps)[1:]


def json_path(text: str) -> JsonPath:
    """Parse a path. Raises ValueError."""
    if not _WHOLE.fullmatch(text):
        raise ValueError(f'{text!r} is not a path; write a.b, "name.with.dots" or list[0]')
    return JsonPath(tuple(int(index) if index else quoted or name for quoted, index, name in _STEP.findall(text)))
