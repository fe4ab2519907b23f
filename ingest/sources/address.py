"""Addresses of what to read elsewhere, such as `s3://bucket/logs/`, and what they may be called where it is written."""

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*(::[A-Za-z][A-Za-z0-9+.-]*)*://")
_LOCAL = re.compile(r"(?:file|local)://(?:localhost(?=/))?")
_USER = re.compile(r"(://)[^/@]*@")
# What signs an address, or lets one in. Beside the secret itself all that comes with it: it is another each time.
_SECRET_PARAMETER = re.compile(
    r"(x-(amz|goog|oss|cos|ms)-.*|.*(sig|signature|token|secret|passw|credential|auth|policy|expires|key).*"
    r"|s[evprtk]|spr|sr|st|skoid|sktid|skt|ske|sks|skv|sip|code|expiry)",
    re.IGNORECASE,
)


def is_address(given: str) -> bool:
    """Whether it is no path of this machine. `file://` ones are paths."""
    return _ADDRESS.match(given) is not None and _LOCAL.match(given) is None


def absolute(given: str) -> str:
    """The same wherever it is read from: an address and `-` as they are, a path from the working folder on."""
    return given if given == "-" or is_address(given) else str(Path.cwd() / as_path(given))


def as_path(given: str) -> str:
    """A path of this machine, `file://` taken off."""
    return _LOCAL.sub("", given, count=1) if _LOCAL.match(given) else given


def has_credentials(address: str) -> bool:
    """Whether a user or a password stands before its host."""
    return _USER.search(address) is not None


def without_secrets(address: str) -> str:
    """What an address is called in the store and in every message: no user, no password, no signature."""
    # Importing it compiles the rules for a quarter of a second, which no command should wait for at its start.
    from pixeldesk.ingest.redaction.in_python import redact

    return redact("::".join(_without_secrets(hop) for hop in address.split("::")))


def _without_secrets(hop: str) -> str:
    place, mark, query = _USER.sub(r"\1", hop).partition("?")
    if not mark or not place.lower().startswith(("http:", "https:")):
        return place + mark + query
    given = parse_qsl(query.partition("#")[0], keep_blank_values=True)
    kept = urlencode([(name, value) for name, value in given if not _SECRET_PARAMETER.fullmatch(name)])
    return f"{place}?{kept}" if kept else place
