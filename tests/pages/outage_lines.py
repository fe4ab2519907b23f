"""Make the log lines of an outage: at noon of 16 November 2026, a host fails for ten minutes.

From an hour and a half before it to an hour after it, each caller sends a request per minute. The outage affects six
customers and a caller without a customer. It does not affect five customers of the other host, nor a customer whose
requests fail all that time.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from tests.log_lines import failed_line, moment, request_line

CODE, FAILING_HOST, BEFORE = "ingest_unavailable", "web-2", "cus_before"
CUSTOMERS = tuple(f"cus_hit{number}" for number in range(6))
UNNAMED = {"customer_id": None, "api_key": {"id": None, "fingerprint": "5f0c3b1e9a7d2c44", "prefix": "ak_live_Zt3b"}}
OUTAGE = range(10)
FIRST_MINUTE, LAST_MINUTE = -90, 60
_AFFECTED: tuple[dict[str, Any], ...] = (*({"customer_id": customer} for customer in CUSTOMERS), UNNAMED)
_UNAFFECTED = tuple({"customer_id": f"cus_fine{number}"} for number in range(5))


def outage_lines(past: int = LAST_MINUTE, *, failing: Iterable[int] = OUTAGE, **fields: Any) -> list[dict[str, Any]]:
    """Return all lines up to `past` minutes after noon. `fields` replace those of the affected callers' lines.

    `failing` are the minutes, from noon, in which the affected callers' requests fail.
    """
    always = range(FIRST_MINUTE, past)
    return [
        *_requests("req_Hit", _AFFECTED, past, failing, **{"host": FAILING_HOST, **fields}),
        *_requests("req_Fine", _UNAFFECTED, past, (), **{**fields, "host": "web-1"}),
        *_requests("req_Old", [{"customer_id": BEFORE}], past, always, **{"host": FAILING_HOST, **fields}),
    ]


def _requests(
    stem: str, callers: Iterable[dict[str, Any]], past: int, failing: Iterable[int], *, code: str = CODE, **fields: Any
) -> Iterator[dict[str, Any]]:
    failed = set(failing)
    for minute in range(FIRST_MINUTE, past):
        for number, caller in enumerate(callers):
            request = {
                "timestamp": moment(60.0 * minute + 5 * number + 1),
                "request_id": f"{stem}{minute - FIRST_MINUTE:04}{number}",
                "route": "/pixel/events",
                **caller,
                **fields,
            }
            yield failed_line(code, 503, **request) if minute in failed else request_line(**request)
