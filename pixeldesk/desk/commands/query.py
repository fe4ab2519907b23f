"""Ask a named question."""

from typing import Annotated

from pydantic import Field, JsonValue

from pixeldesk.desk.commands.command import Argument, Command, Context, Option
from pixeldesk.desk.desk import Desk
from pixeldesk.frozen_model import Moment
from pixeldesk.queries import Scope

Row = dict[str, JsonValue]
"""A row of an answer, by the names of its columns."""


class Query(Command[list[Row]]):
    """Ask one of the named questions."""

    name: Annotated[str, Argument()]
    """The name of a file in queries/, without .sql."""
    parameters: Annotated[dict[str, JsonValue], Option("--param")] = Field(default_factory=dict)
    """name=value; repeat it for several, and for a list."""
    start: Annotated[Moment | None, Option("--from")] = None
    """Not before this time."""
    end: Annotated[Moment | None, Option("--to")] = None
    """Before this time."""
    environment: Annotated[str | None, Option("--environment")] = None
    """Only this environment."""
    customer_id: Annotated[str | None, Option("--customer")] = None
    """Only this customer."""
    route: Annotated[str | None, Option("--route")] = None
    """Only this route."""
    host: Annotated[str | None, Option("--host")] = None
    """Only this host."""
    error_code: Annotated[str | None, Option("--code")] = None
    """Only this error code."""

    def run(self, desk: Desk, _: Context) -> list[Row]:
        scope = {name: getattr(self, name) for name in Scope.__dataclass_fields__}
        chosen = {name: value for name, value in scope.items() if value is not None}
        return desk.query(self.name, **{**chosen, **self.parameters})
