"""Read and write the server file: the port, token and pid of a running server, in a file beside the store."""

import json
import os
import secrets
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from pixeldesk.file_modes import everybody_may_replace_files_in, own_bytes, write_own_bytes

SUFFIX = ".server.json"
"""What the name of the server file has after that of the store."""
VERSION_HEADER = "Pixeldesk-Version"
"""The header of a response that names the server's version."""


class ServerFile(BaseModel):
    """The content of the server file. Any process that can read the file may use the server."""

    model_config = ConfigDict(frozen=True)

    port: int
    token: str
    pid: int


def new_token() -> str:
    """Return a random token of 32 bytes, URL-safe."""
    return secrets.token_urlsafe(32)


def write_server_file(path: Path, content: ServerFile) -> None:
    """Write the file atomically, readable by its owner only."""
    write_own_bytes(path, content.model_dump_json().encode())


def read_server_file(path: Path) -> ServerFile | None:
    """Return the content of the file, or None if it is missing or invalid, or if its process no longer exists.

    A file that somebody else may have written is not believed: it would get the commands, and the logs with them.
    """
    try:
        found = ServerFile.model_validate(json.loads(own_bytes(path, lambda user: user == _owner_of_the_store(path))))
        os.kill(found.pid, 0)
    except (OSError, ValueError, ValidationError):
        return None
    return found


def _owner_of_the_store(path: Path) -> int | None:
    """Return the user whose store a server file lies beside; None where every user may replace the store too."""
    # Root asks the server of another user too, whose store it is.
    store = path.with_name(path.name.removesuffix(SUFFIX))
    return None if everybody_may_replace_files_in(path.parent) else store.stat().st_uid


def remove_server_file(path: Path) -> None:
    """Remove the file if this process wrote it."""
    found = read_server_file(path)
    if found is not None and found.pid == os.getpid():
        path.unlink(missing_ok=True)
