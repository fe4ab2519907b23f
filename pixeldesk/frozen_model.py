"""The base of the desk's nouns: frozen types with checked fields, written as JSON in one way."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from pixeldesk.queries.values import parse_time, rfc3339


def _parsed(value: object) -> object:
    return parse_time(value) if isinstance(value, str) else value


Moment = Annotated[
    datetime,
    BeforeValidator(_parsed),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
]
"""A time in UTC without a zone, as in the store. JSON has it in RFC 3339 with Z, and it is parsed from there."""


class FrozenModel(BaseModel):
    """A noun of the desk. Its values never change, an unknown field is an error, and it is equal to its like."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null", validate_by_name=True)

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object of this noun: the names and forms of docs/json.md."""
        return self.model_dump(mode="json", by_alias=True)
