"""A pasted text to cards: the fields of docs/json.md one by one, and every honest "not found"."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.catalogue.catalogue import catalogue
from pixeldesk.desk.desk import Desk
from pixeldesk.desk.doctor import examine
from pixeldesk.tickets.answer import LookupAnswer
from tests import sample_lines
from tests.log_lines import event_line, failed_line, moment, request_line, request_lines, write_lines

CONTRACT = {
    "request_id", "timestamp", "environment", "method", "route", "path", "status", "duration_ms", "customer_id",
    "website_id", "host", "error", "meaning", "fix", "retryable", "lines", "neighbours", "also_affected",
    "diagnoses", "incident", "reply",
}  # fmt: skip

KEY = "ak_live_Zt3bQ9xV2mK7pL4wN8sD6fG1hJ5cR0yT"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjdXNfMSJ9.c2lnbmF0dXJlLW9mLWl0"
HASH = "0123456789abcdef" * 4


def load(desk: Desk, folder: Path, *lines: Any) -> None:
    """Store these lines."""
    desk.ingest([str(write_lines(folder / "logs" / "a.ndjson", lines))])


def ask(desk: Desk, text: str) -> dict[str, Any]:
    """The answer as it is printed: through JSON that any reader takes, and from which we read the same answer."""
    found = desk.lookup(text)
    answer: dict[str, Any] = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert LookupAnswer.model_validate(answer) == found
    return answer


def reason(desk: Desk, text: str) -> str:
    """Why the one id of a text was not found."""
    (missing,) = ask(desk, text)["not_found"]
    return str(missing["reason"])


# --- a card -------------------------------------------------------------------------------------------------


def test_a_card_field_by_field(desk: Desk, tmp_path: Path) -> None:
    details = {"required": "pixel:read", "available": []}
    error = {"code": "insufficient_scope", "message": "This endpoint requires it", "details": details}
    line = request_line(timestamp="2026-11-16T10:12:44.318+01:00", status=403, duration_ms=3.9, error=error)
    load(desk, tmp_path, line)
    answer = ask(desk, "req_7Qm2xV9cT4")
    (card,) = answer["found"]
    assert answer["ids"] == ["req_7Qm2xV9cT4"]
    assert answer["not_found"] == []
    assert card.keys() >= CONTRACT
    expected = {
        "request_id": "req_7Qm2xV9cT4",
        "timestamp": "2026-11-16T09:12:44.318Z",
        "environment": "production",
        "method": "GET",
        "route": "/pixel/pipes/{pipe}",
        "path": "/pixel/pipes/top_pages?website_id=web_k31&days=7",
        "status": 403,
        "duration_ms": 3.9,
        "customer_id": "cus_0184",
        "website_id": "web_k31",
        "host": "web-1",
        "region": "iad1",
        "release": "2026.46.1",
        "client_ip": "203.0.113.9",
        "response_rows": 3,
        "retry_after_s": None,
        "clock_suspect": False,
        "error": error,
        "lines": [line],
        "neighbours": {"before": [], "after": []},
        "also_affected": {"customers": 0, "requests": 0, "unnamed_callers": 0, "unnamed_requests": 0},
        "diagnoses": [],
        "incident": None,
        "source": {"path": str(tmp_path / "logs" / "a.ndjson"), "line": 1},
        "key": {
            "id": "key_9d1",
            "prefix": "ak_live_Zt3b",
            "length": 40,
            "fingerprint": "5f0c3b1e9a7d2c44",
            "scopes": ["pixel:read"],
            "revoked_at": None,
            "expires_at": None,
        },
        "upstream": {"service": None, "status": None, "message": None, "jwt_issued_at": None},
    }
    assert {name: card[name] for name in expected} == expected
    entry = catalogue().entry("insufficient_scope", 403)
    guidance = (entry.title, entry.meaning, entry.fix, entry.retryable, entry.retry)
    assert tuple(card[name] for name in ("title", "meaning", "fix", "retryable", "retry")) == guidance
    assert (card["fault"], card["ours"], card["known_code"]) == ("customer", False, True)
    assert "pixel:read" in card["reply"] and "req_7Qm2xV9cT4" in card["reply"]
    assert answer["reply"] == card["reply"]


def test_what_a_line_does_not_say_is_null(desk: Desk, tmp_path: Path) -> None:
    load(desk, tmp_path, {"timestamp": moment(), "request_id": "req_7Qm2xV9cT4", "status": 200})
    (card,) = ask(desk, "req_7Qm2xV9cT4")["found"]
    empty = ["environment", "method", "route", "path", "duration_ms", "customer_id", "website_id", "host"]
    assert {name: card[name] for name in empty} == dict.fromkeys(empty)
    assert card["error"] == {"code": None, "message": None, "details": None}
    assert card["key"]["scopes"] is None
    assert card["reply"]


def test_no_scopes_is_not_unknown_scopes(desk: Desk, tmp_path: Path) -> None:
    load(desk, tmp_path, request_line(api_key={"scopes": []}))
    (card,) = ask(desk, "req_7Qm2xV9cT4")["found"]
    assert card["key"]["scopes"] == []


@pytest.mark.parametrize(
    ("code", "status", "fault", "ours"),
    [
        ("identify_unavailable", 503, "us", True),
        ("internal_error", 500, "us", True),
        ("ingest_unavailable", 503, "us", True),
        ("invalid_body", 400, "customer", False),
    ],
)
def test_whose_fault_it_is(code: str, status: int, fault: str, ours: bool, desk: Desk, tmp_path: Path) -> None:
    load(desk, tmp_path, failed_line(code, status))
    (card,) = ask(desk, "req_7Qm2xV9cT4")["found"]
    assert (card["fault"], card["ours"]) == (fault, ours)
    assert ("our side" in card["reply"]) is ours


def test_an_unknown_code_is_shown_as_unknown(desk: Desk, tmp_path: Path) -> None:
    load(desk, tmp_path, failed_line("quota_of_the_moon", 418))
    (card,) = ask(desk, "req_7Qm2xV9cT4")["found"]
    assert card["error"]["code"] == "quota_of_the_moon"
    assert card["known_code"] is False
    assert card["meaning"] and card["fix"]
    assert list(examine(desk).wrong) == ["error codes that the catalogue does not know: quota_of_the_moon"]


def test_events_of_a_request_stand_in_time_order(desk: Desk, tmp_path: Path) -> None:
    texts = {0.2: "after", -0.2: "first", -0.1: "second"}
    events = [event_line(timestamp=moment(at), message=text) for at, text in texts.items()]
    load(desk, tmp_path, *events, request_line(message="the answer"), event_line(request_id="req_another01"))
    (card,) = ask(desk, "req_7Qm2xV9cT4")["found"]
    assert [line["message"] for line in card["lines"]] == ["first", "second", "the answer", "after"]


def test_neighbours_are_the_ten_on_each_side_in_time_order(desk: Desk, tmp_path: Path) -> None:
    load(desk, tmp_path, *request_lines(31))
    (card,) = ask(desk, "req_N0000015")["found"]
    before, after = ([row["request_id"] for row in card["neighbours"][side]] for side in ("before", "after"))
    assert before == [f"req_N{n:07}" for n in range(5, 15)]
    assert after == [f"req_N{n:07}" for n in range(16, 26)]


def test_neighbours_further_away_are_shown_where_there_are_none_near(desk: Desk, tmp_path: Path) -> None:
    days = {"req_longBefore": -9, "req_thisOne01": 0, "req_dayAfter1": 1, "req_longAfter": 9}
    lines = [request_line(request_id=one, timestamp=moment(day * 86400)) for one, day in days.items()]
    load(desk, tmp_path, *lines)
    (card,) = ask(desk, "req_thisOne01")["found"]
    assert [row["request_id"] for row in card["neighbours"]["before"]] == ["req_longBefore"]
    assert [row["request_id"] for row in card["neighbours"]["after"]] == ["req_dayAfter1"]


def test_also_affected_counts_the_other_customers(desk: Desk, tmp_path: Path) -> None:
    who = ["cus_0184", "cus_0184", "cus_b", "cus_b", "cus_c"]
    lines = [
        failed_line("internal_error", 500, request_id=f"req_failed{n:02}", customer_id=one) for n, one in enumerate(who)
    ]
    load(desk, tmp_path, *lines)
    (card,) = ask(desk, "req_failed00")["found"]
    assert (card["also_affected"]["customers"], card["also_affected"]["requests"]) == (2, 3)


# --- ids ----------------------------------------------------------------------------------------------------


def test_a_ticket_with_several_ids(desk: Desk, tmp_path: Path) -> None:
    ids = ["req_ticketId1", "req_ticketId2", "req_ticketId3"]
    load(desk, tmp_path, *(request_line(request_id=one) for one in ids[:2]))
    answer = ask(desk, f"Hi, {ids[1]} failed, and so did\n> {ids[2]}; before that ({ids[0]}) it worked. {ids[1]}")
    assert answer["ids"] == [ids[1], ids[2], ids[0]]
    assert [card["request_id"] for card in answer["found"]] == [ids[1], ids[0]]
    assert [missing["request_id"] for missing in answer["not_found"]] == [ids[2]]


def test_one_request_under_two_spellings_is_one_card(desk: Desk, tmp_path: Path) -> None:
    load(desk, tmp_path, request_line(request_id="req_7Qm2xV9cT4"))
    answer = ask(desk, "req_7Qm2xV9cT4-FRA and req_7Qm2xV9cT4")
    assert answer["ids"] == ["req_7Qm2xV9cT4-FRA", "req_7Qm2xV9cT4"]
    assert [card["request_id"] for card in answer["found"]] == ["req_7Qm2xV9cT4"]
    assert answer["not_found"] == []


def test_an_id_that_requests_share_gives_a_card_each(desk: Desk, tmp_path: Path) -> None:
    hosts = {0: "web-1", 60: "web-2", 120: "web-3"}
    lines = [request_line(timestamp=moment(at), host=host) for at, host in hosts.items()]
    events = [event_line(timestamp=moment(at + 1), message=host) for at, host in hosts.items()]
    load(desk, tmp_path, *reversed(lines), *events)
    found = ask(desk, "req_7Qm2xV9cT4")["found"]
    assert [card["host"] for card in found] == list(hosts.values())
    assert [[line["message"] for line in card["lines"][1:]] for card in found] == [["web-1"], ["web-2"], ["web-3"]]


def test_an_id_shared_by_very_many_requests_is_answered(desk: Desk, tmp_path: Path) -> None:
    lines = [failed_line("internal_error", 500, timestamp=moment(n)) for n in range(300)]
    load(desk, tmp_path, *lines, *(event_line(timestamp=moment(n)) for n in range(300)))
    answer = ask(desk, "req_7Qm2xV9cT4")
    found, more = answer["found"], answer["more"]
    assert (len(found), len(more), answer["requests"]) == (20, 280, 300)
    assert all(len(card["lines"]) == 2 for card in found)
    times = [f"2026-11-16T12:{n // 60:02}:{n % 60:02}.000Z" for n in range(300)]
    assert [line["timestamp"] for line in (*found, *more)] == times
    assert more[0] == {
        "request_id": "req_7Qm2xV9cT4",
        "timestamp": "2026-11-16T12:00:20.000Z",
        "customer_id": "cus_0184",
        "status": 500,
        "code": "internal_error",
        "method": "GET",
        "route": "/pixel/pipes/{pipe}",
        "found_by": "req_7Qm2xV9cT4",
    }


@pytest.mark.parametrize("opaque", ["01JCQ8Z5-iad1", "42", "a/b/c", "d41d8cd98f00b204e9800998ecf8427e"])
def test_an_opaque_id_pasted_alone(opaque: str, desk: Desk, tmp_path: Path) -> None:
    load(desk, tmp_path, request_line(request_id=opaque))
    answer = ask(desk, f"  {opaque}\n")
    assert answer["ids"] == [opaque]
    assert [card["request_id"] for card in answer["found"]] == [opaque]


def test_opaque_ids_in_a_list_are_found_each_by_itself(desk: Desk, tmp_path: Path) -> None:
    ids = ["abcdef", "ticketnumberabc", "a/b/c"]
    load(desk, tmp_path, *(request_line(request_id=one) for one in ids))
    answer = desk.lookup_ids([*ids, "notstored", ids[0]])
    assert answer.ids == tuple(ids)
    assert [card.request_id for card in answer.found] == ids
    assert answer.not_found == ()


@pytest.mark.parametrize("text", ["", " ", "two words", "x" * 500, KEY, JWT, f"req_7Qm2xV9cT4{KEY}", HASH])
def test_a_list_of_ids_may_hold_anything(text: str, desk: Desk, tmp_path: Path) -> None:
    load(desk, tmp_path, request_line(request_id=HASH))
    answer = desk.lookup_ids([text])
    assert (answer.ids, answer.found, answer.not_found) == ((), (), ())


def test_a_well_formed_id_in_a_list_is_not_found_and_says_why(desk: Desk) -> None:
    answer = desk.lookup_ids(["req_unknownId1"])
    assert [missing.request_id for missing in answer.not_found] == ["req_unknownId1"]


@pytest.mark.parametrize("text", ["", " \n", "hello, it does not work", "99", "x" * 5000, "\x00", "req_", "''--"])
def test_a_text_without_an_id(text: str, desk: Desk) -> None:
    answer = ask(desk, text)
    assert (answer["ids"], answer["found"], answer["not_found"]) == ([], [], [])
    assert "request id" in answer["reply"]


@pytest.mark.parametrize(
    ("around", "secret"),
    [
        *(
            (around, secret)
            for around in ("{}", "req_7Qm2xV9cT4 {}", "Bearer {} req_unknownId1")
            for secret in (KEY, JWT)
        ),
        ("req_7Qm2xV9cT4{}", KEY),
    ],
)
def test_a_key_pasted_beside_or_instead_of_an_id_is_never_echoed(
    around: str, secret: str, desk: Desk, tmp_path: Path
) -> None:
    load(desk, tmp_path, request_line())
    printed = json.dumps(ask(desk, around.format(secret)))
    assert not any(secret[start : start + 16] in printed for start in range(len(secret) - 15))


def test_what_looks_like_a_hash_is_not_echoed_even_where_it_is_an_id(desk: Desk, tmp_path: Path) -> None:
    load(desk, tmp_path, request_line(request_id="0123456789abcdef" * 4))
    assert "0123456789abcdef" not in json.dumps(ask(desk, "0123456789abcdef" * 4))


# --- not found ----------------------------------------------------------------------------------------------


def test_not_found_in_an_empty_store(desk: Desk) -> None:
    assert "holds no requests yet" in reason(desk, "req_unknownId1")


def test_not_found_tells_the_span_and_the_gaps(desk: Desk, tmp_path: Path) -> None:
    hours = [0, 1, 5]
    load(desk, tmp_path, *(request_line(request_id=f"req_hour{n:04}", timestamp=moment(n * 3600)) for n in hours))
    told = reason(desk, "req_unknownId1")
    assert "from 16 November 2026, 12:00:00 UTC to 16 November 2026, 17:00:00 UTC" in told
    assert "no line in the hours of 16 November 2026 14:00, 16 November 2026 15:00," in told


def test_not_found_counts_the_gaps_that_are_too_many_to_name(desk: Desk, tmp_path: Path) -> None:
    load(desk, tmp_path, *(request_line(request_id=f"req_hour{n:04}", timestamp=moment(n * 3600)) for n in (0, 9)))
    assert "16 November 2026 15:00 and 5 more." in reason(desk, "req_unknownId1")


def test_not_found_without_gaps_names_none(desk: Desk, tmp_path: Path) -> None:
    load(desk, tmp_path, request_line())
    assert "no line in the hours" not in reason(desk, "req_unknownId1")


def test_not_found_because_its_line_is_in_quarantine(desk: Desk, tmp_path: Path) -> None:
    late = {"path": "/" + "x" * 500, "request_id": None, "meta": {"request_id": "req_refused02"}}
    refused = [request_line(request_id="req_refused01", status="fine"), request_line(status="fine", **late)]
    load(desk, tmp_path, request_line(), *refused)
    for number in (1, 2):
        told = reason(desk, f"req_refused0{number}")
        assert "in quarantine" in told and f"a.ndjson line {number + 1}" in told and "status" in told


def test_a_line_in_quarantine_is_mentioned_for_other_spellings_of_its_id(desk: Desk, tmp_path: Path) -> None:
    refused = request_line(request_id="c41d7e90-52ab-4f3c-9e18-0b7a6d5c4e3f", status="fine")
    load(desk, tmp_path, request_line(), refused)
    for typed in ("C41D7E90-52AB-4F3C-9E18-0B7A6D5C4E3F", "request id: c41d7e9052ab4f3c9e180b7a6d5c4e3f"):
        (missing,) = ask(desk, typed)["not_found"]
        assert missing["absence"] == "quarantined"
        assert "a.ndjson line 2" in missing["reason"]


def test_each_id_without_a_request_has_its_own_reason(desk: Desk, tmp_path: Path) -> None:
    refused = request_line(request_id="req_refused01", status="fine")
    load(desk, tmp_path, request_line(), event_line(request_id="req_eventOnly"), refused)
    missing = ask(desk, "req_eventOnly, req_refused01, req_7Qm2xV9cT5 and req_7Qm2xV9cT4")["not_found"]
    assert [each["absence"] for each in missing] == ["only_events", "quarantined", "not_in_logs"]
    assert [each["nearest"] for each in missing] == [[], [], ["req_7Qm2xV9cT4"]]


def test_a_store_of_other_lines_alone_does_not_say_that_it_is_empty(desk: Desk, tmp_path: Path) -> None:
    load(desk, tmp_path, event_line(request_id="req_eventOnly", timestamp=moment(), message="job failed"))
    answer = ask(desk, "the id is req_eventOnly")
    assert [(line["request_id"], line["timestamp"]) for line in answer["events"]] == [
        ("req_eventOnly", "2026-11-16T12:00:00.000Z")
    ]
    assert "job failed" in answer["events"][0]["line"]
    assert "holds no requests yet" not in answer["not_found"][0]["reason"]
    (missing,) = ask(desk, "req_unknownId1")["not_found"]
    assert missing["absence"] == "no_logs"
    assert "they hold no requests, only other lines" in missing["reason"]


def test_of_an_id_with_very_many_lines_the_oldest_are_shown(desk: Desk, tmp_path: Path) -> None:
    load(desk, tmp_path, *(event_line(request_id="req_eventOnly", timestamp=moment(n)) for n in range(150)))
    answer = ask(desk, "req_eventOnly")
    assert [line["timestamp"][14:19] for line in answer["events"][:2]] == ["00:00", "00:01"]
    assert len(answer["events"]) == 100
    assert "Only 150 application log lines" in answer["not_found"][0]["reason"]


def test_not_found_but_its_other_lines_are_there(desk: Desk, tmp_path: Path) -> None:
    load(desk, tmp_path, event_line(request_id="req_eventOnly", timestamp=moment(7)))
    told = reason(desk, "req_eventOnly")
    assert "Only 1 application log line" in told and "16 November 2026, 12:00:07 UTC" in told


@pytest.mark.parametrize(
    "typed",
    ["req_7qm2xv9ct5", "req_7QM2V9CT4", "req_7Qm2xV9cT5", "req_7Qm2V9cT4", "req_8Qm2xV9cT4", "req_7Qm2xV9cT4a"],
)
def test_the_nearest_ids_are_shown(typed: str, desk: Desk, tmp_path: Path) -> None:
    real = "req_7Qm2xV9cT4"
    load(desk, tmp_path, request_line(request_id=real), request_line(request_id="req_nothingLike"))
    (missing,) = ask(desk, typed)["not_found"]
    assert (missing["request_id"], missing["nearest"]) == (typed, [real])


def test_an_id_unlike_all_others_has_none_near(desk: Desk, tmp_path: Path) -> None:
    load(desk, tmp_path, *request_lines(5))
    (missing,) = ask(desk, "req_zzYYxxWW99")["not_found"]
    assert missing["nearest"] == []


# --- hostile records ----------------------------------------------------------------------------------------

HEAD = '{"timestamp":"2026-11-16T12:00:00Z","request_id":"req_7Qm2xV9cT4","status":400,'


@pytest.mark.parametrize(
    "rest",
    [
        '"x":NaN,"y":-Infinity,"z":1e999}',
        '"x":1,}',
        f'"x":{"9" * 5000}}}',
        '"error":{"code":"invalid_body","details":"[1,"}}',
        '"error":{"code":"invalid_body","details":[1,2]}}',
        '"error":{"code":"invalid_body","details":{"required":{"a":1},"available":7}}}',
        '"response":{"retry_after_s":1e308}}',
        *(f'"x":{"[" * depth}{"]" * depth}}}' for depth in (99, 101, 400, 900, 990, 5000)),
        *(f'"x":{chr(123)}"a":{chr(123)}"b":{"[" * depth}{"]" * depth}}}}}}}' for depth in (95, 900)),
        f'"error":{{"code":"invalid_body","details":{"[" * 600}{"]" * 600}}}}}',
    ],
)
def test_a_record_that_python_reads_otherwise_never_raises(rest: str, desk: Desk, tmp_path: Path) -> None:
    load(desk, tmp_path, HEAD + rest)
    answer = ask(desk, "req_7Qm2xV9cT4")
    assert len(answer["found"]) + len(answer["not_found"]) == 1


@pytest.mark.parametrize("year", ["0001-01-01T00:00:00", "1970-01-01T00:00:00", "9999-12-31T23:59:59.999999"])
def test_a_request_at_the_end_of_time_is_found(year: str, desk: Desk, tmp_path: Path) -> None:
    load(desk, tmp_path, request_line(timestamp=f"{year}Z"))
    (card,) = ask(desk, "req_7Qm2xV9cT4")["found"]
    assert card["timestamp"].startswith(year)
    assert card["clock_suspect"] is True


def test_nan_is_shown_as_text_and_deep_records_as_they_are(desk: Desk, tmp_path: Path) -> None:
    deep = f'{HEAD}"x":{"[" * 300}{"]" * 300}}}'
    load(desk, tmp_path, deep)
    (card,) = ask(desk, "req_7Qm2xV9cT4")["found"]
    assert card["lines"] == [deep]


# --- the sample ---------------------------------------------------------------------------------------------


def test_every_kind_of_request_in_the_sample_has_a_card(sample_desk: Desk) -> None:
    chance = random.Random(13)
    requests = {line.request_id: line for line in sample_lines.distinct_lines() if line.is_request}
    by_kind: dict[object, list[str]] = {}
    for request_id, line in requests.items():
        by_kind.setdefault((line.at("error.code"), line.at("status"), line.at("route")), []).append(request_id)
    chosen = [chance.choice(ids) for ids in by_kind.values()] + chance.sample(sorted(requests), 100)
    for request_id in chosen:
        cards = ask(sample_desk, request_id)["found"]
        assert requests[request_id].record in [line for card in cards for line in card["lines"]]
        for card in cards:
            assert card.keys() >= CONTRACT
            assert card["request_id"] == request_id


def test_reused_ids_of_the_sample(sample_desk: Desk) -> None:
    truth = json.loads((sample_lines.LOGS.parent / "truth.json").read_text())
    for request_id in truth["reused_request_ids"]:
        times = sorted(one.timestamp for one in sample_lines.requests() if one.request_id == request_id)
        found = sample_desk.lookup(request_id).found
        assert len(times) > 1
        assert [f"{card.timestamp:%Y-%m-%dT%H:%M:%S.%f}"[:23] for card in found] == [
            at.isoformat(timespec="microseconds")[:23] for at in times
        ]


def test_a_transposed_id_of_the_sample_leads_to_the_real_one_and_a_cut_id_is_it(sample_desk: Desk) -> None:
    one = sample_lines.requests()[4711].request_id
    (missing,) = ask(sample_desk, one[:6] + one[7] + one[6] + one[8:])["not_found"]
    assert one in missing["nearest"]
    assert "from 9 November 2026, 00:00:05 UTC" in missing["reason"]
    assert ask(sample_desk, one[:-1])["ids"] == [one]


def test_a_ticket_with_requests_of_two_customers_tells_neither_of_the_others_mistake(
    desk: Desk, tmp_path: Path
) -> None:
    lines = [
        failed_line(
            code,
            400,
            timestamp=moment(600 * n + shift),
            request_id=f"req_{customer}{n:04}",
            customer_id=f"cus_{customer}",
        )
        for shift, (customer, code) in enumerate((("Anna", "invalid_pipe"), ("Bert", "invalid_visitor")))
        for n in range(20)
    ]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    alone = desk.diagnosed(desk.lookup("req_Anna0003 req_Anna0004")).reply
    assert "20 requests" in alone
    mixed = desk.diagnosed(desk.lookup("req_Anna0003 req_Bert0004")).reply
    assert "20 requests" not in mixed
    assert "req_Anna0003" in mixed and "req_Bert0004" in mixed
