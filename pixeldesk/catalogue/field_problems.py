"""Read which fields of a body validation refused, and why, from the `details` of an error."""

from collections.abc import Iterable, Mapping
from typing import Any

from pixeldesk.catalogue.checks import MOST_NAMED, is_field, is_validator_message
from pixeldesk.catalogue.wording import listed

_LISTS_OF_PROBLEMS = ("fieldErrors", "issues", "errors", "fields", "properties", "validation", "detail")
_NO_FIELDS = ("formErrors", "message")
_OWN_PROBLEMS = ("_errors", "errors")
_PLACES = ("path", "loc", "instancePath")
_MESSAGES = ("message", "msg")
_MOST_EXPLAINED = 4


def field_problems(details: Any) -> dict[str, str | None]:
    """Return what is wrong with each refused field, by its name; None if the details do not say.

    Reads the error formats of zod (flattened, a list of issues, formatted, a tree), and the lists of ajv and pydantic.
    Nothing is checked: names and messages are as they were logged.
    """
    if isinstance(details, list):
        return dict(map(_of_issue, filter(_has_place, details)))
    if not isinstance(details, Mapping):
        return {}
    for inside in _LISTS_OF_PROBLEMS:
        if details.get(inside):
            return field_problems(details[inside])
    names = [name for name in details if not str(name).startswith("_") and name not in _NO_FIELDS]
    return {str(name): _first_message(details[name]) for name in names}


def problems_in_words(problems: Mapping[str, str | None]) -> str | None:
    """List the fields with their problems: `url (Required) and title`. None if a name fails its check.

    A message that fails its check is left out, and so are those after the first four.
    """
    if not 0 < len(problems) <= MOST_NAMED or not all(map(is_field, problems)):
        return None
    words = [
        f"{name} ({str(message).rstrip('.')})" if number < _MOST_EXPLAINED and is_validator_message(message) else name
        for number, (name, message) in enumerate(problems.items())
    ]
    return listed(words)


def _has_place(issue: Any) -> bool:
    return isinstance(issue, Mapping) and any(place in issue for place in _PLACES)


def _of_issue(issue: Mapping[str, Any]) -> tuple[str, str | None]:
    place = next(issue[place] for place in _PLACES if place in issue)
    name = ".".join(map(str, place)) if isinstance(place, list) else str(place)
    message = next((issue[key] for key in _MESSAGES if isinstance(issue.get(key), str)), None)
    return name.removeprefix("/").replace("/", "."), message


def _first_message(problem: Any) -> str | None:
    if isinstance(problem, Mapping):
        problem = next((problem[own] for own in _OWN_PROBLEMS if problem.get(own)), None)
    if isinstance(problem, Iterable) and not isinstance(problem, str | Mapping):
        problem = next(iter(problem), None)
    return problem if isinstance(problem, str) else None
