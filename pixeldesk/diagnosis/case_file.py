"""Read the case files: one file a case in `cases/`, with the mistake, its symptoms, its query and its reply.

To add a case, add a file: see `docs/adding_a_case.md`.
"""

import tomllib
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

_FOLDER = Path(__file__).parent / "cases"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Evidence(_Frozen):
    """A sentence of evidence, the fact that it depends on, and the weight of that fact.

    `when` names a column of the facts: the sentence applies unless its value is null, false, zero or empty. `weight` is
    between 0 (information only) and 1 (proof). `cites` names columns that hold a request id or a list of ids.
    """

    says: str
    when: str
    weight: float = Field(ge=0, le=1)
    cites: tuple[str, ...] = ()


class Reply(_Frozen):
    """The case's part of the mail to the customer, in plain text.

    `$name` is the placeholder of a checked fact: case_reply.FACTS lists them. A sentence or step is omitted if one of
    its facts is unknown.
    """

    happened: tuple[str, ...]
    steps: tuple[str, ...]
    afterwards: str


class Example(_Frozen):
    """A short log that is an example of the case, or a near miss. `why` explains which, and why.

    Each item of `requests` is one or more log lines: the fields that differ from an ordinary request, with `at` (time
    of the first line), `times` (number of lines) and `every_s` (interval, seconds).
    """

    name: str
    is_it: bool
    why: str
    requests: tuple[dict[str, Any], ...]


class Case(_Frozen):
    """The content of a case file. `name` is the file's name.

    `codes` are the error codes of its symptoms; `per` is the subject of one diagnosis; `yields_to` are the cases that
    take precedence if both explain a request. `query` selects the `place` (row number) of symptoms, `facts` one row a
    subject. Both take the case's `thresholds` as parameters, and those of `thresholds.py`.
    """

    name: str
    title: str
    per: Literal["customer", "website", "client"]
    codes: tuple[str, ...]
    yields_to: tuple[str, ...] = ()
    happened: str
    shows: str
    looks_like: tuple[str, ...]
    fix: str
    query: str
    facts: str
    thresholds: dict[str, float] = {}
    evidence_for: tuple[Evidence, ...] = Field(alias="for")
    evidence_against: tuple[Evidence, ...] = Field(default=(), alias="against")
    reply: Reply
    example: tuple[Example, ...] = ()


@cache
def cases(folder: Path = _FOLDER) -> tuple[Case, ...]:
    """Read every case, each after the cases it yields to. Raises pydantic's ValidationError for an invalid file."""
    found = {path.stem: _read(path) for path in sorted(folder.glob("*.toml"))}
    order = TopologicalSorter({name: sorted(case.yields_to) for name, case in found.items()})
    return tuple(found[name] for name in order.static_order())


def case(name: str) -> Case:
    """Return the case of this name. Raises KeyError for an unknown name."""
    return {each.name: each for each in cases()}[name]


def _read(path: Path) -> Case:
    document: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    return Case.model_validate({"name": path.stem, **document})
