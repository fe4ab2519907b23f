"""The log of an example of a case file: real lines, as the API's servers would have written them.

A request of an example names what differs from an ordinary request, by the names of the columns in
`ingest/formats/pixel.toml`. Beside them it has

    at           when the first one was answered, in UTC, or a list of such times; `times` (1) and `every_s` (60)
                 say how often it comes again after each of them
    key          how the presented key begins: fingerprint, beginning and length follow from it
    jwt          a name for the minted token: its fingerprint follows from it
    jwt_age_s    how long before each request its token was issued

`{n}` in a text is the request's number among its `times`, from 1; an empty text means that it was not logged.
"""

import hashlib
import itertools
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pixeldesk.catalogue.catalogue import catalogue
from pixeldesk.diagnosis.case_file import Example
from pixeldesk.ingest.formats.log_format import log_format

COLUMNS = frozenset(field.column for field in log_format("pixel").fields)
SHORTHANDS = frozenset({"at", "times", "every_s", "key", "jwt", "jwt_age_s"})
TAKEN = (COLUMNS | SHORTHANDS) - {"timestamp", "request_id"}

_ORDINARY = {
    "environment": "production",
    "host": "web-1",
    "route": "/pixel/pipes/{pipe}",
    "duration_ms": 20.0,
    "customer_id": "cus_ours",
    "website_id": "web_ours",
    "key": "ak_live_Ours",
    "key_length": 40,
    "key_scopes": ["pixel:read", "pixel:write"],
    "client_ip": "203.0.113.9",
    "user_agent": "node-fetch/3.3",
}
_PATHS = {
    "/pixel/pipes/{pipe}": "/pixel/pipes/top_pages?website_id=$website_id&days=7",
    "/pixel/visitors/{id}": "/pixel/visitors/vis_81b2?website_id=$website_id",
}
_ACCEPTED = 202
_ROUTES_THAT_ACCEPT = ("/pixel/events", "/pixel/identify")
# What no server can log: an unknown key names nobody, and without a key there is nothing of it to tell.
_OF_NOBODY = ("customer_id", "website_id", "key_id", "key_scopes")
_OF_NO_KEY = (*_OF_NOBODY, "key_fingerprint", "key_prefix", "key_length")
_UNTOLD = {
    "invalid_api_key": _OF_NOBODY,
    "missing_authorization": _OF_NO_KEY,
    "invalid_authorization_format": _OF_NO_KEY,
}
_LETTERS_OF_A_KEY, _DIGITS_OF_A_FINGERPRINT = 12, 16


def example_lines(example: Example) -> list[dict[str, Any]]:
    """The log lines of an example in time order; their request ids are made of its name and a number."""
    stem = hashlib.sha256(example.name.encode()).hexdigest()[:8]
    rows = sorted((row for each in example.requests for row in _repeated(each)), key=lambda row: row["timestamp"])
    return [_line({**row, "request_id": f"req_{stem}{number:05}"}) for number, row in enumerate(rows, start=1)]


def _repeated(request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The columns of each of the requests that stand in one line of an example."""
    if unknown := set(request) - TAKEN:
        raise ValueError(f"a request of an example has no {', '.join(sorted(unknown))}")
    starts = request["at"] if isinstance(request["at"], list) else [request["at"]]
    for start, number in itertools.product(starts, range(request.get("times", 1))):
        own = {name: _numbered(value, number + 1) for name, value in request.items()}
        at = datetime.fromisoformat(start).replace(tzinfo=UTC) + timedelta(seconds=number * own.get("every_s", 60))
        columns = {"timestamp": at, **_followed(own, at), **own}
        untold = _UNTOLD.get(own.get("error_code", ""), ())
        yield {name: value for name, value in columns.items() if name in COLUMNS - {*untold} and value != ""}


def _numbered(value: Any, number: int) -> Any:
    return value.replace("{n}", str(number)) if isinstance(value, str) else value


def _followed(own: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """What an ordinary request has, and what follows from what this one names."""
    code = own.get("error_code")
    given = {**_ORDINARY, **own}
    route, key = str(given["route"]), str(given["key"])
    path = _PATHS.get(route, route).replace("$website_id", str(given["website_id"]))
    status = catalogue().entry(code, None).status if code else None
    followed = {
        **_ORDINARY,
        "level": "warn" if code else "info",
        "method": "GET" if route in _PATHS else "POST",
        "path": path,
        "status": status or (_ACCEPTED if route in _ROUTES_THAT_ACCEPT else 200),
        "key_id": f"key_{_fingerprint(key)[:6]}",
        "key_fingerprint": _fingerprint(key),
        "key_prefix": key[:_LETTERS_OF_A_KEY],
    }
    if code:
        followed["error_message"] = f"it failed with {code}"
    elif route == "/pixel/pipes/{pipe}":
        followed["response_rows"] = 12
    if "jwt" in own:
        followed["jwt_fingerprint"] = _fingerprint(own["jwt"])
    if "jwt_age_s" in own:
        followed["jwt_issued_at"] = (at - timedelta(seconds=own["jwt_age_s"])).isoformat()
    return followed


def _fingerprint(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()[:_DIGITS_OF_A_FINGERPRINT]


def _line(columns: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON object that the ingest reads these columns from."""
    line: dict[str, Any] = {}
    for field in log_format("pixel").fields:
        if field.column not in columns:
            continue
        *outer, name = field.paths[0].split(".")
        place = line
        for each in outer:
            place = place.setdefault(each, {})
        value = columns[field.column]
        place[name] = value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
    return line
