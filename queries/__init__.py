"""The questions: one `.sql` file each, run by name.

A file's first line is the question in English. Parameters are `$name`; there is no branch and no pasted filter
in a file. `{scope}` stands for the one filter on time, environment, customer, route, host and error code:
scope.sql.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pixeldesk.errors import UsageError
from pixeldesk.store import Store

if TYPE_CHECKING:
    import pandas as pd

_FOLDER = Path(__file__).parent
_PARAMETER = re.compile(r"\$([a-z_]\w*)")
_SCOPE = "scope"


@dataclass(frozen=True)
class Scope:
    """Which requests a question is about. Times are UTC without a zone, half open; None filters nothing."""

    start: datetime | None = None
    end: datetime | None = None
    environment: str | None = None
    customer_id: str | None = None
    route: str | None = None
    host: str | None = None
    error_code: str | None = None


@dataclass(frozen=True)
class Question:
    """One question: its name, what it asks in English, its SQL and the parameters that the SQL names."""

    name: str
    asks: str
    sql: str
    parameters: tuple[str, ...]

    def frame(self, store: Store, **given: object) -> "pd.DataFrame":
        """Ask it; one row a row of the answer."""
        return store.query(self.sql, self._bound(given))

    def rows(self, store: Store, **given: object) -> list[dict[str, Any]]:
        """Ask it; plain Python values, quicker than a frame for a few rows."""
        return store.rows(self.sql, self._bound(given))

    def _bound(self, given: Mapping[str, object]) -> dict[str, object]:
        unknown = given.keys() - set(self.parameters)
        if unknown:
            raise UsageError(f"{self.name} takes no {', '.join(sorted(unknown))}; it takes: {self._takes()}")
        optional = Scope.__dataclass_fields__.keys()
        missing = [name for name in self.parameters if name not in given and name not in optional]
        if missing:
            raise UsageError(f"{self.name} needs {', '.join(missing)}; it takes: {self._takes()}")
        return {name: given.get(name) for name in self.parameters}

    def _takes(self) -> str:
        return ", ".join(self.parameters) or "nothing"


def question_names() -> list[str]:
    """Every question there is."""
    return sorted(path.stem for path in _FOLDER.glob("*.sql") if path.stem != _SCOPE)


@cache
def question(name: str) -> Question:
    """The question of that name; raises UsageError where there is none."""
    if name not in question_names():
        raise UsageError(f"no question is called {name}; there are: {', '.join(question_names())}")
    text = (_FOLDER / f"{name}.sql").read_text()
    first, _, sql = text.partition("\n")
    sql = sql.replace("{scope}", (_FOLDER / f"{_SCOPE}.sql").read_text().partition("\n")[2].strip())
    return Question(name, first.removeprefix("-- "), sql, tuple(dict.fromkeys(_PARAMETER.findall(sql))))
