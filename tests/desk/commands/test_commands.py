"""Each command: its parameters survive the handover, and its answer is the same here and through a server."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from annotated_types import Ge
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue
from pydantic.fields import FieldInfo

from pixeldesk.cli.printers import show
from pixeldesk.desk.commands import COMMANDS, command_of
from pixeldesk.desk.commands.command import Command, Context, as_json, parameters_of
from pixeldesk.desk.commands.diagnose import Diagnose
from pixeldesk.desk.commands.doctor import Doctor
from pixeldesk.desk.commands.incidents import Incidents, Replay
from pixeldesk.desk.commands.lookup import Lookup
from pixeldesk.desk.commands.quarantine import Quarantine
from pixeldesk.desk.commands.query import Query, Row
from pixeldesk.desk.commands.redact import Redact
from pixeldesk.desk.commands.report import Report, ReportFile
from pixeldesk.desk.commands.retain import Retain
from pixeldesk.desk.desk import Desk
from pixeldesk.errors import ServerError, UsageError
from pixeldesk.frozen_model import FrozenModel
from pixeldesk.incidents.incident import Incident
from pixeldesk.server.handover.client import ask_server
from pixeldesk.server.handover.server import handover_server
from pixeldesk.server.handover.server_file import ServerFile

READING: list[Command[Any]] = [
    Lookup(text="req_oyFWlSH2Fk and req_unknown001"),
    Diagnose(start=datetime(2026, 11, 16), environment="production"),
    Incidents(),
    Incidents(start=datetime(2026, 11, 20)),
    Replay(end=datetime(2026, 11, 20)),
    Report(week="2026-W47"),
    ReportFile(week="2026-W47", form="csv"),
    ReportFile(week="2026-W47", form="json"),
    Query(name="error_codes"),
    Query(name="requests", environment="production", parameters={"customer_id": "cus_qd6lx"}),
    Query(name="failing_values", parameters={"count": "3", "not_callers": ["cus_qd6lx", ""]}),
    Quarantine(limit=7),
    Redact(check=True),
    Doctor(),
]
# Those that write, to the store or beside it, or change what runs in the server.
WRITING = {"ingest", "follow", "stop_following", "mark", "retry", "retain", "backup", "restore", "rebuild"}
JSON_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 53), 1 << 53) | st.text(), lambda inner: st.lists(inner, max_size=3)
)


def values_of(field: FieldInfo) -> st.SearchStrategy[Any]:
    """Draw values of a field."""
    least = next((each.ge for each in field.metadata if isinstance(each, Ge)), None)
    return values_of_type(field.annotation, least)


def values_of_type(annotation: Any, least: Any = None) -> st.SearchStrategy[Any]:
    """Draw values of a type."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return values_of_type(arguments[0])
    if origin in (Union, UnionType):
        return st.one_of(*(values_of_type(each) for each in arguments))
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is list:
        return st.lists(values_of_type(arguments[0]), max_size=4)
    if origin is dict:
        return st.dictionaries(st.text(), JSON_VALUES, max_size=3)
    if annotation is int:
        return st.integers(least or 0, 1 << 53)
    plain: dict[Any, st.SearchStrategy[Any]] = {
        NoneType: st.none(),
        bool: st.booleans(),
        # File names may have octets that are not UTF-8, which are lone surrogates in Python.
        str: st.text(st.characters(codec=None)),
        datetime: st.datetimes(),
        Path: st.just(Path("/a/week.md")),
        JsonValue: JSON_VALUES,
    }
    return plain[annotation]


@pytest.fixture(scope="module")
def server(sample_desk: Desk) -> Iterator[ServerFile]:
    with handover_server(sample_desk) as found:
        yield found


def without_seconds(answer: Any) -> Any:
    """Return an answer without the time that it took."""
    document = as_json(answer)
    return {**document, "seconds": None} if isinstance(document, dict) else document


def test_every_command_that_reads_is_asked() -> None:
    assert {command.command_name() for command in COMMANDS} == WRITING | {each.command_name() for each in READING}
    assert not any(each.writes for each in READING)


@pytest.mark.parametrize("command", READING, ids=lambda each: each.command_name())
def test_a_server_answers_as_this_process_does(command: Command[Any], sample_desk: Desk, server: ServerFile) -> None:
    here = command.run(sample_desk, Context())
    there = ask_server(server, command, Context())
    assert type(there) is type(here)
    assert json.dumps(without_seconds(there)) == json.dumps(without_seconds(here))
    if not isinstance(command, Doctor):
        assert there == here
    assert command.exit_code(there) == command.exit_code(here)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each.command_name())
def test_parameters_survive_the_handover(command: type[Command[Any]]) -> None:
    fields = {name: values_of(field) for name, field in command.model_fields.items()}

    @settings(max_examples=60, deadline=None)
    @given(st.fixed_dictionaries({}, optional=fields))
    def survive(parameters: dict[str, Any]) -> None:
        try:
            made = command.of(parameters)
        except UsageError:
            return
        line = json.dumps(parameters_of(made))
        assert "\n" not in line
        assert command_of(command.command_name(), json.loads(line)) == made

    survive()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each.command_name())
def test_the_parameters_of_a_command_have_a_schema(command: type[Command[Any]]) -> None:
    schema = json.loads(json.dumps(command.model_json_schema()))
    assert schema["description"]
    described = schema.get("properties", {})
    assert set(described) == set(command.model_fields)
    assert all(field["description"] for field in described.values())


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each.command_name())
def test_the_answer_of_a_command_is_a_noun_with_a_schema(command: type[Command[Any]]) -> None:
    answer = command.answer_type()
    noun = get_args(answer)[0] if get_origin(answer) is list else answer
    schema = json.loads(json.dumps(command.answer_adapter().json_schema(mode="serialization")))
    if noun == Row or answer is bool:  # The columns of a question are its own.
        return
    assert issubclass(noun, FrozenModel)
    described = schema["items"] if get_origin(answer) is list else schema
    name = described.get("$ref", "").rpartition("/")[2]
    assert (schema["$defs"][name] if name else described)["properties"]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each.command_name())
def test_a_command_of_the_command_line_is_printed(command: type[Command[Any]]) -> None:
    assert (show.dispatch(command) is not show.dispatch(object)) == (command.typed != ())


def test_whether_a_command_writes_may_depend_on_its_parameters() -> None:
    assert (Retain().writes, Retain(dry_run=True).writes) == (True, False)


def test_an_unknown_command_is_one_short_line() -> None:
    with pytest.raises(UsageError) as raised:
        command_of("x" * 10_000_000, {})
    assert str(raised.value).startswith("the desk has no command 'xxx")
    assert len(str(raised.value)) < 400


# --- versions -----------------------------------------------------------------------------------------------


class Weather(Command[bool]):
    """Tell the weather, which no server can yet."""

    def run(self, desk: Desk, _: Context) -> bool:
        return desk is not None


def test_a_server_of_another_version_says_so(sample_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pixeldesk.server.handover.server.installed_version", lambda: "9.8.7")
    monkeypatch.setattr("pixeldesk.server.handover.client.installed_version", lambda: "9.9.0")
    versions = r"the server that has the store is 9\.8\.7, this command is 9\.9\.0; restart the server \(.*"
    with handover_server(sample_desk) as server:
        with pytest.raises(ServerError, match=versions + "no command 'weather'"):
            ask_server(server, Weather(), Context())
        monkeypatch.setattr(Incidents, "run", lambda *_: [{"id": "x"}])
        with pytest.raises(ServerError, match=versions + "its answer has another 0.code: Field required"):
            ask_server(server, Incidents(), Context())


def test_a_server_of_the_same_version_refuses_in_its_own_words(server: ServerFile) -> None:
    with pytest.raises(ServerError, match=r"^the desk has no command 'weather'; there are: "):
        ask_server(server, Weather(), Context())


def test_fields_of_a_newer_incident_are_ignored(
    sample_desk: Desk, server: ServerFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first, *_) = sample_desk.incidents()
    newer: list[dict[str, Any]] = [{**first.as_json(), "mood": "bad"}]
    monkeypatch.setattr(Incidents, "run", lambda *_: newer)
    (found,) = ask_server(server, Incidents(), Context())
    assert isinstance(found, Incident) and found == first
