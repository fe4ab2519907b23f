"""Make the functions of the command line from the models of the commands.

An option or an argument is a field of the model: its name, its help text and its default come from there.
"""

import inspect
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

import typer
from annotated_types import Ge
from pydantic.fields import FieldInfo

from pixeldesk.desk.commands.command import Argument, Command, Option
from pixeldesk.errors import UsageError

Run = Callable[[Command[Any], Path | None, bool], None]
"""Runs a command. Takes it, the store's file and whether to print JSON."""
Database = Annotated[Path | None, typer.Option("--db", help="The store, a DuckDB file. [env: PIXELDESK_DB]")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout and nothing else there.")]
# What is given as it is; any other type is given as text, and the model parses it.
_TAKEN_AS_THEY_ARE = (bool, int, Path)


def function_of(
    command: type[Command[Any]], variants: Mapping[str, type[Command[Any]]], run: Run
) -> Callable[..., None]:
    """Return a function for Typer that runs a command, or the variant of it whose option is given."""
    chosen_by = {_identifier(option): variant for option, variant in variants.items()}
    parameters = dict(_parameters(command))
    for option, variant in variants.items():
        chosen = Annotated[bool, typer.Option(option, help=variant.summary())]
        parameters[_identifier(option)] = _parameter(_identifier(option), chosen, False)
        for name, parameter in _parameters(variant):
            parameters.setdefault(name, parameter)
    parameters |= {"db": _parameter("db", Database, None), "as_json": _parameter("as_json", AsJson, False)}

    def function(db: Path | None, as_json: bool, **given: Any) -> None:
        chosen = next((variant for name, variant in chosen_by.items() if given.pop(name)), command)
        values = {name: value for name, value in given.items() if value is not None}
        _refuse_others(chosen, command, variants, values)
        own = {name: _value(field, values[name]) for name, field in _fields(chosen).items() if name in values}
        run(chosen.of({**own, **(chosen.with_json if as_json else {})}), db, as_json)

    function.__doc__ = command.summary()
    function.__annotations__ = {name: parameter.annotation for name, parameter in parameters.items()}
    function.__signature__ = inspect.Signature([*parameters.values()])  # type: ignore[attr-defined]
    return function


def _parameters(command: type[Command[Any]]) -> Iterator[tuple[str, inspect.Parameter]]:
    for name, field in _fields(command).items():
        default = inspect.Parameter.empty if field.is_required() else None if _is_mapping(field) else field.default
        yield name, _parameter(name, Annotated[_typed(field), _information(field)], default)


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _fields(command: type[Command[Any]]) -> dict[str, FieldInfo]:
    """Return the fields of a command that are on the command line."""
    return {name: field for name, field in command.model_fields.items() if _way_of(field) is not None}


def _way_of(field: FieldInfo) -> Option | Argument | None:
    return next((each for each in field.metadata if isinstance(each, Option | Argument)), None)


def _information(field: FieldInfo) -> Any:
    least = next((each.ge for each in field.metadata if isinstance(each, Ge) and isinstance(each.ge, int)), None)
    match _way_of(field):
        case Option(name):
            return typer.Option(name, help=field.description, min=least)
        case _:
            return typer.Argument(help=field.description)


def _typed(field: FieldInfo) -> Any:
    """Return the type by which Typer parses the field."""
    annotation = field.annotation
    choices = [each for each in get_args(annotation) if each is not NoneType]
    is_optional = NoneType in get_args(annotation)
    plain = choices[0] if is_optional else annotation
    if _is_mapping(field):
        return list[str] | None
    if get_origin(plain) is list:
        return list[str]
    parsed = plain if plain in _TAKEN_AS_THEY_ARE else str
    return parsed | None if is_optional else parsed


def _is_mapping(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is dict


def _value(field: FieldInfo, given: Any) -> Any:
    if _is_mapping(field):
        return _name_values(_option_of(field), given)
    match _way_of(field):
        case Argument(reads_input=True):
            octets = sys.stdin.buffer.read() if given == "-" else os.fsencode(given)
            return octets.decode(errors="replace")
    return given


def _name_values(option: str, given: list[str]) -> dict[str, str | list[str]]:
    """Return the value of each name: a text, or a list of texts for a name that is repeated."""
    found: dict[str, list[str]] = {}
    for text in given:
        name, separator, value = text.partition("=")
        if not separator:
            raise UsageError(f"{option} takes name=value")
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def _refuse_others(
    chosen: type[Command[Any]],
    command: type[Command[Any]],
    variants: Mapping[str, type[Command[Any]]],
    values: Mapping[str, Any],
) -> None:
    """Refuse an option that only another variant has. Raises UsageError."""
    for option, variant in variants.items():
        for name, field in _fields(variant).items():
            if name in values and name not in _fields(chosen) and name not in _fields(command):
                raise UsageError(f"{_option_of(field)} goes with {option}")


def _option_of(field: FieldInfo) -> str:
    way = _way_of(field)
    return way.name if isinstance(way, Option) else ""


def _identifier(option: str) -> str:
    return option.lstrip("-").replace("-", "_")
