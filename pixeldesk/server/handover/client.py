"""Run a command in this process if the store is free, else send it to the server that owns the store."""

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, BinaryIO

from pydantic import ValidationError

from pixeldesk.desk.commands.command import Answer, Command, Context, parameters_of
from pixeldesk.desk.commands.ingest import Follow, StopFollowing
from pixeldesk.desk.desk import Desk
from pixeldesk.errors import (
    PixeldeskError,
    ServerError,
    StoreBroken,
    StoreError,
    StoreLocked,
    StoreMissing,
    StoreVersionError,
)
from pixeldesk.server.handover.server_file import VERSION_HEADER, ServerFile, read_server_file
from pixeldesk.settings import Settings
from pixeldesk.store import Store, open_store
from pixeldesk.version import installed_version

if TYPE_CHECKING:
    from pixeldesk.ingest.load import Progress

_CHUNK_BYTES = 1 << 20
# Interval between stop requests while the server has not started to follow yet, seconds.
_STOP_RETRY_INTERVAL = 0.2


def ask(settings: Settings, command: Command[Answer], context: Context | None = None) -> Answer:
    """Return the answer to a command. The store is opened for writing only by commands that write.

    Raises PixeldeskError: StoreLocked if a process without a handover server has the store.
    """
    context = context or Context()
    is_new = not settings.db.exists()
    try:
        store = open_store(settings, read_only=not command.writes)
    except StoreLocked as locked:
        server = read_server_file(settings.server_file)
        if server is None or (locked.pid is not None and locked.pid != server.pid):
            raise
        with _forwarding_stop(context.stop, server, command):
            return ask_server(server, command, context)
    except (StoreMissing, StoreBroken, StoreVersionError) as error:
        return command.run_without_store(settings, error)
    is_left_empty = False
    try:
        desk = Desk(settings, store)
        with _serving_others(desk) if isinstance(command, Follow) else nullcontext():
            return command.run(desk, context)
    except PixeldeskError:
        is_left_empty = is_new and _has_no_source(store)
        raise
    finally:
        store.close()
        if is_left_empty:
            # It was made for this command, which has failed before it stored anything.
            settings.db.unlink(missing_ok=True)


def _has_no_source(store: Store) -> bool:
    with suppress(StoreError):
        return not store.rows("SELECT 1 FROM sources LIMIT 1")
    return False


def _serving_others(desk: Desk) -> AbstractContextManager[ServerFile]:
    """Serve other commands during the block: a follower has the store for long."""
    from pixeldesk.server.handover.server import handover_server

    return handover_server(desk)


@contextmanager
def _forwarding_stop(stop: threading.Event, server: ServerFile, command: Command[Any]) -> Iterator[None]:
    """Forward `stop` to the server during the block, if the command is one that runs until it is stopped."""
    if not isinstance(command, Follow):
        yield
        return
    stopping = StopFollowing(follower=command.follower)
    ended = threading.Event()

    def forward() -> None:
        stop.wait()
        with suppress(ServerError):
            while not ended.is_set() and not ask_server(server, stopping, Context()):
                ended.wait(_STOP_RETRY_INTERVAL)

    threading.Thread(target=forward, name="pixeldesk-stop", daemon=True).start()
    try:
        yield
    finally:
        ended.set()
        stop.set()


def ask_server(server: ServerFile, command: Command[Answer], context: Context) -> Answer:
    """Return the server's answer to a command. Raises ServerError."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    headers = {
        "Authorization": f"Bearer {server.token}",
        "Transfer-Encoding": "chunked",
        "Content-Type": "application/x-ndjson",
    }
    try:
        body = _body(command, context.standard_input)
        connection.request("POST", f"/desk/{command.command_name()}", body, headers, encode_chunked=True)
        response = connection.getresponse()
        return _parsed(command, response, _result(response, context.progress))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ServerError(
            f"the server that has the store (process {server.pid}) does not answer ({error or 'closed'}); "
            "restart it, or stop it and try again"
        ) from error
    finally:
        connection.close()


def _body(command: Command[Any], standard_input: BinaryIO | None) -> Iterator[bytes]:
    """Yield the parameters as a line of JSON, then the chunks of standard input."""
    yield json.dumps(parameters_of(command)).encode() + b"\n"
    while standard_input is not None and (chunk := standard_input.read(_CHUNK_BYTES)):
        yield chunk


def _result(response: http.client.HTTPResponse, progress: "Callable[[Progress], None]") -> Any:
    for line in _lines(response):
        if "progress" in line:
            from pixeldesk.ingest.load import Progress  # Imports Arrow, which a command without progress need not load.

            progress(Progress(**line["progress"]))
        elif "error" in line:
            # This process took the parameters, so a server that refuses them may be of another version.
            refused = response.status == HTTPStatus.BAD_REQUEST
            raise ServerError(_with_versions(response, line["error"]) if refused else line["error"])
        elif "result" in line:
            return line["result"]
    raise ServerError("the server stopped before it had answered; run the same command again")


def _parsed(command: Command[Answer], response: http.client.HTTPResponse, document: Any) -> Answer:
    try:
        return command.answer_adapter().validate_python(document)
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in wrong["loc"])
        raise ServerError(_with_versions(response, f"its answer has another {where}: {wrong['msg']}")) from error


def _with_versions(response: http.client.HTTPResponse, message: str) -> str:
    """Return the message, with the remedy if the server is of another version than this process."""
    theirs, ours = response.getheader(VERSION_HEADER, "of an older version"), installed_version()
    if theirs == ours:
        return message
    return f"the server that has the store is {theirs}, this command is {ours}; restart the server ({message})"


def _lines(response: http.client.HTTPResponse) -> Iterator[dict[str, Any]]:
    while line := response.readline():
        yield json.loads(line)
