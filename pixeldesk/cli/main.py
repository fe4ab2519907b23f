"""The command line: one thin function a command. Errors become one line on stderr here, and nowhere else.

Exit codes: 0 done; 1 the answer is "no" or "not all"; 2 it could not be done.
"""

import _thread
import json
import logging
import os
import signal
import sys
import threading
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from pixeldesk.cli.console import (
    following_line,
    print_card,
    print_diagnoses,
    print_incidents,
    print_line,
    print_not_found,
    print_replay,
    print_rows,
    progress_bar,
)
from pixeldesk.errors import PixeldeskError, UsageError
from pixeldesk.ingest.report import OUTCOMES
from pixeldesk.ingest.sources.address import absolute
from pixeldesk.log_output import configure_logging
from pixeldesk.queries import question
from pixeldesk.queries.values import rfc3339
from pixeldesk.server.handover.client import ask
from pixeldesk.settings import Settings
from pixeldesk.version import installed_version

application = typer.Typer(
    name="pixeldesk",
    help="The support desk for Pixel API request ids.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
Database = Annotated[Path | None, typer.Option("--db", help="The store, a DuckDB file. [env: PIXELDESK_DB]")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout and nothing else there.")]
_alerts_log = logging.getLogger("pixeldesk.alerts")
_NOT_ALL = 1
_COULD_NOT = 2


def _print_version(asked: bool) -> None:
    if asked:
        print_line(f"pixeldesk {installed_version()}")
        raise typer.Exit


@application.callback()
def _of_every_command(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    pass


@application.command()
def ingest(
    paths: Annotated[list[str], typer.Argument(help="Files, folders, globs, addresses such as s3://…; - is stdin.")],
    log_format: Annotated[
        str, typer.Option("--format", help="auto, or a format by name: nginx, docker/pino, …")
    ] = "auto",
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on with what is written to them, until stopped.")
    ] = False,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Read log files into the store, each line once."""
    # A server that does this for us has another working folder.
    paths_there = [absolute(path) for path in paths]
    piped = sys.stdin.buffer if "-" in paths else None
    parameters = {"paths": paths_there, "format_name": log_format}
    if follow:
        report = _follow(_settings(db), parameters)
    else:
        with progress_bar() as progress:
            report = ask(_settings(db), "ingest", parameters, standard_input=piped, progress=progress)
    if as_json:
        _print_json(report)
    else:
        print_line(_ingest_sentence(report))
    for problem in () if follow else report["unreadable"] + report["damaged"]:
        _complain(problem)
    if report["unreadable"]:
        raise typer.Exit(_COULD_NOT)
    if report["damaged"] or report["lost"]:
        raise typer.Exit(_NOT_ALL)


@application.command()
def lookup(
    text: Annotated[str, typer.Argument(help="A request id, several, or a whole ticket; - reads stdin.")],
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Find the requests that a text names: what happened, why, the fix, and a reply to send."""
    octets = sys.stdin.buffer.read() if text == "-" else os.fsencode(text)
    text = octets.decode(errors="replace")
    answer = ask(_settings(db), "lookup", {"text": text})
    if as_json:
        _print_json(answer)
    else:
        for card in answer["found"]:
            print_card(card)
        for missing in answer["not_found"]:
            print_not_found(missing)
        if not answer["ids"]:
            _complain("there is no request id in that text; ids look like req_7Qm2xV9cT4")
    if answer["not_found"] or not answer["ids"]:
        raise typer.Exit(_NOT_ALL)


@application.command()
def diagnose(
    start: Annotated[str | None, typer.Option("--from", help="Failures not before this time.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Failures before this time, which is the present.")] = None,
    customer: Annotated[str | None, typer.Option("--customer", help="Only this customer.")] = None,
    environment: Annotated[str | None, typer.Option("--environment", help="Only there.")] = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Say who fails and why: the known mistake, the evidence for and against it, the fix, a reply to send."""
    scope = {"start": start, "end": end, "customer_id": customer, "environment": environment}
    found = ask(_settings(db), "diagnose", {name: value for name, value in scope.items() if value is not None})
    if as_json:
        _print_json(found)
    else:
        print_diagnoses(found)


@application.command()
def incidents(
    start: Annotated[str | None, typer.Option("--from", help="Those that were not over before this time.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Those that began before this time.")] = None,
    environment: Annotated[str | None, typer.Option("--environment", help="Only there.")] = None,
    replay: Annotated[
        bool, typer.Option("--replay", help="The alerts they would have made, had pixeldesk watch been running.")
    ] = False,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Say when it was our own fault: each incident, whom it hit, and what differs about the failing requests."""
    scope = {"start": start, "end": end, "environment": environment}
    given = {name: value for name, value in scope.items() if value is not None}
    found = ask(_settings(db), "replay" if replay else "incidents", given)
    if as_json:
        _print_json(found)
    elif replay:
        print_replay(found)
    else:
        print_incidents(found)


@application.command()
def watch(
    webhook: Annotated[
        str | None,
        typer.Option("--webhook", help="Where to post. Rather set PIXELDESK_WEBHOOK_URL: nobody else sees it."),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Look once and end, as for cron.")] = False,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Post the opening, growth and end of each incident to a webhook, as Slack and Mattermost take it."""
    # Brings a client of HTTP, which no other command has use for.
    from pixeldesk.alerts.cached_incidents import CachedIncidents
    from pixeldesk.alerts.watch import watch_of

    if as_json and not once:
        raise UsageError("--json goes with --once; without it there is no end to print")
    settings = _settings(db, webhook_url=webhook)
    find = CachedIncidents(settings.db, lambda since: ask(settings, "incidents", {"start": rfc3339(since)}))
    stop = threading.Event()
    if not once:
        configure_logging(settings)
        _run_until_stopped(watch_of(settings, find, _alerts_log.info, stop, _alerts_log.warning).run, stop)
        return
    done = watch_of(settings, find, _complain, stop).check()
    if as_json:
        _print_json(done.as_json())
    elif done.posts_elsewhere:
        print_line(f"{done.posts_elsewhere} posts the alerts of this store; there is nothing to do here")
    else:
        print_line(f"{len(done.posted)} alerts posted")
    if done.failed:
        raise typer.Exit(_NOT_ALL)


@application.command()
def report(
    week: Annotated[str | None, typer.Option("--week", help="Like 2026-W47; else the newest without gaps.")] = None,
    report_format: Annotated[str, typer.Option("--format", help="md, html, csv, xlsx or json.")] = "md",
    environment: Annotated[str | None, typer.Option("--environment", help="Only there.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write it to this file; xlsx needs one.")] = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Review a week: error rates against the weeks before, new codes, customers, incidents, availability."""
    form = "json" if as_json else report_format
    if form == "xlsx" and out is None:
        raise UsageError("xlsx is no text: give it a file with --out FILE")
    made = ask(_settings(db), "report", {"form": form, "week": week, "environment": environment})
    content = (json.dumps(made, indent=2) + "\n").encode() if form == "json" else b64decode(made)
    if out is None:
        _print_octets(content)
    else:
        out.write_bytes(content)


@application.command()
def mark(
    diagnosis: Annotated[str, typer.Argument(help="The id of a diagnosis, as pixeldesk diagnose shows it.")],
    verdict: Annotated[str, typer.Argument(help="right, wrong, or unmarked to take a mark back.")],
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Say that a diagnosis was right or wrong: each case's precision comes from these marks."""
    kept = ask(_settings(db), "mark", {"diagnosis": diagnosis, "verdict": verdict})
    if as_json:
        _print_json(kept)
    else:
        print_line(f"{kept['case']} {kept['diagnosis']} is marked {kept['verdict']}")


@application.command()
def query(
    name: Annotated[str, typer.Argument(help="The name of a file in queries/, without .sql.")],
    param: Annotated[list[str] | None, typer.Option("--param", help="name=value; may be repeated.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="Not before this time.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Before this time.")] = None,
    environment: Annotated[str | None, typer.Option("--environment")] = None,
    customer: Annotated[str | None, typer.Option("--customer")] = None,
    route: Annotated[str | None, typer.Option("--route")] = None,
    host: Annotated[str | None, typer.Option("--host")] = None,
    code: Annotated[str | None, typer.Option("--code", help="Only this error code.")] = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Ask one of the named questions."""
    scope = {
        "start": start,
        "end": end,
        "environment": environment,
        "customer_id": customer,
        "route": route,
        "host": host,
        "error_code": code,
    }
    given = {field: value for field, value in scope.items() if value is not None}
    rows = ask(_settings(db), "query", {"name": name, "parameters": {**given, **_name_values(param or [])}})
    if as_json:
        _print_json(rows)
    else:
        print_line(question(name).asks)
        print_rows(rows)


@application.command()
def quarantine(
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many lines.")] = 100,
    retry: Annotated[bool, typer.Option("--retry", help="Read them again, after something was mended.")] = False,
    source: Annotated[str | None, typer.Option("--source", help="With --retry: only those of this source.")] = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """List the lines that could not be understood, with the reasons, or try them again."""
    if retry:
        _print_retry(ask(_settings(db), "retry", {"source": source}), as_json)
        return
    if source is not None:
        raise UsageError("--source goes with --retry")
    rows = ask(_settings(db), "quarantine", {"limit": limit})
    if as_json:
        _print_json(rows)
    else:
        print_rows(rows)


@application.command()
def retain(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be dropped.")] = False,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Drop whole days that the rules in PIXELDESK_RETENTION keep no longer. The server does it once a day."""
    done = ask(_settings(db), "retain", {"dry_run": dry_run})
    if as_json:
        _print_json(done)
        return
    if done["by_rule"]:
        print_rows(done["by_rule"])
    what = f"{done['requests']:,} requests and {done['events']:,} application log lines of {done['days']:,} days"
    print_line(f"{what} {'would be' if dry_run else 'were'} dropped; what was counted of them stays in charts")


@application.command()
def doctor(db: Database = None, as_json: AsJson = False) -> None:
    """Show what is configured, what is in the store, and what is wrong."""
    found = ask(_settings(db), "doctor", {})
    if as_json:
        _print_json(found)
    else:
        print_line(f"pixeldesk {found['version']}")
        for part in ("settings", "store", "gaps", "sources", "totals", "retention"):
            print_rows([{part: name, "": value} for name, value in found[part].items()])
        for problem in found["wrong"]:
            _complain(problem)
        if found["ok"]:
            print_line("nothing is wrong")
    if not found["ok"]:
        raise typer.Exit(_NOT_ALL)


@application.command()
def serve(
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port to listen on.")] = None,
    fill_empty: Annotated[
        str | None, typer.Option("--fill-empty", help="Read these logs first if the store is empty.")
    ] = None,
    db: Database = None,
) -> None:
    """Run the dashboard."""
    settings = _settings(db, host=host, port=port)
    if fill_empty is not None:
        _fill_if_empty(settings, fill_empty)
    from pixeldesk.server.app import run_dashboard  # Streamlit takes a second to load: only this command pays it.

    run_dashboard(settings)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    try:
        sys.exit(_run(sys.argv[1:] or ["--help"]))
    except PixeldeskError as error:
        _complain(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        _complain("stopped; what was committed is kept, and the same command goes on from there")
    except typer.TyperException as error:
        _complain(f"{error.format_message()} (pixeldesk --help)")
    except OSError as error:
        _complain(f"{error.filename or 'the system'}: {(error.strerror or str(error)).lower()}")
    sys.exit(_COULD_NOT)


def _run(arguments: list[str]) -> int:
    stopped = False

    def stop(*_: object) -> None:
        nonlocal stopped
        stopped = True
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, stop)
    try:
        code = int(application(arguments, standalone_mode=False) or 0)
    except Exception:
        if not stopped:
            raise
    # Typer makes an exit code of Ctrl-C, and the engine any of several errors: here it is one again.
    if stopped:
        raise KeyboardInterrupt
    return code


def _follow(settings: Settings, parameters: dict[str, Any]) -> dict[str, Any]:
    """Ctrl-C and SIGTERM are how it is meant to end; a second one ends it at once."""
    if "-" in parameters["paths"]:
        raise UsageError("--follow is for files; what is piped in is read to its end in any case")
    configure_logging(settings)
    stop = threading.Event()
    former = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}

    def end(number: int, _: object) -> None:
        signal.signal(number, former[signal.Signals(number)])
        # In another thread: this one may be within the event's own lock.
        _thread.start_new_thread(stop.set, ())

    for one, handler in former.items():
        if handler is not signal.SIG_IGN:
            signal.signal(one, end)
    with following_line() as progress:
        report: dict[str, Any] = ask(settings, "follow", parameters, progress=progress, stop=stop)
    return report


def _run_until_stopped(work: Callable[[threading.Event], None], stop: threading.Event) -> None:
    """Ctrl-C and SIGTERM are how it is meant to end, at once, whatever it is waiting for."""

    def end(*_: object) -> None:
        stop.set()
        raise KeyboardInterrupt

    for one in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(one) is not signal.SIG_IGN:
            signal.signal(one, end)
    try:
        work(stop)
    except (KeyboardInterrupt, Exception):
        if not stop.is_set():
            raise


def _settings(db: Path | None, **given: Any) -> Settings:
    chosen = {name: value for name, value in {"db": db, **given}.items() if value is not None}
    try:
        return Settings(**chosen)
    except ValidationError as error:
        wrong = [(str(one["loc"][0]).upper(), one["msg"]) for one in error.errors()]
        raise UsageError("; ".join(f"PIXELDESK_{name}: {message}" for name, message in wrong)) from error


def _fill_if_empty(settings: Settings, path: str) -> None:
    if settings.db.exists():
        store = ask(settings, "doctor", {})["store"]
        if store["all_requests"] or store["events"]:
            return
    with progress_bar() as progress:
        parameters = {"paths": [absolute(path)], "format_name": "auto"}
        print_line(_ingest_sentence(ask(settings, "ingest", parameters, progress=progress)))


def _name_values(given: list[str]) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    if any(not separator for _, separator, _ in pairs):
        raise UsageError("--param takes name=value")
    return {name: value for name, _, value in pairs}


def _ingest_sentence(report: dict[str, Any]) -> str:
    counted = ", ".join(f"{report[name]:,} {name}" for name in OUTCOMES if report[name] or name == "requests")
    unchanged = f" ({report['unchanged']} unchanged)" if report["unchanged"] else ""
    formats = ", ".join(f"{name} {count:,}" for name, count in report["formats"].items())
    as_formats = f" ({formats})" if set(report["formats"]) - {"pixel"} else ""
    read = f"{report['files']:,} files{as_formats}{unchanged}, {report['lines']:,} lines in {report['seconds']:.1f} s"
    return f"{read}: {counted}"


def _print_retry(done: dict[str, Any], as_json: bool) -> None:
    if as_json:
        _print_json(done)
        return
    good = f"{done['requests']:,} requests, {done['events']:,} events, {done['duplicates']:,} duplicates"
    print_line(f"{done['tried']:,} lines tried: {good}; {done['still']:,} are still not understood")
    if done["not_found"]:
        where = ", ".join(done["not_found_in"])
        _complain(f"{done['not_found']:,} are no longer where they stood, and stay: {where}")


def _print_octets(content: bytes) -> None:
    """A file made for people to keep: as it is to a pipe; a terminal is not steered by what a log holds."""
    if sys.stdout.isatty():
        for line in content.decode("utf-8-sig").splitlines():
            print_line(line)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()


def _print_json(document: Any) -> None:
    # ASCII only: some controls of a terminal lie beyond it, and some encodings hold nothing else.
    json.dump(document, sys.stdout, indent=2 if sys.stdout.isatty() else None)
    sys.stdout.write("\n")
    sys.stdout.flush()


def _complain(line: str) -> None:
    print_line(f"pixeldesk: {line}", error=True)


if __name__ == "__main__":
    main()
