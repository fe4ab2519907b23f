"""Run a command in this process if the store is free, else send it to the server that owns the store."""

import http.client
import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, BinaryIO

from pixeldesk.desk.commands import answer
from pixeldesk.desk.desk import Desk
from pixeldesk.errors import ServerError, StoreLocked
from pixeldesk.server.handover.server_file import ServerFile, read_server_file
from pixeldesk.settings import Settings
from pixeldesk.store import open_store

if TYPE_CHECKING:
    from pixeldesk.ingest.load import Progress

_CHUNK_BYTES = 1 << 20
# Interval between stop requests while the server has not started to follow yet, seconds.
_STOP_RETRY_INTERVAL = 0.2


def ask(
    settings: Settings,
    command: str,
    parameters: dict[str, Any],
    *,
    standard_input: BinaryIO | None = None,
    progress: "Callable[[Progress], None]" = lambda _: None,
    stop: threading.Event | None = None,
) -> Any:
    """Return the answer to a command. The store is opened for writing only by commands that write.

    `stop` ends a command that runs until it is stopped, such as `follow`.

    Raises PixeldeskError: StoreLocked if a process without a handover server has the store.
    """
    try:
        store = open_store(settings, read_only=not _writes(command, parameters))
    except StoreLocked as locked:
        server = read_server_file(settings.server_file)
        if server is None or (locked.pid is not None and locked.pid != server.pid):
            raise
        with _forwarding_stop(stop, server, parameters) as parameters:
            return _ask_server(server, command, parameters, standard_input, progress)
    try:
        if standard_input is not None:
            parameters = {**parameters, "standard_input": standard_input}
        desk = Desk(settings, store)
        if stop is None:
            return answer(desk, command, parameters, progress)
        # `follow` holds the store for a long time, so it also serves other commands meanwhile.
        from pixeldesk.server.handover.server import handover_server

        with handover_server(desk):
            return answer(desk, command, {**parameters, "stop": stop}, progress)
    finally:
        store.close()


@contextmanager
def _forwarding_stop(
    stop: threading.Event | None, server: ServerFile, parameters: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Forward `stop` to the server during the block. Yields the parameters with a name to stop the command by."""
    if stop is None:
        yield parameters
        return
    name = secrets.token_hex(8)
    ended = threading.Event()

    def forward() -> None:
        stop.wait()
        with suppress(ServerError):
            while not ended.is_set() and not _ask_server(server, "stop_following", {"name": name}):
                ended.wait(_STOP_RETRY_INTERVAL)

    threading.Thread(target=forward, name="pixeldesk-stop", daemon=True).start()
    try:
        yield {**parameters, "name": name}
    finally:
        ended.set()
        stop.set()


def _writes(command: str, parameters: dict[str, Any]) -> bool:
    return command in ("ingest", "follow", "retry") or (command == "retain" and not parameters["dry_run"])


def _ask_server(
    server: ServerFile,
    command: str,
    parameters: dict[str, Any],
    standard_input: BinaryIO | None = None,
    progress: "Callable[[Progress], None]" = lambda _: None,
) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    headers = {
        "Authorization": f"Bearer {server.token}",
        "Transfer-Encoding": "chunked",
        "Content-Type": "application/x-ndjson",
    }
    try:
        body = _body(parameters, standard_input)
        connection.request("POST", f"/desk/{command}", body, headers, encode_chunked=True)
        return _result(connection.getresponse(), progress)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ServerError(
            f"the server that has the store (process {server.pid}) does not answer ({error or 'closed'}); "
            "restart it, or stop it and try again"
        ) from error
    finally:
        connection.close()


def _body(parameters: dict[str, Any], standard_input: BinaryIO | None) -> Iterator[bytes]:
    """Yield the parameters as a line of JSON, then the chunks of standard input."""
    yield json.dumps(parameters).encode() + b"\n"
    while standard_input is not None and (chunk := standard_input.read(_CHUNK_BYTES)):
        yield chunk


def _result(response: http.client.HTTPResponse, progress: "Callable[[Progress], None]") -> Any:
    for line in _lines(response):
        if "progress" in line:
            from pixeldesk.ingest.load import Progress  # Imports Arrow, which a command without progress need not load.

            progress(Progress(**line["progress"]))
        elif "error" in line:
            raise ServerError(line["error"])
        elif "result" in line:
            return line["result"]
    raise ServerError("the server stopped before it had answered; run the same command again")


def _lines(response: http.client.HTTPResponse) -> Iterator[dict[str, Any]]:
    while line := response.readline():
        yield json.loads(line)
