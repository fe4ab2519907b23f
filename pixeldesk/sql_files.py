"""Load the statements of `.sql` files: one convention for every file that Python reads statements from.

A statement has a head: the comment lines above it. The head says in English what the statement is about, and declares
each `$name` that the statement takes:

    -- Which requests of a customer failed?
    -- $customer_id text
    -- $codes text[] = []
    -- $limit bigint = 100, at most so many rows
    SELECT ...

A type is text, bigint, double, boolean or timestamp, or a list of these (`text[]`). A default is JSON: `= null` makes a
parameter optional and lets it be null. What follows the comma describes the parameter.

A file with one statement is named after the file. In a file with several, the head of each begins with `-- name: NAME`.
`-- with NAME` in a head lets the statement select from the rows of NAME.sql in the same folder, as from a table.
Nothing else is pasted into a statement, and none is edited.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final, Literal, cast, get_args

ScalarType = Literal["text", "bigint", "double", "boolean", "timestamp"]
_COMMENT, _NAME, _PARAMETER, _WITH = "--", "-- name: ", "-- $", "-- with "
_LIST = "[]"


class _Required:
    """Marks a parameter without a default."""


REQUIRED: Final = _Required()


@dataclass(frozen=True)
class Parameter:
    """A parameter of a statement. `default` is REQUIRED if there is none; null is allowed only as a default."""

    name: str
    scalar: ScalarType
    is_list: bool = False
    default: object = REQUIRED
    description: str = ""

    @property
    def is_required(self) -> bool:
        """Whether a value must be given."""
        return self.default is REQUIRED

    @property
    def is_nullable(self) -> bool:
        """Whether the value may be null."""
        return self.default is None

    @property
    def type(self) -> str:
        """The type as the head declares it, such as `text[]`."""
        return self.scalar + (_LIST if self.is_list else "")


@dataclass(frozen=True)
class Statement:
    """A statement: its name, the English of its head, its SQL and the declared parameters."""

    name: str
    about: str
    sql: str
    parameters: tuple[Parameter, ...] = ()

    def bound(self, values: Mapping[str, object]) -> dict[str, object]:
        """Return a value for each parameter, from `values` or the default; other values are ignored.

        Raises KeyError for a missing value.
        """
        return {
            each.name: values[each.name] if each.is_required else values.get(each.name, each.default)
            for each in self.parameters
        }

    def selecting_from(self, name: str, select: str, parameters: tuple[Parameter, ...] = ()) -> "Statement":
        """Return this statement with the rows of a SELECT available under a name, as a common table expression."""
        query = f"{name} AS (\n{select}\n)"
        following = self.sql.removeprefix("WITH ")
        sql = f"WITH {query}, {following}" if following != self.sql else f"WITH {query}\n{self.sql}"
        own = {each.name for each in self.parameters}
        return replace(
            self, sql=sql, parameters=(*self.parameters, *(each for each in parameters if each.name not in own))
        )


@cache
def statements(path: Path) -> dict[str, Statement]:
    """Return the statements of a file by their names, in the file's order. Raises ValueError for a malformed head."""
    try:
        found = [_statement(path, lines) for lines in _parts(path.read_text("utf-8").splitlines())]
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    return {each.name: each for each in found}


def statement(path: Path) -> Statement:
    """Return the only statement of a file. Raises ValueError if there are several, or for a malformed head."""
    (only,) = statements(path).values()
    return only


def _parts(lines: Iterable[str]) -> Iterator[list[str]]:
    """Yield the lines of each statement. A comment above the first `-- name:` is about the file."""
    part: list[str] = []
    for line in lines:
        if line.startswith(_NAME):
            if _has_sql(part):
                yield part
            part = []
        part.append(line)
    yield part


def _has_sql(lines: Iterable[str]) -> bool:
    return any(line.strip() and not line.startswith(_COMMENT) for line in lines)


def _statement(path: Path, lines: list[str]) -> Statement:
    length = next((n for n, line in enumerate(lines) if _has_sql([line])), len(lines))
    head, sql = lines[:length], "\n".join(lines[length:]).strip().removesuffix(";")
    name = head[0].removeprefix(_NAME) if head and head[0].startswith(_NAME) else path.stem
    about = [line for line in head if line and not line.startswith((_NAME, _PARAMETER, _WITH))]
    made = Statement(
        name,
        "\n".join(line.removeprefix(_COMMENT).strip() for line in about),
        sql,
        tuple(_parameter(line.removeprefix(_PARAMETER)) for line in head if line.startswith(_PARAMETER)),
    )
    for line in reversed([line for line in head if line.startswith(_WITH)]):
        read = statement(path.with_name(f"{line.removeprefix(_WITH)}.sql"))
        made = made.selecting_from(read.name, read.sql, read.parameters)
    return made


def _parameter(declared: str) -> Parameter:
    signature, _, description = declared.partition(", ")
    typed, has_default, default = signature.partition(" = ")
    name, _, type_name = typed.partition(" ")
    scalar = type_name.removesuffix(_LIST)
    if not name.isidentifier() or scalar not in get_args(ScalarType):
        raise ValueError(f"not a parameter: ${declared}")
    return Parameter(
        name,
        cast(ScalarType, scalar),
        is_list=type_name.endswith(_LIST),
        default=json.loads(default) if has_default else REQUIRED,
        description=description,
    )
