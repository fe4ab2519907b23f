"""The command line: one thin function a command. It prints an error as one line on stderr, here and nowhere else.

Exit codes: 0 success; 1 the answer is "no" or "not all"; 2 error.
"""

import json
import logging
import os
import sys
import threading
from base64 import b64decode
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from pixeldesk.cli.console import (
    following_line,
    print_card,
    print_content,
    print_diagnoses,
    print_doctor,
    print_error,
    print_incidents,
    print_ingest,
    print_json,
    print_line,
    print_not_found,
    print_replay,
    print_retention,
    print_retry,
    print_rows,
    progress_bar,
)
from pixeldesk.cli.signals import interruptible, run_until_stopped, stop_event
from pixeldesk.errors import PixeldeskError, UsageError
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
_EXIT_NO = 1
_EXIT_ERROR = 2


def _print_version(asked: bool) -> None:
    if asked:
        print_line(f"pixeldesk {installed_version()}")
        raise typer.Exit


@application.callback()
def _global_options(
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
    # The command may run in a server with another working directory.
    paths_there = [absolute(path) for path in paths]
    piped = sys.stdin.buffer if "-" in paths else None
    parameters = {"paths": paths_there, "format_name": log_format}
    settings = _settings(db)
    if follow:
        if piped:
            raise UsageError("--follow is for files; what is piped in is read to its end in any case")
        configure_logging(settings)
        with following_line() as progress:
            report = ask(settings, "follow", parameters, progress=progress, stop=stop_event())
    else:
        with progress_bar() as progress:
            report = ask(settings, "ingest", parameters, standard_input=piped, progress=progress)
    if as_json:
        print_json(report)
    else:
        print_ingest(report)
    for problem in () if follow else report["unreadable"] + report["damaged"]:
        print_error(problem)
    if report["unreadable"]:
        raise typer.Exit(_EXIT_ERROR)
    if report["damaged"] or report["lost"]:
        raise typer.Exit(_EXIT_NO)


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
        print_json(answer)
    else:
        for card in answer["found"]:
            print_card(card)
        for missing in answer["not_found"]:
            print_not_found(missing)
        if not answer["ids"]:
            print_error("there is no request id in that text; ids look like req_7Qm2xV9cT4")
    if answer["not_found"] or not answer["ids"]:
        raise typer.Exit(_EXIT_NO)


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
        print_json(found)
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
        print_json(found)
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
    # Imports an HTTP client, which other commands need not load.
    from pixeldesk.alerts.cached_incidents import CachedIncidents
    from pixeldesk.alerts.watch import watch_of

    if as_json and not once:
        raise UsageError("--json goes with --once; without it there is no end to print")
    settings = _settings(db, webhook_url=webhook)
    find = CachedIncidents(settings.db, lambda since: ask(settings, "incidents", {"start": rfc3339(since)}))
    stop = threading.Event()
    if not once:
        configure_logging(settings)
        run_until_stopped(watch_of(settings, find, _alerts_log.info, stop, _alerts_log.warning).run, stop)
        return
    done = watch_of(settings, find, print_error, stop).check()
    if as_json:
        print_json(done.as_json())
    elif done.posts_elsewhere:
        print_line(f"{done.posts_elsewhere} posts the alerts of this store; there is nothing to do here")
    else:
        print_line(f"{len(done.posted)} alerts posted")
    if done.failed:
        raise typer.Exit(_EXIT_NO)


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
        print_content(content)
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
    made = ask(_settings(db), "mark", {"diagnosis": diagnosis, "verdict": verdict})
    if as_json:
        print_json(made)
    else:
        print_line(f"{made['case']} {made['diagnosis']} is marked {made['verdict']}")


@application.command()
def query(
    name: Annotated[str, typer.Argument(help="The name of a file in queries/, without .sql.")],
    param: Annotated[
        list[str] | None, typer.Option("--param", help="name=value; repeat it for several, and for a list.")
    ] = None,
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
        print_json(rows)
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
        report = ask(_settings(db), "retry", {"source": source})
        if as_json:
            print_json(report)
        else:
            print_retry(report)
        return
    if source is not None:
        raise UsageError("--source goes with --retry")
    rows = ask(_settings(db), "quarantine", {"limit": limit})
    if as_json:
        print_json(rows)
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
        print_json(done)
    else:
        print_retention(done)


@application.command()
def doctor(db: Database = None, as_json: AsJson = False) -> None:
    """Show what is configured, what is in the store, and what is wrong."""
    found = ask(_settings(db), "doctor", {})
    if as_json:
        print_json(found)
    else:
        print_doctor(found)
    if not found["ok"]:
        raise typer.Exit(_EXIT_NO)


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
    from pixeldesk.server.app import run_dashboard  # Importing Streamlit takes a second; only this command needs it.

    run_dashboard(settings)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    try:
        sys.exit(interruptible(_run))
    except PixeldeskError as error:
        print_error(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print_error("stopped; what was committed is kept, and the same command goes on from there")
    except typer.TyperException as error:
        print_error(f"{error.format_message()} (pixeldesk --help)")
    except OSError as error:
        print_error(f"{error.filename or 'the system'}: {(error.strerror or str(error)).lower()}")
    sys.exit(_EXIT_ERROR)


def _run() -> int:
    return int(application(sys.argv[1:] or ["--help"], standalone_mode=False) or 0)


def _settings(db: Path | None, **given: Any) -> Settings:
    chosen = {name: value for name, value in {"db": db, **given}.items() if value is not None}
    try:
        return Settings(**chosen)
    except ValidationError as error:
        wrong = [(str(each["loc"][0]).upper(), each["msg"]) for each in error.errors()]
        raise UsageError("; ".join(f"PIXELDESK_{name}: {message}" for name, message in wrong)) from error


def _fill_if_empty(settings: Settings, path: str) -> None:
    if settings.db.exists():
        store = ask(settings, "doctor", {})["store"]
        if store["all_requests"] or store["events"]:
            return
    with progress_bar() as progress:
        parameters = {"paths": [absolute(path)], "format_name": "auto"}
        report = ask(settings, "ingest", parameters, progress=progress)
    print_ingest(report)
    for problem in report["unreadable"] + report["damaged"]:
        print_error(problem)
    if not report["lines"]:
        print_error("nothing was read; sample logs are in sample_logs/logs of the project's repository")


def _name_values(given: list[str]) -> dict[str, str | list[str]]:
    """Return the value of each parameter: a text, or a list of texts for a parameter that is repeated."""
    found: dict[str, list[str]] = {}
    for text in given:
        name, separator, value = text.partition("=")
        if not separator:
            raise UsageError("--param takes name=value")
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


if __name__ == "__main__":
    main()
