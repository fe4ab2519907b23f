"""Make the log lines of callers that fail: two customers with a lasting mistake, a recovered customer, and a scanner.

The failures of each customer are an hour apart, from noon of 16 November 2026 on.
"""

from typing import Any

from tests.log_lines import moment, request_line

SCOPELESS, MENDED, RETRIER, SCANNER_IP = "cus_scopeless", "cus_mended", "cus_retrier", "198.51.100.66"
HOUR = 3600.0


def scopeless_lines(stem: str = "req_Less", count: int = 20, **fields: Any) -> list[dict[str, Any]]:
    """Return the requests of a customer whose key has no scope. The ids are req_Less00000 and so on."""
    refused = {
        "status": 403,
        "error": {
            "code": "insufficient_scope",
            "message": "This endpoint requires the 'pixel:read' scope",
            "details": {"required": "pixel:read", "available": []},
        },
        "response": None,
    }
    return [
        request_line(
            **{
                "timestamp": moment(HOUR * number),
                "request_id": f"{stem}{number:05}",
                "customer_id": SCOPELESS,
                "website_id": "web_less1",
                "api_key": _key("1e55", scopes=[]),
                "client": {"ip": "203.0.113.21", "user_agent": "node-fetch/3.3"},
                **refused,
                **fields,
            }
        )
        for number in range(count)
    ]


def mended_lines() -> list[dict[str, Any]]:
    """Return a customer's requests for a pipe that does not exist, for ten hours, and then for one that exists."""
    caller: dict[str, Any] = {
        "customer_id": MENDED,
        "website_id": "web_mend1",
        "api_key": _key("3e4d"),
        "client": {"ip": "203.0.113.22", "user_agent": "GuzzleHttp/7"},
    }
    wrong = [
        request_line(
            timestamp=moment(HOUR * n),
            request_id=f"req_Pipe{n:05}",
            path="/pixel/pipes/top-pages?website_id=web_mend1",
            status=400,
            error={"code": "invalid_pipe", "message": "Unknown pipe", "details": {"pipe": "top-pages"}},
            response=None,
            **caller,
        )
        for n in range(10)
    ]
    right = [request_line(timestamp=moment(HOUR * (10 + n)), request_id=f"req_Good{n:05}", **caller) for n in range(20)]
    return [*wrong, *right]


def retrier_lines() -> list[dict[str, Any]]:
    """Return the requests of a customer with a revoked key, each retried four times, a second apart."""
    return [
        request_line(
            timestamp=moment(HOUR * hour + retry),
            request_id=f"req_Rtry{hour:03}{retry}0",
            customer_id=RETRIER,
            website_id="web_rtry1",
            api_key=_key("4e74", revoked_at=moment(-HOUR)),
            client={"ip": "203.0.113.23", "user_agent": "Go-http-client/2.0"},
            status=401,
            error={"code": "api_key_revoked", "message": "API key has been revoked", "details": None},
            response=None,
        )
        for hour in range(10)
        for retry in range(5)
    ]


def scanner_lines() -> list[dict[str, Any]]:
    """Return requests with forty different keys from a single client address, without a customer."""
    return [
        request_line(
            timestamp=moment(1800.0 * n),
            request_id=f"req_Scan{n:05}",
            customer_id=None,
            website_id=None,
            api_key={"id": None, "fingerprint": f"5ca0{n:012x}", "prefix": f"sk_{n:09}", "length": 40, "scopes": None},
            client={"ip": SCANNER_IP, "user_agent": "zgrab/0.x"},
            status=401,
            error={"code": "invalid_api_key", "message": "API key not recognised", "details": None},
            response=None,
        )
        for n in range(40)
    ]


def failing_lines() -> list[dict[str, Any]]:
    """Return the requests of all of these callers."""
    return [*scopeless_lines(), *mended_lines(), *retrier_lines(), *scanner_lines()]


def _key(name: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"key_{name}",
        "fingerprint": f"{name}000000000000",
        "prefix": f"ak_live_{name}",
        "length": 40,
        "scopes": ["pixel:read", "pixel:write"],
        **fields,
    }
