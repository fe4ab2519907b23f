"""The rows of where the API contradicts itself, run without a browser."""

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.log_lines import failed_line, moment, request_line
from tests.pages.conftest import PageRunner, elements
from tests.patience import PATIENCE_S


def rows() -> list[dict[str, Any]]:
    def script() -> None:
        from datetime import datetime

        from pixeldesk.desk.desk import the_desk
        from pixeldesk.pages.live_errors.contradictions import show_contradictions

        show_contradictions(the_desk(), datetime(2026, 11, 16, 12), datetime(2026, 11, 16, 13), "production")

    test = AppTest.from_function(script, default_timeout=PATIENCE_S).run()
    assert not test.exception
    (component,) = elements(test, "bidi_component")
    told: list[dict[str, Any]] = json.loads(component.proto.json)["sentences"]
    return told


def test_all_kinds_have_a_row_with_the_requests_that_show_it(page: PageRunner) -> None:
    nameless = {name: value for name, value in request_line().items() if name != "request_id"}
    page(
        [
            failed_line("invalid_api_key", 403, request_id="req_disagree1"),
            *(failed_line("tinybird_error", 503, request_id=f"req_wait{n}", timestamp=moment(n)) for n in range(2)),
            failed_line("tinybird_error", 503, request_id="req_later01", timestamp=moment(3600)),
            failed_line("tinybird_error", 503, request_id="req_other01", environment="preview"),
            nameless,
        ]
    )
    told = rows()
    assert [(row["sign"], row["ids"]) for row in told] == [
        ("found", ["req_disagree1"]),
        ("found", []),
        ("none", []),
        ("none", []),
        ("found", ["req_wait1", "req_wait0"]),
        ("none", []),
    ]
    assert told[0]["text"].startswith("Status and error code that do not belong together: 1 request. A client")
    assert told[1]["text"].endswith("/api.ndjson, line 6.")
    assert told[2]["text"] == "Request id that several requests carry: none."
    assert told[4]["text"].startswith("503 without Retry-After: 2 requests. ")


def test_an_empty_store_contradicts_nothing(page: PageRunner) -> None:
    page([])
    assert [row["sign"] for row in rows()] == ["none"] * 6
