"""The command's end: do it here if nobody has the store, else ask the server that has it."""

import http.client
import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from desk import Desk
from errors import ServerError, StoreLocked
from handover.server_file import ServerFile, read_server_file
from settings import Settings
from store import open_store

if TYPE_CHECKING:
    from ingest.load import Progress

_PIECE_BYTES = 1 << 20


def ask(
    settings: Settings,
    command: str,
    parameters: dict[str, Any],
    *,
    standard_input: BinaryIO | None = None,
    progress: "Callable[[Progress], None]" = lambda _: None,
) -> Any:
    """The answer to a command, wherever it is found. The store is opened for writing only to ingest.

    Raises PixeldeskError: StoreLocked where a process that is no server has the store.
    """
    try:
        store = open_store(settings, read_only=command != "ingest")
    except StoreLocked as locked:
        server = read_server_file(settings.server_file)
        if server is None or (locked.pid is not None and locked.pid != server.pid):
            raise
        return _ask_server(server, command, parameters, standard_input, progress)
    try:
        if standard_input is not None:
            parameters = {**parameters, "standard_input": standard_input}
        return Desk(settings, store).answer(command, parameters, progress)
    finally:
        store.close()


def _ask_server(
    server: ServerFile,
    command: str,
    parameters: dict[str, Any],
    standard_input: BinaryIO | None,
    progress: "Callable[[Progress], None]",
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
    """One line of parameters, and behind it what is piped in."""
    yield json.dumps(parameters).encode() + b"\n"
    while standard_input is not None and (piece := standard_input.read(_PIECE_BYTES)):
        yield piece


def _result(response: http.client.HTTPResponse, progress: "Callable[[Progress], None]") -> Any:
    for line in _lines(response):
        if "progress" in line:
            from ingest.load import Progress  # An ingest tells of some; no other command pays for Arrow.

            progress(Progress(**line["progress"]))
        elif "error" in line:
            raise ServerError(line["error"])
        elif "result" in line:
            return line["result"]
    raise ServerError("the server stopped before it had answered; run the same command again")


def _lines(response: http.client.HTTPResponse) -> Iterator[dict[str, Any]]:
    while line := response.readline():
        yield json.loads(line)
