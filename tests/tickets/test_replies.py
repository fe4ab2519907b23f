"""Replies say what happened and what to do, and nothing of a hostile log line reaches them."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixeldesk.catalogue.catalogue import catalogue
from pixeldesk.tickets.replies import reply_for, ticket_reply
from pixeldesk.tickets.request_facts import ReplyFacts

MOMENT = datetime(2026, 11, 16, 9, 12, 44, tzinfo=UTC)
STATUSES = st.sampled_from([200, 302, 400, 401, 403, 404, 429, 500, 502, 503])
HOSTILE_CORES = [
    "ak_live_Zt3bNotARealKey00",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0ZXN0In0.c2ln",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "web-2.internal",
    "postgres://admin:hunter2@db-1:5432/keys",
    "cus_0666",
    "<script>alert(1)</script>",
    "![x](https://evil.example/x.png)",
    "first line\nIgnore the above\r\n\tand pay",
    "$required_scope ${retry_after} {0} %s",
    "/pixel/visitors/kim@customer.example",
    "other_code_of_ours",
]
hostile = st.builds(
    lambda before, core, after: before + core + after,
    st.sampled_from(["", " ", "pixel:", "/pixel/", "GET ", "<b>", "x\n"]),
    st.sampled_from(HOSTILE_CORES),
    st.sampled_from(["", " ", "\n", "</b>", "/{id}", "\x00"]),
)


def facts(code: str | None, status: int | None, upstream_message: str | None = None, **more: Any) -> ReplyFacts:
    values: dict[str, Any] = {
        "request_id": "req_7Qm2xV9cT4",
        "timestamp": MOMENT,
        "method": "GET",
        "route": "/pixel/pipes/{pipe}",
        "status": status,
        "code": code,
        "entry": catalogue().entry(code, status, upstream_message),
    }
    return ReplyFacts(**{**values, **more})


@pytest.mark.parametrize("code", catalogue().codes())
def test_a_reply_has_every_part(code: str) -> None:
    entry = catalogue().entry(code, None)
    reply = reply_for(facts(code, entry.status))
    assert reply.startswith(
        "Hello,\n\nYour request GET /pixel/pipes/{pipe} (request id req_7Qm2xV9cT4) of 16 November 2026, 09:12 UTC"
    )
    assert f"HTTP {entry.status}, error code {code}." in reply
    assert all(f"\n{number}. " in reply for number in range(1, len(entry.steps) + 1))
    assert f". {entry.afterwards}\n" in reply or not entry.afterwards
    assert "$" not in reply


@pytest.mark.parametrize("code", catalogue().codes())
def test_only_what_is_ours_is_apologised_for(code: str) -> None:
    entry = catalogue().entry(code, None)
    reply = reply_for(facts(code, entry.status))
    assert ("We are sorry" in reply) == entry.is_ours
    assert ("a fault on our side, not in your request" in reply) == (entry.fault == "us")


def test_a_success_is_called_a_success() -> None:
    reply = reply_for(facts(None, 200))
    assert "succeeded: HTTP 200." in reply
    assert "sorry" not in reply
    assert "error code" not in reply


def test_an_expired_token_gets_its_own_advice() -> None:
    reply = reply_for(facts("tinybird_error", 503, "JWT expired"))
    assert "Mint a new token" in reply
    assert "sorry" not in reply


@pytest.mark.parametrize(
    ("details", "says"),
    [
        (
            {"required": "pixel:read", "available": []},
            "this route asks for the scope pixel:read and the key holds no scopes at all.",
        ),
        (
            {"required": "pixel:read", "available": ["pixel:write"]},
            "pixel:read and the key holds only pixel:write.",
        ),
        ({"required": ["pixel:write", "pixel:read"]}, "the scopes pixel:read and pixel:write"),
        ({"required": "pixel:read"}, "asks for the scope pixel:read, which it does not hold."),
        ({"required": "pixel:read", "available": ["ak_live_Zt3b"]}, "pixel:read, which it does not hold."),
        ({"required": {"a": 1}, "available": 7}, "it lacks a scope that this route asks for."),
        ({"available": ["pixel:write"]}, "it holds only pixel:write, and this route asks for another."),
        (None, "it lacks a scope that this route asks for."),
    ],
)
def test_scopes_are_named_where_the_log_tells_them(details: dict[str, Any] | None, says: str) -> None:
    assert says in reply_for(facts("insufficient_scope", 403, details=details))


@pytest.mark.parametrize(
    ("wait_s", "says"),
    [
        (12.2, "pause for at least 13 seconds"),
        (1.0, "pause for at least 1 second before"),
        (None, "given in the Retry-After header"),
        (-1.0, "given in the Retry-After header"),
        (float("nan"), "given in the Retry-After header"),
        (float("inf"), "given in the Retry-After header"),
    ],
)
def test_the_wait_is_the_one_that_was_sent(wait_s: float | None, says: str) -> None:
    assert says in reply_for(facts("rate_limit_exceeded", 429, retry_after_s=wait_s))


def test_times_are_given_in_utc() -> None:
    berlin = MOMENT.astimezone(timezone(timedelta(hours=1)))
    assert reply_for(facts(None, 200, timestamp=berlin)) == reply_for(facts(None, 200))


def test_a_ticket_groups_equal_causes() -> None:
    reply = ticket_reply(
        [
            facts("insufficient_scope", 403, request_id="req_AAAA11", details={"required": "pixel:read"}),
            facts("internal_error", 500, request_id="req_BBBB22"),
            facts("insufficient_scope", 403, request_id="req_CCCC33", details={"required": "pixel:write"}),
            facts("tinybird_error", 503, request_id="req_DDDD44"),
            facts("tinybird_error", 503, "JWT expired", request_id="req_EEEE55"),
        ]
    )
    assert "your 5 requests" in reply
    positions = [
        reply.index(part) for part in ["(1)", "AAAA11", "CCCC33", "(2)", "BBBB22", "(3)", "DDDD44", "(4)", "EEEE55"]
    ]
    assert positions == sorted(positions)
    assert "the scopes pixel:read and pixel:write" in reply
    assert reply.count("The API key is valid") == 1
    assert reply.count("Hello,") == reply.count("Kind regards") == 1


def test_a_ticket_of_one_request_is_the_reply_to_it() -> None:
    one = facts("invalid_pipe", 400)
    assert ticket_reply([one]) == reply_for(one)


def test_a_ticket_without_requests_asks_for_the_id_and_not_for_the_key() -> None:
    reply = ticket_reply([])
    assert "request id" in reply
    assert "do not send your API key" in reply


@pytest.mark.parametrize(
    ("field", "value", "left_out"),
    [
        ("method", "TRACE /etc", "TRACE"),
        ("route", "/pixel/visitors/kim", "kim"),
        ("route", "/internal/admin", "internal"),
        ("request_id", "ak_live_Zt3bNotARealKey00", "Zt3b"),
        ("request_id", "req_7Qm2xV9cT4\nBcc: all", "Bcc"),
    ],
)
def test_a_value_of_unknown_form_is_left_out(field: str, value: str, left_out: str) -> None:
    changed = {field: value}
    reply = reply_for(facts("invalid_api_key", 401, None, **changed))
    assert left_out not in reply
    assert "of 16 November 2026, 09:12 UTC was refused" in reply


def test_a_status_that_cannot_be_is_left_out() -> None:
    assert "99999" not in reply_for(facts("invalid_api_key", 99999))


@given(
    code=hostile | st.sampled_from(catalogue().codes()),
    status=STATUSES,
    strings=st.lists(hostile, min_size=8, max_size=8),
)
def test_hostile_values_change_nothing_in_the_reply(code: str, status: int, strings: list[str]) -> None:
    details = {"required": strings[0], "available": [strings[1]], strings[2]: {strings[3]: strings[4]}}
    hostile_facts = {"path": strings[0], "found_by": strings[1], "nearest_pipe": strings[2], "route": strings[7]}
    written = facts(
        code, status, strings[7], request_id=strings[5], method=strings[6], details=details, **hostile_facts
    )
    blank = facts(code, status, request_id="", method=None, route=None, details=None)
    assert reply_for(written) == reply_for(blank)
    assert ticket_reply([written, blank]) == ticket_reply([blank, written])
    assert not [core for core in HOSTILE_CORES if core in reply_for(written)]


@given(status=STATUSES, code=st.text(), other=st.text(), moment=st.datetimes(timezones=st.just(UTC)))
def test_any_text_makes_a_reply_of_printable_lines(status: int, code: str, other: str, moment: datetime) -> None:
    reply = reply_for(facts(code, status, other, request_id=other, method=other, route=other, timestamp=moment))
    assert reply.replace("\n", "").isprintable()
