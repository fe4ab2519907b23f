"""The server's end: a listener of its own on the loopback address, apart from the dashboard's.

Its port is chosen by the system and told in the server file, so it is there however the dashboard was
started, and it is not reachable through whatever the dashboard is published by. Every request needs the
file's token.
An answer is lines of JSON: {"progress": …} any number of times, then {"result": …} or {"error": …}.
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
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

import anyio.to_thread
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from pixeldesk.desk.commands import answer
from pixeldesk.desk.desk import Desk
from pixeldesk.errors import PixeldeskError, UsageError
from pixeldesk.server.handover.server_file import ServerFile, new_token, remove_server_file, write_server_file

if TYPE_CHECKING:
    from pixeldesk.ingest.load import Progress

_STANDARD_INPUT = "-"
_log = logging.getLogger(__name__)


class _ClientGoneError(Exception):
    """The command was stopped at its end: what it asked for is stopped too."""


@contextmanager
def handover_server(desk: Desk) -> Iterator[ServerFile]:
    """Listen while the block runs, and tell where in the file beside the store."""
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
        told = ServerFile(port=listener.getsockname()[1], token=token, pid=os.getpid())
        write_server_file(desk.settings.server_file, told)
        try:
            yield told
        finally:
            remove_server_file(desk.settings.server_file)
            # A server that is to end waits for its answers, and this one would have none.
            desk.followings.close()
            server.should_exit = True
            thread.join(timeout=10)


def _application(desk: Desk, token: str) -> Starlette:
    async def take(request: Request) -> Response:
        presented = request.headers.get("authorization", "")
        if not hmac.compare_digest(presented.encode(), f"Bearer {token}".encode()):
            return JSONResponse({"error": "the token is not this server's"}, status_code=401)
        command = request.path_params["command"]
        body = request.stream()
        try:
            line, rest = await _first_line(body)
            parameters: dict[str, Any] = dict(json.loads(line))
            piped = command == "ingest" and _STANDARD_INPUT in parameters["paths"]
        except (ValueError, KeyError, TypeError, RecursionError, ClientDisconnect):
            return JSONResponse({"error": "that is no command: its first line is not its parameters"}, 400)
        if piped:
            return await _answer_to_a_stream(desk, parameters, rest, body)
        return StreamingResponse(_answer(desk, command, parameters), media_type="application/x-ndjson")

    return Starlette(routes=[Route("/desk/{command}", take, methods=["POST"])])


async def _first_line(body: AsyncIterator[bytes]) -> tuple[bytes, bytes]:
    """The first line of a body, and what was read behind it."""
    read = b""
    async for piece in body:
        read += piece
        if b"\n" in piece:
            break
    line, _, rest = read.partition(b"\n")
    return line, rest


async def _answer(desk: Desk, command: str, parameters: dict[str, Any]) -> AsyncIterator[str]:
    told: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
    gone = threading.Event()

    def progress(state: "Progress") -> None:
        _stop_if(gone)
        told.put({"progress": asdict(state)})

    def work() -> None:
        told.put(_result_of(lambda: answer(desk, command, parameters, progress)))
        told.put(None)

    threading.Thread(target=work, name=f"pixeldesk-{command}", daemon=True).start()
    try:
        while (line := await anyio.to_thread.run_sync(told.get, abandon_on_cancel=True)) is not None:
            yield json.dumps(line) + "\n"
    finally:
        gone.set()


async def _answer_to_a_stream(
    desk: Desk, parameters: dict[str, Any], first: bytes, body: AsyncIterator[bytes]
) -> Response:
    """Lines piped into the command reach the store through a pipe, and no file in between."""
    reading, writing = os.pipe()
    result: dict[str, Any] = {}
    gone = threading.Event()

    def work() -> None:
        with os.fdopen(reading, "rb") as file:
            piped: BinaryIO = file
            ingest = partial(desk.ingest, standard_input=piped, progress=lambda _: _stop_if(gone))
            result.update(_result_of(lambda: ingest(**parameters)))

    thread = threading.Thread(target=work, name="pixeldesk-ingest", daemon=True)
    thread.start()
    with os.fdopen(writing, "wb", buffering=0) as pipe:
        try:
            await anyio.to_thread.run_sync(_write_whole, pipe, first)
            async for piece in body:
                await anyio.to_thread.run_sync(_write_whole, pipe, piece)
        except BaseException as error:
            # Before the pipe is closed: what came through it so far is not the whole, and must not be kept.
            gone.set()
            if not isinstance(error, ClientDisconnect):
                raise
    await anyio.to_thread.run_sync(thread.join)
    return Response(json.dumps(result) + "\n", media_type="application/x-ndjson")


def _write_whole(pipe: io.RawIOBase, piece: bytes) -> None:
    left = memoryview(piece)
    # A reader that has failed says why in its result; until then the rest is let go by.
    with suppress(BrokenPipeError):
        while left:
            left = left[pipe.write(left) or 0 :]


def _stop_if(gone: threading.Event) -> None:
    if gone.is_set():
        raise _ClientGoneError


def _result_of(work: Callable[[], Any]) -> dict[str, Any]:
    try:
        return {"result": work()}
    except _ClientGoneError:
        return {"error": "stopped"}
    except PixeldeskError as error:
        return {"error": str(error)}
    except (KeyError, TypeError) as error:
        return {"error": str(UsageError(f"the command and the server are of different versions ({error})"))}
    except Exception as error:  # A thread that dies unheard would leave the command waiting for ever.
        _log.exception("a command failed")
        return {"error": f"the server failed at it ({type(error).__name__}); its log says more"}
