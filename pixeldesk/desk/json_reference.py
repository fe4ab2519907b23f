"""Write docs/json.md: the fields of every answer in JSON, from the types.

python -m pixeldesk.desk.json_reference > docs/json.md
"""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic.json_schema import models_json_schema

from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.frozen_model import FrozenModel
from pixeldesk.incidents.incident import Incident
from pixeldesk.ingest.cleaning.report import CleaningReport
from pixeldesk.tickets.answer import LookupAnswer

_HEAD = """\
# Answers in JSON

With `--json` a command prints one JSON document: `lookup` a [LookupAnswer](#lookupanswer), `diagnose` a list of
[Diagnosis](#diagnosis), `incidents` a list of [Incident](#incident), `redact` a
[CleaningReport](#cleaningreport). Fields may be added. The name and the meaning of a
field that is listed here stay.

A time is in RFC 3339, in UTC with `Z`. A value that the logs do not have is null. An empty list says that there are
none. Texts from logs are as they were logged, without their secrets: escape them where you show them.

This page is made from the types. To change it, edit their descriptions and run `make docs`.
"""
_ANSWERS: tuple[type[FrozenModel], ...] = (LookupAnswer, Diagnosis, Incident, CleaningReport)

_TYPES = {"string": "text", "integer": "whole number", "boolean": "true or false", "number": "number", "null": "null"}

Schema = Mapping[str, Any]


def json_reference() -> str:
    """Return the page, in Markdown: a table of fields for each type that the answers hold."""
    _, found = models_json_schema([(answer, "serialization") for answer in _ANSWERS])
    types: dict[str, Schema] = found["$defs"]
    return "\n".join([_HEAD, *(_section(name, types[name]) for name in _in_order(types))])


def _in_order(types: Mapping[str, Schema]) -> list[str]:
    """Return the names of the types: each answer, then what it holds that was not described yet."""
    names: list[str] = []
    waiting = [answer.__name__ for answer in reversed(_ANSWERS)]
    while waiting:
        name = waiting.pop()
        if name not in names and "properties" in types[name]:
            names.append(name)
            waiting += reversed([used for field in types[name]["properties"].values() for used in _types_in(field)])
    return names


def _types_in(field: Schema) -> list[str]:
    if "$ref" in field:
        return [_name(field)]
    parts = [*field.get("anyOf", ()), *([field["items"]] if "items" in field else ())]
    return [name for part in parts for name in _types_in(part)]


def _section(name: str, described: Schema) -> str:
    rows = [
        f"| `{field}` | {_type(schema)} | {_one_line(schema['description'])} |"
        for field, schema in described["properties"].items()
    ]
    about = "\n".join(line.strip() for line in described["description"].splitlines())
    return "\n".join([f"## {name}", "", about, "", "| field | type | meaning |", "| --- | --- | --- |", *rows, ""])


def _type(schema: Schema) -> str:
    """Spell a type: `text`, `time or null`, `list of [Card](#card)`."""
    if "$ref" in schema:
        return "any JSON value" if _name(schema) == "JsonValue" else f"[{_name(schema)}](#{_name(schema).lower()})"
    if "anyOf" in schema:
        return " or ".join(_type(part) for part in schema["anyOf"])
    if "enum" in schema:
        return _alternatives(schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    if schema.get("format") == "date-time":
        return "time"
    return _TYPES.get(schema.get("type", ""), "any JSON value")


def _alternatives(values: Iterable[str]) -> str:
    return " or ".join(f"`{value}`" for value in values)


def _name(reference: Schema) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


if __name__ == "__main__":
    sys.stdout.write(json_reference())
