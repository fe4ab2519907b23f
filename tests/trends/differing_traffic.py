"""Make traffic in which failing requests differ in a known way, each way in its own environment.

All requests are in the hour from noon of 16 November 2026, when some fail, and in the same hour a week before.
"""

import random
from collections.abc import Callable, Iterator
from typing import Any

from tests.log_lines import failed_line, moment, request_line

REQUESTS = 400
# Random draws of failing requests, each in its own environment.
DRAWS = 40
_WEEK_S = 7 * 24 * 3600
_Fields = dict[str, Any]
_Fails = Callable[[_Fields, random.Random], bool]
_Change = Callable[[_Fields, bool], None]


def _as_drawn(_: _Fields, __: bool) -> None:
    """Change nothing."""


def _traffic(environment: str, fails: _Fails, change: _Change = _as_drawn) -> list[_Fields]:
    """Return requests whose fields are drawn independently.

    `change` may alter the fields of a request after it was decided whether it fails. Its second argument is True for
    requests of now, False for those of a week before.
    """
    chance = random.Random(environment)
    lines = []
    for number in range(2 * REQUESTS):
        now = number < REQUESTS
        customer = f"cus_{chance.randrange(20)}"
        fields: _Fields = {
            "environment": environment,
            "request_id": f"req_{environment}{number}",
            "timestamp": moment(chance.randrange(3600) - (0 if now else _WEEK_S)),
            "host": f"web-{chance.randrange(1, 5)}",
            "route": chance.choice(["/pixel/events", "/pixel/identify", "/pixel/tokens"]),
            "release": chance.choice(["2026.46.0", "2026.46.1"]),
            "region": chance.choice(["iad1", "fra1"]),
            "customer_id": customer,
            "api_key": {"fingerprint": f"key of {customer}"},
            "client": {"ip": "203.0.113.9", "user_agent": chance.choice(["curl/8.1", "node", "go", "php"])},
        }
        failed = now and fails(fields, chance)
        change(fields, now)
        lines.append(failed_line("internal_error", 500, **fields) if failed else request_line(**fields))
    return lines


def _web_3(fields: _Fields, _: random.Random) -> bool:
    return bool(fields["host"] == "web-3")


def _cus_7(fields: _Fields, _: random.Random) -> bool:
    return bool(fields["customer_id"] == "cus_7")


def _every_fifth(_: _Fields, chance: random.Random) -> bool:
    return chance.random() < 0.2


def _four_of_web_3(fields: _Fields, _: random.Random) -> bool:
    number = int(fields["request_id"].rpartition("our_of")[2])
    return number in (3, 99, 200, 321)


def _released(fields: _Fields, now: bool) -> None:
    """Give web-3 its own release and region."""
    if now and fields["host"] == "web-3":
        fields.update(release="2026.47.2", region="syd1")


def _only_web_3_before(fields: _Fields, now: bool) -> None:
    if not now:
        fields["host"] = "web-3"


def _nameless_where_cus_7(fields: _Fields, now: bool) -> None:
    if now and fields["customer_id"] == "cus_7":
        fields.update(customer_id=None, api_key=None)


def _many_customers(fields: _Fields, _: bool) -> None:
    if fields["customer_id"] != "cus_7":
        fields.update(customer_id=fields["request_id"], api_key=None)


def _four_on_web_3(fields: _Fields, _: bool) -> None:
    if _four_of_web_3(fields, random.Random()):
        fields["host"] = "web-9"


def planted() -> Iterator[_Fields]:
    yield from _traffic("one_host", _web_3)
    yield from _traffic("release", _web_3, _released)
    yield from _traffic("customer", lambda fields, chance: _cus_7(fields, chance) or chance.random() < 0.02)
    yield from _traffic("nothing", _every_fifth)
    yield from _traffic("four_of", _four_of_web_3, _four_on_web_3)
    yield from (line for line in _traffic("young", _web_3) if line["timestamp"] >= moment(0))
    yield from (line for line in _traffic("down", _web_3) if line["status"] >= 400 or line["timestamp"] < moment(0))
    yield from (line for line in _traffic("silent", _web_3) if line["status"] >= 400)
    yield from _traffic("as_before", _web_3, _only_web_3_before)
    yield from _traffic("nameless", _cus_7, _nameless_where_cus_7)
    yield from _traffic("many_customers", _cus_7, _many_customers)
    yield failed_line("internal_error", 500, environment="far_ahead", timestamp="2999-01-01T00:00:00Z")
    for draw in range(DRAWS):
        yield from _traffic(f"draw_{draw}", _every_fifth)
