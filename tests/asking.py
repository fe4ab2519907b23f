"""Ask a desk as another process does: a command by its name, with parameters and an answer in JSON."""

from collections.abc import Mapping
from typing import Any

from pixeldesk.desk.commands import command_of
from pixeldesk.desk.commands.command import Context, as_json
from pixeldesk.desk.desk import Desk


def answer(desk: Desk, name: str, parameters: Mapping[str, object]) -> Any:
    """Run a command and return its answer as a JSON document. Raises PixeldeskError."""
    return as_json(command_of(name, parameters).run(desk, Context()))
