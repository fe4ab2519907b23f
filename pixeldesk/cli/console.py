"""Print answers for people. Log text is hostile: control characters are escaped."""

import json
import logging
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table
from rich.text import Text

from pixeldesk.alerts.replay import Replay
from pixeldesk.desk.doctor import Examination
from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.incidents.incident import Incident
from pixeldesk.ingest.cleaning.report import CleaningReport
from pixeldesk.ingest.rebuilding.report import RebuildReport
from pixeldesk.ingest.report import Ingested, Reading, Retried
from pixeldesk.printable import printable
from pixeldesk.queries.values import rfc3339
from pixeldesk.retention.retention import RetentionReport
from pixeldesk.tickets.answer import LookupAnswer, NotFound
from pixeldesk.tickets.card import Card, KeyHint

if TYPE_CHECKING:
    from pixeldesk.ingest.load import Progress as IngestProgress

_log = logging.getLogger("pixeldesk.follow")
_LABEL_WIDTH = 14
# Width of a table on a stream that is no terminal, characters.
_PIPED_WIDTH = 240
_MOST_MORE_ROWS = 20
_MOST_UNREAD_ROWS = 10
_SHOWN_OF_SUGGESTED = {"timestamp", "request_id", "customer_id", "status", "code", "route", "why"}
_SHOWN_OF_NEIGHBOURS = {"timestamp", "request_id", "method", "route", "status", "error_code"}


def print_line(line: str, *, error: bool = False) -> None:
    """Print one line, to stderr if it is an error, else to stdout."""
    stream = sys.stderr if error else sys.stdout
    stream.write(printable(line) + "\n")
    stream.flush()


def print_error(line: str) -> None:
    """Print one line to stderr, prefixed with the program's name."""
    print_line(f"pixeldesk: {line}", error=True)


def print_json(document: Any) -> None:
    """Print a JSON document, indented on a terminal.

    ASCII only: some control characters of a terminal lie beyond it, and some encodings have nothing else.
    """
    json.dump(document, sys.stdout, indent=2 if sys.stdout.isatty() else None)
    sys.stdout.write("\n")
    sys.stdout.flush()


def print_content(content: bytes) -> None:
    """Print a file's content: unchanged to a pipe or file, with control characters escaped to a terminal."""
    if sys.stdout.isatty():
        for line in content.decode("utf-8-sig").splitlines():
            print_line(line)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()


def print_rows(rows: Sequence[Mapping[str, object]]) -> None:
    """Print rows with the same columns as a table."""
    if not rows:
        print_line("none")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in rows[0]:
        table.add_column(Text(printable(name)), overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(value)) for value in row.values()))
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_PIPED_WIDTH)
    console.print(table)


def print_card(card: Card) -> None:
    """Print a request's card: what happened, its meaning, the fix, diagnoses, neighbours and the reply."""
    console = Console(highlight=False)
    title = f"{card.request_id}  {card.status} {card.error.code or ''}  {card.title}"
    console.print(Text(printable(title), "bold"), soft_wrap=True)
    others = card.also_affected
    facts = {
        "when": rfc3339(card.timestamp),
        "request": f"{card.method} {card.path or card.route}",
        "customer": card.customer_id or "not named in the log",
        "environment": card.environment,
        "key": _key(card.key),
        "host": " ".join(filter(None, (card.host, card.region, card.release))),
        "whose fault": "ours, not the customer's" if card.ours else card.fault,
        "meaning": card.meaning,
        "fix": card.fix,
        "retry": card.retry,
        "same hour": f"{others.customers} other customers, {others.requests} requests with this error",
        "source": f"{card.source.path} line {card.source.line}",
        "incident": _incident(card.incident) if card.incident else None,
    }
    _print_facts(console, facts)
    for diagnosis in card.diagnoses:
        found = f"{diagnosis.title} ({diagnosis.status}, {diagnosis.confidence:.0%} sure, id {diagnosis.id})"
        if card.request_id in diagnosis.explains:
            _print_facts(console, {"diagnosis": found, "": diagnosis.evidence_for[0].cited()})
        else:
            _print_facts(console, {"also": found})
    for heading, rows in (("before", card.neighbours.before), ("after", card.neighbours.after)):
        if rows:
            console.print(Text(f"\n{heading}", "dim"))
            print_rows([row.model_dump(mode="json", include=_SHOWN_OF_NEIGHBOURS) for row in rows])
    console.print(Text("\nreply", "dim"))
    for line in card.reply.splitlines():
        print_line(line)
    print_line("")


def print_named(answer: LookupAnswer) -> None:
    """Print what a text names beside ids; without a found id also the requests that fit it."""
    console = Console(highlight=False)
    if answer.named:
        console.print(Text("the text names", "dim"))
        for each in answer.named:
            print_line(f"  {each.kind:<12} {each.value}{'' if each.is_known else '  (not in the logs)'}")
    if answer.found:
        return
    if answer.suggested:
        console.print(Text("\nfailing requests that fit it, best first", "dim"))
        print_rows([each.model_dump(mode="json", include=_SHOWN_OF_SUGGESTED) for each in answer.suggested])
    if answer.diagnoses:
        console.print(Text("\ndiagnoses of these callers", "dim"))
        print_diagnoses(answer.diagnoses)


def print_diagnoses(diagnoses: Sequence[Diagnosis]) -> None:
    """Print each diagnosis: its customer, its confidence, the evidence for and against it, and the fix."""
    console = Console(highlight=False)
    if not diagnoses:
        print_line("no case is found: nobody makes a known mistake that lasts")
    for diagnosis in diagnoses:
        known = (diagnosis.customer_id, diagnosis.key_fingerprint, diagnosis.client_ip)
        who = next(filter(None, known), "nobody that the logs name")
        span = f"{rfc3339(diagnosis.first_seen)} to {rfc3339(diagnosis.last_seen)}"
        console.print(Text(printable(f"{who}  {diagnosis.title}  {diagnosis.status}"), "bold"), soft_wrap=True)
        facts = {
            "case": f"{diagnosis.case}, {diagnosis.confidence:.0%} sure, id {diagnosis.id}",
            "where": " ".join(filter(None, (diagnosis.environment, diagnosis.website_id))),
            "failed": f"{diagnosis.failing_requests} requests, {span}",
            "fix": diagnosis.fix,
            "since": diagnosis.since,
        }
        _print_facts(console, facts)
        for sign, sentences in (("+", diagnosis.for_), ("-", diagnosis.against)):
            for sentence in sentences:
                console.print(Text(f"  {sign} ", "dim") + Text(printable(sentence)), soft_wrap=True)
        print_line("")


def print_incidents(incidents: Sequence[Incident]) -> None:
    """Print each incident: its time, rate, customers and hosts, what differs about its requests, and examples."""
    console = Console(highlight=False)
    if not incidents:
        print_line("no incident is found: nothing failed more than usual at several callers at once")
    for incident in incidents:
        where = f" in {incident.environment}" if incident.environment else ""
        state = "goes on" if incident.is_open else "is over"
        console.print(Text(printable(f"{incident.code}{where}  {state}"), "bold"), soft_wrap=True)
        rate, usual, peak = incident.rate_per_minute, incident.baseline_per_minute, incident.peak_per_minute
        facts = {
            "when": f"{rfc3339(incident.started_at)} to {rfc3339(incident.until)}, id {incident.id}",
            "failed": f"{incident.requests} requests of {incident.customers} customers",
            "on": " ".join(incident.hosts),
            "a minute": f"{rate:.3g} failed, at its peak {peak:.3g}; usual are {usual:.2g}",
            "history": "less than a week to compare with" if incident.is_learning else None,
            "examples": " ".join(incident.examples),
        }
        _print_facts(console, facts)
        for sentence in incident.differs:
            console.print(Text("  + ", "dim") + Text(printable(sentence)), soft_wrap=True)
        print_line("")


def print_replay(replay: Replay) -> None:
    """Print the alerts that would have been posted, in time order, with their number and their delay."""
    if replay.posts:
        rows = [post.as_json() for post in replay.posts]
        print_rows([{**row, "minutes_after_onset": f"{row['minutes_after_onset']:g}"} for row in rows])
    median = replay.median_delay_minutes
    late = "" if median is None else f"; median delay {median:g} minutes from onset to the first post"
    print_line(f"{replay.incidents} incidents in {replay.days:g} days, {len(replay.posts)} posts{late}")


def print_ingest(report: Ingested) -> None:
    """Print the counts of an ingest in one line, and a line for the files that have fields which were not read."""
    counted = ", ".join(
        f"{lines:,} {name}" for name, lines in report.lines_by_outcome().items() if lines or name == "requests"
    )
    unchanged = f" ({report.unchanged} unchanged)" if report.unchanged else ""
    formats = ", ".join(f"{name} {count:,}" for name, count in report.formats.items())
    as_formats = f" ({formats})" if set(report.formats) - {"pixel"} else ""
    read = f"{report.files:,} files{as_formats}{unchanged}, {report.lines:,} lines in {report.seconds:.1f} s"
    print_line(f"{read}: {counted}")
    print_unread(report.readings)
    print_outlasting(report.readings)


def print_outlasting(readings: Sequence[Reading]) -> None:
    """Print which files have a request that takes longer than the file spans: a line for the first of each format."""
    doubtful = {reading.format: reading for reading in reversed(readings) if reading.longest_ms is not None}
    for reading in doubtful.values():
        hours = (reading.longest_ms or 0) / 3_600_000
        print_line(
            f"{reading.source} ({reading.format}): a request took {hours:,.1f} hours, longer than the log itself; "
            "is its duration in another unit? A format of your own says which (docs/adding_a_format.md)"
        )


def print_unread(readings: Sequence[Reading]) -> None:
    """Print which fields of files look as if they should have been read: a line a format, with its first file."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for reading in readings:
        if reading.unread:
            alike.setdefault((reading.format, *reading.unread), []).append(reading.source)
    for (format_name, *names), sources in islice(alike.items(), _MOST_UNREAD_ROWS):
        others = f" and {len(sources) - 1:,} others" if len(sources) > 1 else ""
        print_line(
            f"{sources[0]}{others} ({format_name}): not read, and may be a status, a path, an id or a time: "
            f"{', '.join(names)}; a format of your own reads it (docs/adding_a_format.md)"
        )
    if len(alike) > _MOST_UNREAD_ROWS:
        print_line(f"{len(alike) - _MOST_UNREAD_ROWS:,} more kinds of files have such fields; --json names all")


def print_retry(report: Retried) -> None:
    """Print the counts of a retry of quarantined lines, and the sources where lines were no longer found."""
    good = f"{report.requests:,} requests, {report.events:,} events, {report.duplicates:,} duplicates"
    print_line(f"{report.tried:,} lines tried: {good}; {report.still:,} are still not understood")
    if report.not_found:
        where = ", ".join(report.not_found_in)
        print_error(f"{report.not_found:,} are no longer where they stood, and stay: {where}")


def print_rebuild(report: RebuildReport) -> None:
    """Print what became of the records of an old store."""
    outcomes = f"{report.requests:,} requests, {report.events:,} events, {report.quarantined:,} quarantined"
    print_line(
        f"{report.read:,} records read in {report.seconds:.1f} s: {report.stored:,} stored ({outcomes}, "
        f"{report.unmapped:,} unmapped), {report.duplicates:,} stored already"
    )
    for table, rows in report.unread.items():
        print_line(f"{rows:,} rows of {table} could not be read")
    if report.left:
        print_line("if the logs are still there, pixeldesk ingest PATH stores what is missing, and nothing twice")


def print_retention(report: RetentionReport) -> None:
    """Print what retention dropped, or would drop in a dry run, by rule and in total."""
    if report.by_rule:
        print_rows([of_rule.as_json() for of_rule in report.by_rule])
    what = f"{report.requests:,} requests and {report.events:,} application log lines of {report.days:,} days"
    would = "would be" if report.dry_run else "were"
    print_line(f"{what} {would} dropped; what was counted of them stays in charts")


def print_redacted(report: CleaningReport, *, is_check: bool) -> None:
    """Print what was found in the texts of a store, by table and by kind, and what is left to do by hand."""
    print_rows([table.as_json() for table in report.tables])
    print_rows([kind.as_json() for kind in report.kinds])
    found = f"something was found in {report.changed:,} of {report.rows:,} rows"
    if is_check:
        print_line(f"{found}; pixeldesk redact removes it" if report.changed else found)
    else:
        print_line(f"{found} and removed" if report.changed else found)
    if report.is_unfinished:
        print_line("an earlier run was interrupted: the file still holds the former texts; run pixeldesk redact again")
    if report.is_file_new:
        print_line("the store is in a new file; what the former one had on the disk stays until that is reused")
    for path in report.older_copies:
        print_line(f"{path} holds the store as it was before; delete it when you need it no longer")


def print_doctor(found: Examination) -> None:
    """Print the configuration and the contents of the store, and each problem to stderr."""
    print_line(f"pixeldesk {found.version}")
    parts = found.as_json()
    for part in ("settings", "store", "gaps", "sources", "totals", "retention"):
        print_rows([{part: name, "": value} for name, value in parts[part].items()])
    for problem in found.wrong:
        print_error(problem)
    if found.ok:
        print_line("nothing is wrong")


def _print_facts(console: Console, facts: Mapping[str, object]) -> None:
    for label, value in facts.items():
        if value:
            console.print(Text(f"{label:<{_LABEL_WIDTH}}", "dim") + Text(printable(value)), soft_wrap=True)


def print_more(answer: LookupAnswer) -> None:
    """Print how many requests an answer leads to, and the first of those without a card."""
    if not answer.more:
        return
    shown = answer.more[:_MOST_MORE_ROWS]
    print_line(f"{answer.requests:,} requests in all, {len(answer.found)} of them above; the next {len(shown)}:")
    print_rows([row.as_json() for row in shown])
    print_line("")


def print_ticket_reply(answer: LookupAnswer) -> None:
    """Print the reply to a ticket as a whole, unless the card of its only request has printed it."""
    if len(answer.found) == 1 and not answer.not_found:
        return
    Console(highlight=False).print(Text("\nreply to the whole ticket", "dim"))
    for line in answer.reply.splitlines():
        print_line(line)


def print_not_found(missing: NotFound) -> None:
    """Print an id that has no request, the reason, and the nearest ids."""
    print_line(f"{missing.request_id}  not found")
    print_line(missing.reason)
    if missing.nearest:
        print_line(f"Nearest: {', '.join(missing.nearest)}")


def print_shared(answer: LookupAnswer) -> None:
    """Print which ids of the text lead to several requests."""
    counts = Counter([*(card.found_by for card in answer.found), *(row.found_by for row in answer.more)])
    for request_id, count in counts.items():
        if count > 1:
            print_line(
                f"{request_id}  {count:,} requests share this id: which one is meant, the time and customer tell"
            )


def print_event_lines(answer: LookupAnswer) -> None:
    """Print the application log lines that ids without a request lead to, in time order."""
    for line in answer.events:
        print_line(f"{rfc3339(line.timestamp)}  {line.line}")


@contextmanager
def progress_bar() -> Iterator["Callable[[IngestProgress], None]"]:
    """Show a progress bar on stderr during the block, with rate and time left, if stderr is a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    columns = (
        TextColumn("{task.fields[lines]:,} lines"),
        BarColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("reading", total=None, lines=0)

        def show(state: "IngestProgress") -> None:
            bar.update(task, completed=state.bytes_read, total=state.bytes_total, lines=state.lines)

        yield show


@contextmanager
def following_line() -> Iterator["Callable[[IngestProgress], None]"]:
    """Log a follower's notices during the block, and show a counter of its lines if stderr is a terminal."""
    shown = ""

    def show(state: "IngestProgress") -> None:
        nonlocal shown
        if state.notice is not None:
            clear()
            _log.warning(state.notice)
        counted = f"following: {state.lines:,} lines"
        if sys.stderr.isatty() and counted != shown:
            sys.stderr.write(f"\r{counted}")
            sys.stderr.flush()
            shown = counted

    def clear() -> None:
        nonlocal shown
        if shown:
            sys.stderr.write(f"\r{' ' * len(shown)}\r")
            shown = ""

    try:
        yield show
    finally:
        clear()


def _incident(incident: Incident) -> str:
    until = f"to {rfc3339(incident.ended_at)}" if incident.ended_at else "and goes on"
    return f"{incident.code}, {rfc3339(incident.started_at)} {until}, {incident.customers} customers"


def _key(key: KeyHint) -> str:
    if key == KeyHint():
        return "none presented"
    scopes = "scopes not logged" if key.scopes is None else f"scopes: {', '.join(key.scopes) or 'none'}"
    return f"{key.prefix or '?'}… ({key.length or '?'} characters, {scopes})"
