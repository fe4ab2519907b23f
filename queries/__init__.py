"""Load questions, one `.sql` file each, by name.

`pixeldesk.sql_files` has the convention. The first line of a file is the question in English; a file has no branches
and no quoted values. `-- with in_scope` reads the requests that pass in_scope.sql: the filter on time, environment,
customer, route, host and error code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pixeldesk.errors import UsageError
from pixeldesk.queries.parameters import checked
from pixeldesk.sql_files import Parameter, statement
from pixeldesk.store import Store

if TYPE_CHECKING:
    import pandas as pd

_FOLDER = Path(__file__).parent
_SCOPE = "in_scope"
# Names that do not exist may be long; so many characters of them are shown.
_SHOWN = 80


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
    """A question: its name, its English (`asks`), its SQL and the parameters that its file declares."""

    name: str
    asks: str
    sql: str
    parameters: tuple[Parameter, ...]

    def frame(self, store: Store, /, **given: object) -> "pd.DataFrame":
        """Run the question and return a data frame. Raises UsageError for parameters that do not fit."""
        return store.query(self.sql, self.bound(given))

    def rows(self, store: Store, /, **given: object) -> list[dict[str, Any]]:
        """Run the question and return one dictionary per row, faster than a data frame for a few rows.

        Raises UsageError for parameters that do not fit.
        """
        return store.rows(self.sql, self.bound(given))

    def bound(self, given: Mapping[str, object]) -> dict[str, object]:
        """Return a value of the declared type for each parameter; texts are parsed.

        Raises UsageError for a parameter that is unknown, is missing or does not fit its type.
        """
        unknown = given.keys() - {each.name for each in self.parameters}
        if unknown:
            raise UsageError(f"{self.name} takes no {', '.join(sorted(unknown))[:_SHOWN]}; it takes: {self.takes()}")
        missing = [each.name for each in self.parameters if each.is_required and each.name not in given]
        if missing:
            raise UsageError(f"{self.name} needs {', '.join(missing)}; it takes: {self.takes()}")
        try:
            return {
                each.name: checked(each, given[each.name]) if each.name in given else each.default
                for each in self.parameters
            }
        except UsageError as error:
            raise UsageError(f"{self.name}: {error}") from None

    def takes(self) -> str:
        """Return the parameters with their types, those in brackets optional."""
        return ", ".join(_signature(each) for each in self.parameters) or "nothing"


def question_names() -> list[str]:
    """Return the names of all questions, sorted."""
    return sorted(path.stem for path in _FOLDER.glob("*.sql") if path.stem != _SCOPE)


@cache
def question(name: str) -> Question:
    """Return the question of that name. Raises UsageError if there is none."""
    if name not in question_names():
        raise UsageError(f"no question is called {name[:_SHOWN]}; there are: {', '.join(question_names())}")
    found = statement(_FOLDER / f"{name}.sql")
    return Question(name, found.about.partition("\n")[0], found.sql, found.parameters)


def _signature(parameter: Parameter) -> str:
    signature = f"{parameter.name} {parameter.type}"
    return signature if parameter.is_required else f"[{signature}]"
