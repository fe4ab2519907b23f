"""Traffic in which failing requests differ in a way that is known, each way in an environment of its own.

All of it is in the hour from noon of 16 November 2026, when some fail, and in the same hour a week before.
"""

import random
from collections.abc import Callable, Iterator
from typing import Any

from tests.log_lines import failed_line, moment, request_line

REQUESTS = 400
# Random draws of failing requests, each in an environment of its own.
DRAWS = 40
_WEEK_S = 7 * 24 * 3600
_Told = dict[str, Any]
_Fails = Callable[[_Told, random.Random], bool]
_Change = Callable[[_Told, bool], None]


def _as_drawn(_: _Told, __: bool) -> None:
    """Nothing is changed."""


def _traffic(environment: str, fails: _Fails, change: _Change = _as_drawn) -> list[_Told]:
    """Every field is drawn by itself. `change` may alter what is told of a request, now (True) or a week before."""
    chance = random.Random(environment)
    lines = []
    for number in range(2 * REQUESTS):
        now = number < REQUESTS
        customer = f"cus_{chance.randrange(20)}"
        told: _Told = {
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
        failed = now and fails(told, chance)
        change(told, now)
        lines.append(failed_line("internal_error", 500, **told) if failed else request_line(**told))
    return lines


def _web_3(told: _Told, _: random.Random) -> bool:
    return bool(told["host"] == "web-3")


def _cus_7(told: _Told, _: random.Random) -> bool:
    return bool(told["customer_id"] == "cus_7")


def _every_fifth(_: _Told, chance: random.Random) -> bool:
    return chance.random() < 0.2


def _four_of_web_3(told: _Told, _: random.Random) -> bool:
    number = int(told["request_id"].rpartition("our_of")[2])
    return number in (3, 99, 200, 321)


def _released(told: _Told, now: bool) -> None:
    """web-3 runs a release, in a region, of its own."""
    if now and told["host"] == "web-3":
        told.update(release="2026.47.2", region="syd1")


def _only_web_3_before(told: _Told, now: bool) -> None:
    if not now:
        told["host"] = "web-3"


def _nameless_where_cus_7(told: _Told, now: bool) -> None:
    if now and told["customer_id"] == "cus_7":
        told.update(customer_id=None, api_key=None)


def _many_customers(told: _Told, _: bool) -> None:
    if told["customer_id"] != "cus_7":
        told.update(customer_id=told["request_id"], api_key=None)


def _four_on_web_3(told: _Told, _: bool) -> None:
    if _four_of_web_3(told, random.Random()):
        told["host"] = "web-9"


def planted() -> Iterator[_Told]:
    yield from _traffic("one_host", _web_3)
    yield from _traffic("release", _web_3, _released)
    yield from _traffic("customer", lambda told, chance: _cus_7(told, chance) or chance.random() < 0.02)
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
