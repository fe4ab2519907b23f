"""Print the answer of each command for people: one printer a command."""

from functools import singledispatch
from typing import Any

from pixeldesk.alerts.replay import Replay as ReplayAnswer
from pixeldesk.cli.console import (
    print_card,
    print_content,
    print_diagnoses,
    print_doctor,
    print_error,
    print_event_lines,
    print_incidents,
    print_ingest,
    print_line,
    print_more,
    print_named,
    print_not_found,
    print_rebuild,
    print_redacted,
    print_replay,
    print_retention,
    print_retry,
    print_rows,
    print_shared,
    print_ticket_reply,
)
from pixeldesk.desk.commands.backup import Backup, CopyReport, Restore
from pixeldesk.desk.commands.command import Command
from pixeldesk.desk.commands.diagnose import Diagnose
from pixeldesk.desk.commands.doctor import Doctor
from pixeldesk.desk.commands.incidents import Incidents, Replay
from pixeldesk.desk.commands.ingest import Ingest
from pixeldesk.desk.commands.lookup import Lookup
from pixeldesk.desk.commands.mark import Mark
from pixeldesk.desk.commands.quarantine import Quarantine, Retry
from pixeldesk.desk.commands.query import Query, Row
from pixeldesk.desk.commands.rebuild import Rebuild
from pixeldesk.desk.commands.redact import Redact
from pixeldesk.desk.commands.report import ReportContent, ReportFile
from pixeldesk.desk.commands.retain import Retain
from pixeldesk.desk.doctor import Examination
from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.diagnosis.mark_journal import Mark as MarkAnswer
from pixeldesk.file_modes import modes_of_the_user
from pixeldesk.incidents.incident import Incident
from pixeldesk.ingest.cleaning.report import CleaningReport
from pixeldesk.ingest.rebuilding.report import RebuildReport
from pixeldesk.ingest.report import Ingested, Retried
from pixeldesk.queries import question
from pixeldesk.retention.retention import RetentionReport
from pixeldesk.tickets.answer import LookupAnswer


@singledispatch
def show(command: Command[Any], answer: Any) -> None:
    """Print a command's answer. A command without a printer of its own raises NotImplementedError."""
    del answer
    raise NotImplementedError(f"{command.command_name()} has no printer")


@show.register
def _(_: Ingest, answer: Ingested) -> None:
    print_ingest(answer)


@show.register
def _(_: Lookup, answer: LookupAnswer) -> None:
    print_shared(answer)
    for card in answer.found:
        print_card(card)
    print_more(answer)
    for missing in answer.not_found:
        print_not_found(missing)
    print_event_lines(answer)
    print_named(answer)
    if not answer.ids:
        print_error("there is no request id in that text; ids look like req_7Qm2xV9cT4")
    print_ticket_reply(answer)


@show.register
def _(_: Diagnose, answer: list[Diagnosis]) -> None:
    print_diagnoses(answer)


@show.register
def _(_: Incidents, answer: list[Incident]) -> None:
    print_incidents(answer)


@show.register
def _(_: Replay, answer: ReplayAnswer) -> None:
    print_replay(answer)


@show.register
def _(command: ReportFile, answer: ReportContent) -> None:
    if command.out is None:
        print_content(answer.content)
    else:
        with modes_of_the_user():
            command.out.write_bytes(answer.content)


@show.register
def _(_: Mark, answer: MarkAnswer) -> None:
    print_line(f"{answer.case} {answer.diagnosis} is marked {answer.verdict}")


@show.register
def _(command: Query, answer: list[Row]) -> None:
    print_line(question(command.name).asks)
    print_rows(answer)


@show.register
def _(_: Quarantine, answer: list[Row]) -> None:
    print_rows(answer)


@show.register
def _(_: Retry, answer: Retried) -> None:
    print_retry(answer)


@show.register
def _(_: Retain, answer: RetentionReport) -> None:
    print_retention(answer)


@show.register
def _(command: Redact, answer: CleaningReport) -> None:
    print_redacted(answer, is_check=command.check)


@show.register
def _(_: Backup, answer: CopyReport) -> None:
    print_line(f"{answer.requests:,} requests in {answer.path}, {answer.bytes:,} bytes")


@show.register
def _(_: Restore, answer: CopyReport) -> None:
    print_line(f"{answer.requests:,} requests are restored to {answer.path}")
    if answer.former:
        print_line(f"the store that was there is {answer.former}; delete it when you need it no longer")


@show.register
def _(_: Rebuild, answer: RebuildReport) -> None:
    print_rebuild(answer)


@show.register
def _(_: Doctor, answer: Examination) -> None:
    print_doctor(answer)
