"""The cases: one file each in `cases/`, which says what happened in the world, how it shows, and what to do.

Adding a case is adding a file: see `docs/adding_a_case.md`.
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
    """A sentence that is said where the fact it hangs on is there, and how much that fact weighs.

    `when` names a column of the facts; the sentence is said where that is neither null, false, zero nor empty.
    `weight` is between 0 (only said) and 1 (proof). `cites` names columns that hold a request id or a list.
    """

    says: str
    when: str
    weight: float = Field(ge=0, le=1)
    cites: tuple[str, ...] = ()


class Reply(_Frozen):
    """What the customer is told, in plain text; a case's own part of the mail.

    `$name` stands for a checked fact: case_reply.py lists them. A sentence or step is left out where one of
    its facts is not known.
    """

    happened: tuple[str, ...]
    steps: tuple[str, ...]
    afterwards: str


class Example(_Frozen):
    """A short log that is the case, or only looks like it. `why` says what makes the difference.

    Each of `requests` stands for one or more log lines: the fields that differ from an ordinary request, and
    `at` (the first one's time), `times` and `every_s` for how often it comes.
    """

    name: str
    is_it: bool
    why: str
    requests: tuple[dict[str, Any], ...]


class Case(_Frozen):
    """One case, as its file tells it. `name` is the file's name.

    `codes` are the error codes that its symptoms carry, `per` what one diagnosis is about, `yields_to` the
    cases that explain a request better where both would. `query` selects the `place` of symptoms, `facts` one
    row a subject.
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
    evidence_for: tuple[Evidence, ...] = Field(alias="for")
    evidence_against: tuple[Evidence, ...] = Field(default=(), alias="against")
    reply: Reply
    example: tuple[Example, ...] = ()


@cache
def cases(folder: Path = _FOLDER) -> tuple[Case, ...]:
    """Every case, each after those it yields to. Raises pydantic's ValidationError if a file is wrong."""
    found = {path.stem: _read(path) for path in sorted(folder.glob("*.toml"))}
    order = TopologicalSorter({name: sorted(case.yields_to) for name, case in found.items()})
    return tuple(found[name] for name in order.static_order())


def case(name: str) -> Case:
    """The case of that name. Raises KeyError where there is none."""
    return {one.name: one for one in cases()}[name]


def _read(path: Path) -> Case:
    document: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    return Case.model_validate({"name": path.stem, **document})
