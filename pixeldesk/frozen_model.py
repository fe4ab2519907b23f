"""The base of the desk's nouns: frozen types with checked fields, written as JSON in one way."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema, model_validator

from pixeldesk.errors import UsageError
from pixeldesk.queries.values import parse_time, plain, rfc3339


def _parsed(value: object) -> object:
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC).replace(tzinfo=None)
    if not isinstance(value, str):
        return value
    try:
        return parse_time(value)
    except UsageError as error:
        raise ValueError(str(error)) from error


Moment = Annotated[
    datetime,
    BeforeValidator(_parsed),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A time in UTC without a zone, as in the store. JSON has it in RFC 3339 with Z, and it is parsed from there."""


class FrozenModel(BaseModel):
    """A noun of the desk. Its values never change, an unknown field is an error, and it is equal to its like.

    The docstring below a field is its description in docs/json.md: its meaning, its unit, and when it is null. Computed
    fields are written as JSON too; when a noun is parsed from JSON, they are computed again.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_by_name=True,
        use_attribute_docstrings=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _without_computed_fields(cls, given: object) -> object:
        if not cls.model_computed_fields or not isinstance(given, Mapping):
            return given
        computed = {field.alias or name for name, field in cls.model_computed_fields.items()}
        return {name: value for name, value in given.items() if name not in computed}

    @classmethod
    def of_rows(cls, rows: Iterable[Mapping[str, Any]]) -> list[Self]:
        """Return the noun of each row of a question. Its columns are the fields, and any other is an error."""
        return [cls.model_validate(row) for row in rows]

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object of this noun: the names and forms of docs/json.md."""
        # pydantic writes NaN as it is where a field may also be null, so its own setting for that is not enough.
        document: dict[str, Any] = plain(self.model_dump(mode="json", by_alias=True))
        return document
