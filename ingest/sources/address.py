"""Recognise addresses of remote sources, such as `s3://bucket/logs/`, and strip secrets for names and messages."""

import hashlib
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*(::[A-Za-z][A-Za-z0-9+.-]*)*://")
_LOCAL = re.compile(r"(?:file|local)://(?:localhost(?=/))?")
_USER = re.compile(r"(://)[^/@]*@")
# Parameters that sign an address or grant access. The whole set goes, not only the secret: it differs at each signing.
_SECRET_PARAMETER = re.compile(
    r"(x-(amz|goog|oss|cos|ms)-.*|.*(sig|signature|token|secret|passw|credential|auth|policy|expires|key).*"
    r"|s[evprtk]|spr|sr|st|skoid|sktid|skt|ske|sks|skv|sip|code|expiry)",
    re.IGNORECASE,
)
# What tells one file from another. Of any other parameter the value is a secret, unless it is short and a number.
_HARMLESS_PARAMETER = re.compile(
    r"day|date|hour|month|year|week|from|to|start|end|since|until|file|path|name|prefix|page|format|type|stream|service"
    r"|env|environment|region|host|version|versionid|generation|alt|limit|delimiter",
    re.IGNORECASE,
)
_NUMBER_OR_DATE = re.compile(r"[\d.:TZ-]{0,20}")
_CUT = "[redacted]"
_DIGITS = 6


def is_address(path: str) -> bool:
    """Return whether a path is remote. `file://` addresses are local paths."""
    return _ADDRESS.match(path) is not None and _LOCAL.match(path) is None


def absolute(path: str) -> str:
    """Return a path that means the same in another working folder; addresses and `-` stay as they are."""
    return path if path == "-" or is_address(path) else str(Path.cwd() / as_path(path))


def as_path(path: str) -> str:
    """Return a local path without its `file://`."""
    return _LOCAL.sub("", path, count=1) if _LOCAL.match(path) else path


def has_credentials(address: str) -> bool:
    """Return whether an address has a user or a password before its host."""
    return _USER.search(address) is not None


def without_secrets(address: str) -> str:
    """Return the name of an address in the store and in messages: no user, no password, no signature."""
    # Importing it compiles the rules for a quarter of a second, which no command should wait for at its start.
    from pixeldesk.ingest.redaction.in_python import redact

    return redact("::".join(_without_secrets(hop) for hop in address.split("::")))


def _without_secrets(hop: str) -> str:
    location, question_mark, query = _USER.sub(r"\1", hop).partition("?")
    if not question_mark or not location.lower().startswith(("http:", "https:")):
        return location + question_mark + query
    parameters = parse_qsl(query.partition("#")[0], keep_blank_values=True)
    kept = [(name, _shown(name, value)) for name, value in parameters if not _SECRET_PARAMETER.fullmatch(name)]
    return f"{location}?{urlencode(kept, safe='[] ')}" if kept else location


def _shown(name: str, value: str) -> str:
    """Return a value, or what stands for it: a digest, since it may tell two files apart."""
    if _HARMLESS_PARAMETER.fullmatch(name) or _NUMBER_OR_DATE.fullmatch(value):
        return value
    return f"{_CUT} {hashlib.sha256(value.encode()).hexdigest()[:_DIGITS]}"
