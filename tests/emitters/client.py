"""Ask a program for the same things each time, and record what a client sees: the truth about its log."""

import http.client
import json
import socket
import time
import uuid
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

# Not the address of the servers behind, so that a log that shows the wrong one is seen.
CLIENT_IP = "127.0.0.9"
USER_AGENT = "shop-client/1.0"
_ABORT_AFTER_S = 0.15
_PATIENCE_S = 10.0


@dataclass(frozen=True)
class Asked:
    """One request as its client saw it."""

    life: int  # which process answered, from 1
    started: str  # RFC 3339
    method: str
    path: str
    sent_id: str | None  # X-Request-Id of the request
    answered_id: str | None  # X-Request-Id of the response
    status: int | None  # None: the client went away before an answer


@dataclass(frozen=True)
class Plan:
    """What to ask for."""

    method: str
    path: str
    id_kind: str = "none"  # none, prefixed (req_…) or uuid
    aborted: bool = False


LIFE = [
    Plan("GET", "/v1/items", "prefixed"),
    Plan("GET", "/v1/items?page=2&q=a%20b", "prefixed"),
    Plan("GET", "/v1/items"),
    Plan("GET", "/v1/items/42", "uuid"),
    Plan("POST", "/v1/events", "prefixed"),
    Plan("GET", "/v1/missing"),
    Plan("GET", "/v1/private", "prefixed"),
    *[Plan("GET", "/v1/limited") for _ in range(5)],
    Plan("GET", "/v1/boom", "prefixed"),
    Plan("GET", "/v1/boom"),
    Plan("GET", "/v1/down", "prefixed"),
    Plan("GET", "/v1/slow", "prefixed"),
    Plan("GET", "/v1/hang", "prefixed", aborted=True),
    Plan("GET", "/v1/items", "uuid"),
]
# Of the processes after the first, enough to see that what they count begins anew.
LATER_LIFE = [
    Plan("GET", "/v1/items", "prefixed"),
    Plan("GET", "/v1/items"),
    Plan("GET", "/v1/limited"),
    Plan("GET", "/v1/boom", "prefixed"),
    Plan("GET", "/v1/boom"),
    Plan("GET", "/v1/down", "uuid"),
]


def drive(port: int, life: int, burst: int = 0) -> list[Asked]:
    """Ask for everything of a life, then for so many answers of 429, one after another."""
    plans = LIFE if life == 1 else LATER_LIFE
    return [_ask(port, life, plan) for plan in [*plans, *[Plan("GET", "/v1/limited")] * burst]]


def wait_until_open(port: int) -> None:
    """Wait until something listens there. Raises TimeoutError."""
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"nothing listens on port {port}")


def write_truth(path: Path, asked: list[Asked], versions: dict[str, str]) -> None:
    """Write what was seen, a request a line."""
    lines = ",\n".join(json.dumps([*asdict(one).values()]) for one in asked)
    columns = [one.name for one in fields(Asked)]
    head = json.dumps({"client_ip": CLIENT_IP, "user_agent": USER_AGENT, "versions": versions, "columns": columns})[
        1:-1
    ]
    path.write_text(f'{{{head}, "requests": [\n{lines}\n]}}\n')


def read_truth(path: Path) -> tuple[dict[str, str], list[Asked]]:
    """Return the versions of the packages, and what was asked."""
    truth = json.loads(path.read_text())
    return truth["versions"], [Asked(**dict(zip(truth["columns"], one, strict=True))) for one in truth["requests"]]


def _ask(port: int, life: int, plan: Plan) -> Asked:
    sent = {"none": None, "prefixed": f"req_{uuid.uuid4().hex[:14]}", "uuid": str(uuid.uuid4())}[plan.id_kind]
    headers = {"User-Agent": USER_AGENT} | ({"X-Request-Id": sent} if sent else {})
    body = None
    if plan.method == "POST":
        headers["Content-Type"] = "application/json"
        body = b'{"name": "signup"}'
    started = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    patience = _ABORT_AFTER_S if plan.aborted else _PATIENCE_S
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience, source_address=(CLIENT_IP, 0))
    status = answered = None
    try:
        connection.request(plan.method, plan.path, body, headers)
        response = connection.getresponse()
        response.read()
        status, answered = response.status, response.getheader("X-Request-Id")
    except TimeoutError:
        assert plan.aborted, plan
    finally:
        connection.close()
    return Asked(life, started, plan.method, plan.path, sent, answered, status)
