"""The rows that show where the API contradicts itself, run without a browser."""

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
    sentences: list[dict[str, Any]] = json.loads(component.proto.json)["sentences"]
    return sentences


def test_every_kind_has_a_row_with_the_requests_that_show_it(page: PageRunner) -> None:
    nameless = {name: value for name, value in request_line().items() if name != "request_id"}
    page(
        [
            failed_line("invalid_api_key", 403, request_id="req_disagree1"),
            *(
                failed_line("tinybird_error", 503, request_id=f"req_wait{number}", timestamp=moment(number))
                for number in range(2)
            ),
            failed_line("tinybird_error", 503, request_id="req_later01", timestamp=moment(3600)),
            failed_line("tinybird_error", 503, request_id="req_other01", environment="preview"),
            nameless,
        ]
    )
    shown = rows()
    assert [(row["sign"], [link["id"] for link in row["links"]]) for row in shown] == [
        ("found", ["req_disagree1"]),
        ("found", []),
        ("none", []),
        ("none", []),
        ("found", ["req_wait1", "req_wait0"]),
        ("none", []),
    ]
    assert ": 1 request. " in shown[0]["text"]
    assert shown[1]["text"].endswith("/api.ndjson, line 6.")
    assert shown[2]["text"].endswith(": none.")
    assert ": 2 requests. " in shown[4]["text"]


def test_an_empty_store_contradicts_nothing(page: PageRunner) -> None:
    page([])
    assert [row["sign"] for row in rows()] == ["none"] * 6
