"""The command line that is made from the models of the commands, without running them."""

from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
import typer
from typer.main import get_command

from pixeldesk.cli.main import application
from pixeldesk.cli.options import function_of
from pixeldesk.desk.commands import COMMANDS
from pixeldesk.desk.commands.command import Argument, Command, Context, Option
from pixeldesk.desk.commands.diagnose import Diagnose
from pixeldesk.desk.commands.ingest import Follow, Ingest
from pixeldesk.desk.commands.lookup import Lookup
from pixeldesk.desk.commands.quarantine import Quarantine, Retry
from pixeldesk.desk.commands.query import Query
from pixeldesk.desk.commands.report import ReportFile
from pixeldesk.desk.commands.retain import Retain
from pixeldesk.desk.desk import Desk
from pixeldesk.errors import UsageError


def typed(command: type[Command[Any]], *arguments: str, **variants: type[Command[Any]]) -> Command[Any]:
    """Return the command that a command line says."""
    found: list[Command[Any]] = []
    app = typer.Typer()
    options = {f"--{name}": variant for name, variant in variants.items()}
    app.command()(function_of(command, options, lambda made, _db, _as_json: found.append(made)))
    app([*arguments], standalone_mode=False)
    return found[0]


@pytest.mark.parametrize(
    ("command", "arguments", "expected"),
    [
        (Lookup, ["req_1 and req_2"], Lookup(text="req_1 and req_2")),
        (Lookup, ["--", "-x"], Lookup(text="-x")),
        (Diagnose, [], Diagnose()),
        (Diagnose, ["--from", "2026-11-16T13:00:00+01:00"], Diagnose(start=datetime(2026, 11, 16, 12))),
        (Diagnose, ["--customer", "cus_1", "--environment", ""], Diagnose(customer_id="cus_1", environment="")),
        (Ingest, ["a", "b", "--format", "nginx"], Ingest(paths=["a", "b"], format_name="nginx")),
        (Quarantine, [], Quarantine(limit=100)),
        (Quarantine, ["--limit", "7"], Quarantine(limit=7)),
        (Retain, ["--dry-run"], Retain(dry_run=True)),
        (ReportFile, [], ReportFile(form="md")),
        (ReportFile, ["--format", "xlsx", "--out", "w.xlsx"], ReportFile(form="xlsx", out=Path("w.xlsx"))),
        (ReportFile, ["--format", "xlsx", "--json"], ReportFile(form="json")),
        (Query, ["gaps"], Query(name="gaps")),
        (
            Query,
            ["x", "--param", "a=1", "--param", "b=", "--param", "c=x=y", "--param", "a=2", "--code", "z"],
            Query(name="x", parameters={"a": ["1", "2"], "b": "", "c": "x=y"}, error_code="z"),
        ),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else None,
)
def test_a_command_line_makes_its_model(
    command: type[Command[Any]], arguments: list[str], expected: Command[Any]
) -> None:
    assert typed(command, *arguments) == expected


def test_an_option_chooses_the_variant_of_a_command() -> None:
    assert typed(Quarantine, "--limit", "7", retry=Retry) == Quarantine(limit=7)
    assert typed(Quarantine, "--retry", "--source", "a.log", retry=Retry) == Retry(source="a.log")
    assert typed(Quarantine, "--retry", "--limit", "7", retry=Retry) == Retry()
    followed = typed(Ingest, "a.log", "--follow", follow=Follow)
    assert isinstance(followed, Follow)
    assert followed.paths == ["a.log"]
    assert not isinstance(typed(Ingest, "a.log", follow=Follow), Follow)


@pytest.mark.parametrize(
    ("command", "arguments", "complaint"),
    [
        (Quarantine, ["--source", "a.log"], "--source goes with --retry"),
        (Query, ["x", "--param", "color"], "--param takes name=value"),
        (Diagnose, ["--to", "yesterday"], "'yesterday' is not a time"),
        (ReportFile, ["--format", "pdf"], "not as 'pdf'"),
    ],
)
def test_what_does_not_fit_is_a_usage_error(command: type[Command[Any]], arguments: list[str], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        typed(command, *arguments, retry=Retry)


class Weather(Command[bool]):
    """Tell the weather.

    What is below the first paragraph is for programmers.
    """

    typed: ClassVar[tuple[str, ...]] = ()

    place: str = "here"
    """A parameter that is not on the command line."""

    def run(self, desk: Desk, _: Context) -> bool:
        return desk is not None


def test_a_parameter_without_an_option_is_not_on_the_command_line() -> None:
    assert typed(Weather) == Weather()
    for arguments in (["there"], ["--place", "there"]):
        with pytest.raises(typer.TyperException):
            typed(Weather, *arguments)


@pytest.mark.parametrize("command", [each for each in COMMANDS if each.typed != ()], ids=lambda each: each.__name__)
def test_the_help_of_a_command_is_that_of_its_model(command: type[Command[Any]]) -> None:
    (name, *option) = command.typed or (command.command_name(),)
    shown = get_command(application).commands[name]  # type: ignore[attr-defined]
    helps = {parameter.name: getattr(parameter, "help", None) for parameter in shown.params}
    assert helps[option[0].lstrip("-")] if option else shown.help == command.summary()
    for field_name, field in command.model_fields.items():
        if any(isinstance(each, Option | Argument) for each in field.metadata):
            assert helps[field_name]
            assert option or helps[field_name] == field.description
