"""Serve commands of other processes on the loopback address, on a port separate from the dashboard's.

The system chooses the port and the server file names it, so it works however the dashboard was started, and it is not
reachable through a proxy that publishes the dashboard. Every request needs the token in that file.
A response is lines of JSON: {"progress": …} any number of times, then {"result": …} or {"error": …}.
"""

import asyncio
import hmac
import io
import json
import logging
import os
import queue
import socket
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import anyio.to_thread
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from pixeldesk.desk.commands import command_of
from pixeldesk.desk.commands.command import Command, Context, as_json
from pixeldesk.desk.desk import Desk
from pixeldesk.errors import PixeldeskError, UsageError
from pixeldesk.server.handover.server_file import (
    VERSION_HEADER,
    ServerFile,
    new_token,
    remove_server_file,
    write_server_file,
)
from pixeldesk.version import installed_version

if TYPE_CHECKING:
    from pixeldesk.ingest.load import Progress

_log = logging.getLogger(__name__)


class _ClientGoneError(Exception):
    """The client closed the connection, so its command is stopped here too."""


@contextmanager
def handover_server(desk: Desk) -> Iterator[ServerFile]:
    """Serve commands while the block runs; the server file beside the store has the port and the token."""
    token = new_token()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # How this process logs is not its to configure.
        application = _application(desk, token)
        config = uvicorn.Config(application, log_config=None, log_level="error", lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(
            target=lambda: asyncio.run(server.serve([listener])), name="pixeldesk-handover", daemon=True
        )
        thread.start()
        server_file = ServerFile(port=listener.getsockname()[1], token=token, pid=os.getpid())
        write_server_file(desk.settings.server_file, server_file)
        try:
            yield server_file
        finally:
            remove_server_file(desk.settings.server_file)
            # uvicorn waits for open responses on shutdown; a follow never finishes by itself, so stop it first.
            desk.following.close()
            server.should_exit = True
            thread.join(timeout=10)


def _application(desk: Desk, token: str) -> Starlette:
    version = {VERSION_HEADER: installed_version()}

    def refusal(message: str, status: HTTPStatus) -> JSONResponse:
        return JSONResponse({"error": message}, status, version)

    async def handle(request: Request) -> Response:
        presented = request.headers.get("authorization", "")
        if not hmac.compare_digest(presented.encode(), f"Bearer {token}".encode()):
            return refusal("the token is not this server's", HTTPStatus.UNAUTHORIZED)
        body = request.stream()
        try:
            line, rest = await _first_line(body)
            parameters: dict[str, object] = dict(json.loads(line))
        except (ValueError, TypeError, RecursionError, ClientDisconnect):
            return refusal("that is no command: its first line is not its parameters", HTTPStatus.BAD_REQUEST)
        try:
            command = command_of(request.path_params["command"], parameters)
        except UsageError as error:
            return refusal(str(error), HTTPStatus.BAD_REQUEST)
        if command.reads_standard_input:
            return await _response_to_input(desk, command, rest, body, version)
        return StreamingResponse(_response_lines(desk, command), headers=version, media_type="application/x-ndjson")

    return Starlette(routes=[Route("/desk/{command}", handle, methods=["POST"])])


async def _first_line(body: AsyncIterator[bytes]) -> tuple[bytes, bytes]:
    """Return the first line of a body, and the bytes after it that were read with it."""
    read = b""
    async for chunk in body:
        read += chunk
        if b"\n" in chunk:
            break
    line, _, rest = read.partition(b"\n")
    return line, rest


async def _response_lines(desk: Desk, command: Command[Any]) -> AsyncIterator[str]:
    lines: queue.SimpleQueue[dict[str, object] | None] = queue.SimpleQueue()
    client_gone = threading.Event()

    def progress(state: "Progress") -> None:
        _stop_if(client_gone)
        lines.put({"progress": asdict(state)})

    def work() -> None:
        lines.put(_result_of(desk, command, Context(progress)))
        lines.put(None)

    threading.Thread(target=work, name=f"pixeldesk-{command.command_name()}", daemon=True).start()
    try:
        while (line := await anyio.to_thread.run_sync(lines.get, abandon_on_cancel=True)) is not None:
            yield json.dumps(line) + "\n"
    finally:
        client_gone.set()


async def _response_to_input(
    desk: Desk, command: Command[Any], first: bytes, body: AsyncIterator[bytes], headers: Mapping[str, str]
) -> Response:
    """Run a command whose standard input is the request body, through a pipe and without a temporary file."""
    reading, writing = os.pipe()
    result: dict[str, object] = {}
    client_gone = threading.Event()

    def work() -> None:
        with os.fdopen(reading, "rb") as piped:
            context = Context(progress=lambda _: _stop_if(client_gone), standard_input=piped)
            result.update(_result_of(desk, command, context))

    thread = threading.Thread(target=work, name=f"pixeldesk-{command.command_name()}", daemon=True)
    thread.start()
    with os.fdopen(writing, "wb", buffering=0) as pipe:
        try:
            await anyio.to_thread.run_sync(_write_all, pipe, first)
            async for chunk in body:
                await anyio.to_thread.run_sync(_write_all, pipe, chunk)
        except BaseException as error:
            # Set this before the pipe is closed: the reader would take a truncated input for a complete one.
            client_gone.set()
            if not isinstance(error, ClientDisconnect):
                raise
    await anyio.to_thread.run_sync(thread.join)
    return Response(json.dumps(result) + "\n", headers=headers, media_type="application/x-ndjson")


def _write_all(pipe: io.RawIOBase, chunk: bytes) -> None:
    left = memoryview(chunk)
    # If the reader failed, its result says why; discard the remaining input.
    with suppress(BrokenPipeError):
        while left:
            left = left[pipe.write(left) or 0 :]


def _stop_if(client_gone: threading.Event) -> None:
    if client_gone.is_set():
        raise _ClientGoneError


def _result_of(desk: Desk, command: Command[Any], context: Context) -> dict[str, object]:
    try:
        return {"result": as_json(command.run(desk, context))}
    except _ClientGoneError:
        return {"error": "stopped"}
    except PixeldeskError as error:
        return {"error": str(error)}
    except Exception as error:  # If the thread ended without a result, the command would wait for ever.
        _log.exception("a command failed")
        return {"error": f"the server failed at it ({type(error).__name__}); its log says more"}
