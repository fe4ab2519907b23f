"""The file beside the store by which a running server is found: its address, its token and its pid."""

import json
import os
import secrets
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError


class ServerFile(BaseModel):
    """What a server tells the commands of the same user. Whoever can read the file may use the server."""

    model_config = ConfigDict(frozen=True)

    port: int
    token: str
    pid: int


def new_token() -> str:
    """A token that cannot be guessed."""
    return secrets.token_urlsafe(32)


def write_server_file(path: Path, content: ServerFile) -> None:
    """Write it whole, readable by its owner only, in one step."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content.model_dump_json())
    temporary.replace(path)


def read_server_file(path: Path) -> ServerFile | None:
    """The running server's, or None: no file, one that is not whole, or a server that is gone."""
    try:
        found = ServerFile.model_validate(json.loads(path.read_text()))
        os.kill(found.pid, 0)
    except (OSError, ValueError, ValidationError):
        return None
    return found


def remove_server_file(path: Path) -> None:
    """Remove it, if it is this process's own."""
    found = read_server_file(path)
    if found is not None and found.pid == os.getpid():
        path.unlink(missing_ok=True)
