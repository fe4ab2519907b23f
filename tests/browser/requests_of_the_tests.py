"""The log lines of the browser tests: a customer's requests, a few customers whose requests fail, hostile requests."""

from tests.log_lines import event_line, failed_line, moment, request_line, request_lines
from tests.pages.failing_lines import failing_lines, scopeless_lines

DENIED = "req_Denied0001"
OURS = "req_Ours000001"
SHARED = "req_Shared0001"
HOSTILE = "req_Hostile001"
KEY = "ak_live_Zt3bQ9xW2vU8sR5pN1mK7jH4gF6d"

ATTACKER = "=cmd|'/C calc'!A0 ![x](http://evil.example/z.png) <b>bold</b>"
EVIL = "req_<img/src=//evil.example/i.png>"
_ATTACK = "![x](http://evil.example/x.png) <img src=http://evil.example/y.png onerror=alert(1)> :red[z]"

LINES = [
    *request_lines(12),
    event_line(request_id=DENIED, timestamp=moment(19.99), message="scope check"),
    request_line(
        status=403,
        request_id=DENIED,
        timestamp=moment(20),
        error={
            "code": "insufficient_scope",
            "message": "This endpoint requires the 'pixel:read' scope",
            "details": {"required": "pixel:read", "available": []},
        },
    ),
    failed_line("ingest_unavailable", 503, request_id=OURS, timestamp=moment(25), customer_id="cus_7700"),
    request_line(request_id=SHARED, timestamp=moment(30)),
    failed_line("invalid_pipe", 400, request_id=SHARED, timestamp=moment(3000), customer_id="cus_7701"),
    request_line(
        request_id=HOSTILE,
        timestamp=moment(40),
        status=418,
        customer_id=_ATTACK,
        path=f"/{_ATTACK}",
        host=_ATTACK,
        client={"ip": _ATTACK, "user_agent": _ATTACK},
        error={"code": _ATTACK, "message": _ATTACK, "details": {"x": _ATTACK}},
    ),
    *failing_lines(),
    *scopeless_lines(
        stem=EVIL,
        count=12,
        customer_id=ATTACKER,
        environment=_ATTACK,
        website_id=_ATTACK,
        client={"ip": _ATTACK, "user_agent": _ATTACK},
    ),
]
