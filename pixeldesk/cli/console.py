"""What the command line shows to a person. Log text is hostile: control characters are made visible."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table
from rich.text import Text

from pixeldesk.printable import printable

if TYPE_CHECKING:
    from pixeldesk.ingest.load import Progress as IngestProgress

_log = logging.getLogger("pixeldesk.follow")
_LABEL_WIDTH = 14
# Columns of a table that goes to a file or another program.
_PIPED_WIDTH = 240


def print_line(line: str, *, error: bool = False) -> None:
    """One line, to stdout, or to stderr for what went wrong."""
    stream = sys.stderr if error else sys.stdout
    stream.write(printable(line) + "\n")
    stream.flush()


def print_rows(rows: list[dict[str, Any]]) -> None:
    """A table of rows with the same names."""
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


def print_card(card: dict[str, Any]) -> None:
    """A request's card: what happened, what it means, what to do, what else there was, and the reply."""
    error = card["error"]
    console = Console(highlight=False)
    title = f"{card['request_id']}  {card['status']} {error['code'] or ''}  {card['title']}"
    console.print(Text(printable(title), "bold"), soft_wrap=True)
    others = card["also_affected"]
    facts = {
        "when": card["timestamp"],
        "request": f"{card['method']} {card['path'] or card['route']}",
        "customer": card["customer_id"] or "not named in the log",
        "environment": card["environment"],
        "key": _key(card["key"]),
        "host": " ".join(filter(None, (card["host"], card["region"], card["release"]))),
        "whose fault": "ours, not the customer's" if card["ours"] else card["fault"],
        "meaning": card["meaning"],
        "fix": card["fix"],
        "retry": card["retry"],
        "same hour": f"{others['customers']} other customers, {others['requests']} requests with this error",
        "source": f"{card['source']['path']} line {card['source']['line']}",
    }
    _print_facts(console, facts)
    if card["incident"]:
        _print_facts(console, {"incident": _incident(card["incident"])})
    for one in card["diagnoses"]:
        sure = f"{one['title']} ({one['status']}, {one['confidence']:.0%} sure, id {one['id']})"
        explains = card["request_id"] in one["explains"]
        _print_facts(console, {"diagnosis" if explains else "also": sure, "": one["for"][0] if explains else None})
    for heading in ("before", "after"):
        rows = card["neighbours"][heading]
        if rows:
            console.print(Text(f"\n{heading}", "dim"))
            shown = ("timestamp", "request_id", "method", "route", "status", "error_code")
            print_rows([{name: row[name] for name in shown} for row in rows])
    console.print(Text("\nreply", "dim"))
    for line in card["reply"].splitlines():
        print_line(line)
    print_line("")


def print_diagnoses(diagnoses: list[dict[str, Any]]) -> None:
    """Each diagnosis: whose it is, how sure that is, what speaks for it and against it, and the fix."""
    console = Console(highlight=False)
    if not diagnoses:
        print_line("no case is found: nobody makes a known mistake that lasts")
    for one in diagnoses:
        who = one["customer_id"] or one["key_fingerprint"] or one["client_ip"] or "nobody that the logs name"
        console.print(Text(printable(f"{who}  {one['title']}  {one['status']}"), "bold"), soft_wrap=True)
        facts = {
            "case": f"{one['case']}, {one['confidence']:.0%} sure, id {one['id']}",
            "where": " ".join(filter(None, (one["environment"], one["website_id"]))),
            "failed": f"{one['failing_requests']} requests, {one['first_seen']} to {one['last_seen']}",
            "fix": one["fix"],
            "since": one["since"],
        }
        _print_facts(console, facts)
        for sign, sentences in (("+", one["for"]), ("-", one["against"])):
            for sentence in sentences:
                console.print(Text(f"  {sign} ", "dim") + Text(printable(sentence)), soft_wrap=True)
        print_line("")


def print_incidents(incidents: list[dict[str, Any]]) -> None:
    """Each incident: from when to when, how bad it was, whom it hit and where, what differs, examples."""
    console = Console(highlight=False)
    if not incidents:
        print_line("no incident is found: nothing failed more than usual at several callers at once")
    for one in incidents:
        where = f" in {one['environment']}" if one["environment"] else ""
        state = "goes on" if one["ended_at"] is None else "is over"
        console.print(Text(printable(f"{one['code']}{where}  {state}"), "bold"), soft_wrap=True)
        rate, usual, peak = (one[name] for name in ("rate_per_minute", "baseline_per_minute", "peak_per_minute"))
        facts = {
            "when": f"{one['started_at']} to {one['ended_at'] or one['last_seen']}, id {one['id']}",
            "failed": f"{one['requests']} requests of {one['customers']} customers",
            "on": " ".join(one["hosts"]),
            "a minute": f"{rate:.3g} failed, at its peak {peak:.3g}; usual are {usual:.2g}",
            "history": "less than a week to compare with" if one["is_learning"] else None,
            "examples": " ".join(one["examples"]),
        }
        _print_facts(console, facts)
        for sentence in one["differs"]:
            console.print(Text("  + ", "dim") + Text(printable(sentence)), soft_wrap=True)
        print_line("")


def print_replay(replay: dict[str, Any]) -> None:
    """The alerts that would have been posted, in time order, and how many and how late they are."""
    if replay["posts"]:
        print_rows([{**post, "minutes_after_onset": f"{post['minutes_after_onset']:g}"} for post in replay["posts"]])
    median = replay["median_delay_minutes"]
    late = "" if median is None else f"; median delay {median:g} minutes from onset to the first post"
    print_line(f"{replay['incidents']} incidents in {replay['days']:g} days, {len(replay['posts'])} posts{late}")


def _print_facts(console: Console, facts: dict[str, Any]) -> None:
    for label, value in facts.items():
        if value:
            console.print(Text(f"{label:<{_LABEL_WIDTH}}", "dim") + Text(printable(value)), soft_wrap=True)


def print_not_found(missing: dict[str, Any]) -> None:
    """An id without a request, and why."""
    print_line(f"{missing['request_id']}  not found")
    print_line(missing["reason"])
    if missing["nearest"]:
        print_line(f"Nearest: {', '.join(missing['nearest'])}")


@contextmanager
def progress_bar() -> Iterator["Callable[[IngestProgress], None]"]:
    """A bar on stderr with rate and time left while the block runs; nothing where stderr is no terminal."""
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
    """Log what there is to tell while files are followed, and show on a terminal how many lines came."""
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


def _incident(incident: dict[str, Any]) -> str:
    until = f"to {incident['ended_at']}" if incident["ended_at"] else "and goes on"
    return f"{incident['code']}, {incident['started_at']} {until}, {incident['customers']} customers"


def _key(key: dict[str, Any]) -> str:
    if not any(key.values()):
        return "none presented"
    scopes = "scopes not logged" if key["scopes"] is None else f"scopes: {', '.join(key['scopes']) or 'none'}"
    return f"{key['prefix'] or '?'}… ({key['length'] or '?'} characters, {scopes})"
