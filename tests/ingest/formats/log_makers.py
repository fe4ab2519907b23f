"""Make lines of other programs for the tests: valid by default, with any field replaced by name."""

from datetime import timedelta
from typing import Any

from tests.log_lines import NOON, moment


def epoch_ms(seconds: float = 0.0) -> int:
    """Return an epoch in milliseconds: so many seconds after noon UTC of 16 November 2026."""
    return round((NOON + timedelta(seconds=seconds)).timestamp() * 1000)


def nginx_line(seconds: float = 0.0, **fields: Any) -> dict[str, Any]:
    """Return an access log line of nginx."""
    return {
        "time_iso8601": moment(seconds),
        "remote_addr": "203.0.113.9",
        "request": "GET /pixel/pipes/top_pages?days=7 HTTP/1.1",
        "status": "200",
        "request_time": "0.014",
        "request_id": "req_7Qm2xV9cT4",
        **fields,
    }


def pino_line(seconds: float = 0.0, request_id: str = "req_7Qm2xV9cT4", **fields: Any) -> dict[str, Any]:
    """Return an application log line as pino-http writes it."""
    return {
        "level": 30,
        "time": epoch_ms(seconds),
        "pid": 4711,
        "hostname": "web-1",
        "req": {"id": request_id, "method": "GET", "url": "/pixel/pipes/top_pages?days=7", "headers": {}},
        "res": {"statusCode": 200},
        "responseTime": 12,
        "msg": "request completed",
        **fields,
    }


def vercel_line(seconds: float = 0.0, **fields: Any) -> dict[str, Any]:
    """Return a line of a Vercel log drain."""
    return {
        "id": f"15738172502832546510{round(seconds * 1000):08}",
        "deploymentId": "dpl_233NRGRjVZX1caZrXWtz5g1TAksD",
        "projectId": "gdufoJxB6b9b1fEqr1jUtFkyavUU",
        "source": "lambda",
        "host": "my-app.vercel.app",
        "timestamp": epoch_ms(seconds),
        "level": "info",
        "message": "working",
        "requestId": "643af4e3-975a-4cc7-9e7a-1eda11539d90",
        "statusCode": 200,
        "proxy": {"method": "GET", "path": "/", "statusCode": 200, "clientIp": "203.0.113.9"},
        **fields,
    }
