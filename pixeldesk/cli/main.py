"""The command line: the commands of the desk, and `watch` and `serve`. It prints an error as one line on stderr, here
and nowhere else.

Exit codes: 0 success; 1 the answer is "no" or "not all"; 2 error.
"""

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from pixeldesk.cli.console import following_line, print_error, print_json, print_line, progress_bar
from pixeldesk.cli.options import AsJson, Database, function_of
from pixeldesk.cli.printers import show
from pixeldesk.cli.signals import interruptible, run_until_stopped, stop_event
from pixeldesk.desk.commands import COMMANDS
from pixeldesk.desk.commands.command import Command, Context
from pixeldesk.desk.commands.command import as_json as as_json_document
from pixeldesk.desk.commands.doctor import Doctor
from pixeldesk.desk.commands.incidents import Incidents
from pixeldesk.desk.commands.ingest import Follow, Ingest
from pixeldesk.desk.commands.rebuild import Rebuild
from pixeldesk.desk.commands.report import ReportFile
from pixeldesk.errors import PixeldeskError, UsageError
from pixeldesk.file_modes import keep_files_private
from pixeldesk.log_output import configure_logging
from pixeldesk.server.gate.listening import require_sign_in
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
    find = CachedIncidents(settings.db, lambda since: ask(settings, Incidents(start=since)))
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


def serve(
    host: Annotated[
        str | None,
        typer.Option("--host", help="Address to listen on; off loopback only behind PIXELDESK_TRUSTED_PROXY."),
    ] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port to listen on.")] = None,
    fill_empty: Annotated[
        str | None, typer.Option("--fill-empty", help="Read these logs first if the store is empty.")
    ] = None,
    db: Database = None,
) -> None:
    """Run the dashboard."""
    settings = _settings(db, host=host, port=port)
    require_sign_in(settings)
    if fill_empty is not None:
        _fill_if_empty(settings, fill_empty)
    from pixeldesk.server.app import run_dashboard  # Importing Streamlit takes a second; only this command needs it.

    run_dashboard(settings)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    keep_files_private()
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
        store = ask(settings, Doctor()).store
        if store.all_requests or store.events:
            return
    with progress_bar() as progress:
        command = Ingest(paths=[path]).prepared()
        report = ask(settings, command, Context(progress))
    show(command, report)
    for problem in command.problems(report):
        print_error(problem)
    if not report.lines:
        print_error("nothing was read; sample logs are in sample_logs/logs of the project's repository")


def _run_command(command: Command[Any], db: Path | None, as_json: bool) -> None:
    """Run a command of the desk, print its answer, and end with its exit code."""
    settings = _settings(db)
    command = command.prepared()
    with _context(command, settings) as context:
        answer = ask(settings, command, context)
    if as_json and not isinstance(command, ReportFile):  # A report is a file, also as JSON.
        print_json(as_json_document(answer))
    else:
        show(command, answer)
    for problem in command.problems(answer):
        print_error(problem)
    if code := command.exit_code(answer):
        raise typer.Exit(code)


@contextmanager
def _context(command: Command[Any], settings: Settings) -> Iterator[Context]:
    """Show the progress of a command that has one, and let signals stop a command that runs until it is stopped."""
    match command:
        case Follow():
            configure_logging(settings)
            with following_line() as progress:
                yield Context(progress, stop=stop_event())
        case Ingest() | Rebuild():
            with progress_bar() as progress:
                yield Context(progress, sys.stdin.buffer if command.reads_standard_input else None)
        case _:
            yield Context()


def _register() -> None:
    """Put the commands of the desk on the command line, in the order of their list."""
    calls = {command: command.typed or (command.command_name(),) for command in COMMANDS if command.typed != ()}
    for command, (name, *option) in calls.items():
        if not option:
            variants = {call[1]: other for other, call in calls.items() if call[0] == name and len(call) > 1}
            application.command(name)(function_of(command, variants, _run_command))


_register()
for function in (watch, serve):
    application.command()(function)


if __name__ == "__main__":
    main()
