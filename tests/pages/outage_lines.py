"""The log lines of an outage: at noon of 16 November 2026 one of two hosts fails for ten minutes.

From an hour and a half before it to an hour after, each caller asks once a minute: six customers and a caller whom the
logs do not name are hit, five customers of the other host are not, and one customer has failed all that time.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from tests.log_lines import failed_line, moment, request_line

CODE, FAILING_HOST, BEFORE = "ingest_unavailable", "web-2", "cus_before"
CUSTOMERS = tuple(f"cus_hit{number}" for number in range(6))
UNNAMED = {"customer_id": None, "api_key": {"id": None, "fingerprint": "5f0c3b1e9a7d2c44", "prefix": "ak_live_Zt3b"}}
OUTAGE = range(10)
FIRST_MINUTE, LAST_MINUTE = -90, 60
_HIT: tuple[dict[str, Any], ...] = (*({"customer_id": one} for one in CUSTOMERS), UNNAMED)
_FINE = tuple({"customer_id": f"cus_fine{number}"} for number in range(5))


def outage_lines(past: int = LAST_MINUTE, *, failing: Iterable[int] = OUTAGE, **fields: Any) -> list[dict[str, Any]]:
    """All of it until so many minutes after noon. The fields are put in place of those of the callers that are hit."""
    always = range(FIRST_MINUTE, past)
    return [
        *_asked("req_Hit", _HIT, past, failing, **{"host": FAILING_HOST, **fields}),
        *_asked("req_Fine", _FINE, past, (), **{**fields, "host": "web-1"}),
        *_asked("req_Old", [{"customer_id": BEFORE}], past, always, **{"host": FAILING_HOST, **fields}),
    ]


def _asked(
    stem: str, callers: Iterable[dict[str, Any]], past: int, failing: Iterable[int], *, code: str = CODE, **fields: Any
) -> Iterator[dict[str, Any]]:
    failed = set(failing)
    for minute in range(FIRST_MINUTE, past):
        for place, whose in enumerate(callers):
            told = {
                "timestamp": moment(60.0 * minute + 5 * place + 1),
                "request_id": f"{stem}{minute - FIRST_MINUTE:04}{place}",
                "route": "/pixel/events",
                **whose,
                **fields,
            }
            yield failed_line(code, 503, **told) if minute in failed else request_line(**told)
