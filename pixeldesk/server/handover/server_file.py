"""Read and write the server file: the port, token and pid of a running server, in a file beside the store."""

import json
import os
import secrets
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

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
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content.model_dump_json())
    temporary.replace(path)


def read_server_file(path: Path) -> ServerFile | None:
    """Return the content of the file, or None if it is missing or invalid, or if its process no longer exists."""
    try:
        found = ServerFile.model_validate(json.loads(path.read_text()))
        os.kill(found.pid, 0)
    except (OSError, ValueError, ValidationError):
        return None
    return found


def remove_server_file(path: Path) -> None:
    """Remove the file if this process wrote it."""
    found = read_server_file(path)
    if found is not None and found.pid == os.getpid():
        path.unlink(missing_ok=True)
