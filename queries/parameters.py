"""Check the value of a parameter against its declared type, alike for every way of asking."""

import math
import operator
from collections.abc import Callable
from datetime import UTC, datetime
from reprlib import Repr
from typing import SupportsFloat, SupportsIndex

from pixeldesk.errors import UsageError
from pixeldesk.queries.values import parse_time
from pixeldesk.sql_files import Parameter, ScalarType

_EXAMPLES: dict[ScalarType, tuple[str, str]] = {
    "text": ("a text", "cus_0184"),
    "bigint": ("a whole number", "100"),
    "double": ("a number", "0.5"),
    "boolean": ("true or false", "true"),
    "timestamp": ("a time", "2026-11-16 or 2026-11-16T09:12:44Z"),
}
_GREATEST = (1 << 63) - 1
# Text may be long: formatting ten megabytes takes a while, and nobody reads them.
_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 40


def checked(parameter: Parameter, value: object) -> object:
    """Return a value of the parameter's type: a value of that type as it is, or what a text says.

    A list is given as a list, or as its only element. Raises UsageError, which says what the parameter takes and gives
    an example.
    """
    if value is None and parameter.is_nullable:
        return None
    read = _READERS[parameter.scalar]
    elements = value if parameter.is_list and isinstance(value, list | tuple) else [value]
    found = []
    for element in elements:
        try:
            found.append(read(element))
        except UnicodeEncodeError:
            raise UsageError(f"{parameter.name}: UTF-8 cannot encode {_shortened(element)}") from None
        except (TypeError, ValueError, KeyError, UsageError):
            raise UsageError(f"{parameter.name}: {_shortened(element)} is not {_wanted(parameter)}") from None
    return found if parameter.is_list else found[0]


def _wanted(parameter: Parameter) -> str:
    what, example = _EXAMPLES[parameter.scalar]
    repeatable = f"; {parameter.name} may be repeated" if parameter.is_list else ""
    return f"{what}; write {example}{repeatable}"


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    value.encode()  # A lone surrogate is no text; the engine could not take it.
    return value


def _whole_number(value: object) -> int:
    if isinstance(value, str):
        if not (value.isascii() and value.isdecimal()):
            raise ValueError
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        raise TypeError
    number = operator.index(value)
    if not 0 <= number <= _GREATEST:
        raise ValueError
    return number


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, str | SupportsFloat):
        raise TypeError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _boolean(value: object) -> bool:
    if isinstance(value, str):
        return {"true": True, "false": False}[value.lower()]
    if not isinstance(value, bool):
        raise TypeError
    return value


def _time(value: object) -> datetime:
    if isinstance(value, str):
        return parse_time(value)
    if not isinstance(value, datetime):
        raise TypeError
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value


_READERS: dict[ScalarType, Callable[[object], object]] = {
    "text": _text,
    "bigint": _whole_number,
    "double": _number,
    "boolean": _boolean,
    "timestamp": _time,
}


def _shortened(value: object) -> str:
    return "null" if value is None else _SHORT.repr(value)
