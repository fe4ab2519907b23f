"""A process that has loaded the program, and forks one for each command."""

import atexit
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

_HEAD_BYTES = 8


class Forks:
    """Started with the first command, and gone with this process."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._socket: socket.socket | None = None

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, streams: Sequence[IO[bytes]]
    ) -> int:
        """Run a command with these files as its standard streams; its exit code, or minus the signal it died of."""
        self._socket = self._socket or self._start()
        order = json.dumps({"arguments": arguments, "environment": dict(environment), "folder": str(folder)}).encode()
        socket.send_fds(self._socket, [len(order).to_bytes(_HEAD_BYTES)], [stream.fileno() for stream in streams])
        self._socket.sendall(order)
        return os.waitstatus_to_exitcode(int.from_bytes(_received(self._socket, _HEAD_BYTES)))

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "tests.command_forks", str(theirs.fileno())]
        process = subprocess.Popen(command, cwd=self._root, pass_fds=[theirs.fileno()])
        theirs.close()
        # It ends when it hears no more of us.
        atexit.register(process.wait)
        atexit.register(ours.close)
        return ours


def _serve(orders: socket.socket) -> None:
    import pixeldesk.cli.main
    import pixeldesk.ingest.load

    gc.freeze()  # Else each command looks through it, and takes a copy of its memory.
    while True:
        head, files, _, _ = socket.recv_fds(orders, _HEAD_BYTES, 3)
        if not head:
            return
        order = json.loads(_received(orders, int.from_bytes(head)))
        child = os.fork()
        if not child:
            orders.close()
            _become(order, files)
            _run(pixeldesk.cli.main.main)
        for file in files:
            os.close(file)
        _, status = os.waitpid(child, 0)
        orders.sendall(status.to_bytes(_HEAD_BYTES))


def _become(order: Mapping[str, Any], files: Sequence[int]) -> None:
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = ["pixeldesk", *order["arguments"]]


def _run(main: Callable[[], None]) -> None:
    code = 1
    try:
        main()
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _received(source: socket.socket, size: int) -> bytes:
    read = b""
    while len(read) < size:
        read += source.recv(size - len(read)) or sys.exit("the other side has gone")
    return read


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
