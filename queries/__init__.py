"""Load questions, one `.sql` file each, by name.

A file's first line is the question in English. Its parameters are `$name`; a file has no branches and no pasted
filters. `{scope}` stands for the filter on time, environment, customer, route, host and error code in scope.sql.
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
    """The requests a question is about. `start` to before `end`, UTC without a zone; None filters nothing."""

    start: datetime | None = None
    end: datetime | None = None
    environment: str | None = None
    customer_id: str | None = None
    route: str | None = None
    host: str | None = None
    error_code: str | None = None


@dataclass(frozen=True)
class Question:
    """A question: its name, its English (`asks`), its SQL and the parameters that the SQL names."""

    name: str
    asks: str
    sql: str
    parameters: tuple[str, ...]

    def frame(self, store: Store, **given: object) -> "pd.DataFrame":
        """Run the question and return a data frame. Raises UsageError for unknown or missing parameters."""
        return store.query(self.sql, self._bound(given))

    def rows(self, store: Store, **given: object) -> list[dict[str, Any]]:
        """Run the question and return one dictionary per row, faster than a data frame for a few rows.

        Raises UsageError for unknown or missing parameters.
        """
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
    """Return the names of all questions, sorted."""
    return sorted(path.stem for path in _FOLDER.glob("*.sql") if path.stem != _SCOPE)


@cache
def question(name: str) -> Question:
    """Return the question of that name. Raises UsageError if there is none."""
    if name not in question_names():
        raise UsageError(f"no question is called {name}; there are: {', '.join(question_names())}")
    text = (_FOLDER / f"{name}.sql").read_text()
    first, _, sql = text.partition("\n")
    sql = sql.replace("{scope}", (_FOLDER / f"{_SCOPE}.sql").read_text().partition("\n")[2].strip())
    return Question(name, first.removeprefix("-- "), sql, tuple(dict.fromkeys(_PARAMETER.findall(sql))))
