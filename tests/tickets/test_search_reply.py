"""What a reply says of ids without a request and of a ticket without an id, and what it asks for."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.tickets.replies import ticket_reply
from pixeldesk.tickets.search_reply import Search
from pixeldesk.tickets.unanswered import Absence, Covered, Named, NotFound, Suggested
from tests.log_lines import event_line, failed_line, moment, request_line, write_lines
from tests.tickets.test_replies import facts

AT = datetime(2026, 11, 29, 14, 3, 12)
COVERED = Covered(since=datetime(2026, 11, 17, 3), until=datetime(2026, 11, 30, 22))
SOME_TIME = Named(kind="time", value="2026-11-29T14:03:00Z", since=AT - timedelta(minutes=1), until=AT)
ROUTE = Named(kind="route", value="/pixel/pipes/{pipe}")
THEIRS = Named(kind="customer", value="cus_theirs")


def missing(absence: Absence, request_id: str = "req_ZZZZZZZZZZZZ") -> NotFound:
    return NotFound(request_id=request_id, absence=absence, reason="a file of ours, line 7")


def suggested(request_id: str, customer_id: str | None = "cus_theirs", code: str = "insufficient_scope") -> Suggested:
    return Suggested(
        request_id=request_id, timestamp=AT, customer_id=customer_id, status=403, code=code, method="GET",
        route="/pixel/pipes/{pipe}", why="It fits.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("absence", "says"),
    [
        (
            "not_in_logs",
            "We could not find request req_ZZZZZZZZZZZZ in our logs. Our logs reach from 17 to 30 November",
        ),
        (
            "quarantined",
            "We have the log line of request req_ZZZZZZZZZZZZ, but could not read it. We are looking into it",
        ),
        ("only_events", "Our application logs mention request req_ZZZZZZZZZZZZ (first on 29 November 2026, 14:03 UTC)"),
        (
            "no_logs",
            "The logs in which request req_ZZZZZZZZZZZZ is recorded are not at hand yet. We are looking into it",
        ),
    ],
)
def test_an_id_that_was_sent_is_named_and_not_asked_for_again(absence: Absence, says: str) -> None:
    search = Search(missing=(missing(absence),), covered=COVERED, first_events={"req_ZZZZZZZZZZZZ": AT})
    reply = ticket_reply([], search)
    assert reply.startswith(f"Hello,\n\n{says}")
    assert "send us the request id" not in reply and "file of ours" not in reply
    assert ("check that you sent all of the request id" in reply) is (absence == "not_in_logs")
    assert "when you sent it (date, time and time zone) and which endpoint you called" in reply


@pytest.mark.parametrize(
    ("named", "asks"),
    [
        ([], "when you sent it (date, time and time zone) and which endpoint you called (method and path)."),
        ([SOME_TIME], "If you do not have it, tell us which endpoint you called (method and path)."),
        ([ROUTE], "If you do not have it, tell us when you sent it (date, time and time zone)."),
        ([SOME_TIME, ROUTE], "What to do:\nPlease send us the request id from the error response"),
    ],
)
def test_only_what_is_missing_is_asked_for(named: Sequence[Named], asks: str) -> None:
    reply = ticket_reply([], Search(named=tuple(named), covered=COVERED))
    assert asks in reply
    assert ("29 November 2026, 14:02 UTC" in reply) is (SOME_TIME in named)
    assert "Our logs" not in reply


def test_a_time_that_the_logs_do_not_cover_is_answered_with_what_they_cover() -> None:
    early = Named(kind="time", value="", since=datetime(2026, 11, 3), until=datetime(2026, 11, 4))
    reply = ticket_reply([], Search(named=(early,), covered=COVERED))
    assert "We searched our logs for 3 November 2026 from 00:00 to 23:59 UTC" in reply
    assert "Our logs reach from 17 to 30 November 2026 (UTC)." in reply
    assert "at what time you sent it (with the time zone)" in reply


def test_requests_that_fit_are_offered_with_their_likely_reason() -> None:
    pipe = Named(kind="pipe", value="top-pagez")
    fitting = suggested("req_Fits0001", code="invalid_pipe")
    reply = ticket_reply([], Search(named=(THEIRS, ROUTE, pipe), suggested=(fitting,)))
    assert 'fits what you describe (your account and the pipe "top-pagez"):' in reply
    assert "29 November 2026, 14:03 UTC, GET /pixel/pipes/top-pagez, HTTP 403 invalid_pipe (req_Fits0001)" in reply
    assert 'The likely reason: There is no pipe "top-pagez".' in reply
    assert "cus_theirs" not in reply


@pytest.mark.parametrize(
    ("named", "customers", "told"),
    [
        ([THEIRS], ["cus_theirs", "cus_other", None], [0]),
        ([THEIRS, Named(kind="customer", value="cus_other")], ["cus_theirs", "cus_other"], []),
        ([THEIRS], ["cus_other"], []),
        ([THEIRS], [None], []),
        ([SOME_TIME], ["cus_theirs", "cus_theirs"], [0, 1]),
        ([SOME_TIME], ["cus_theirs", "cus_other"], []),
        ([SOME_TIME], [None], []),
        ([Named(kind="key", value="ak_live_Zt3b")], [None, "cus_theirs"], [0, 1]),
        ([Named(kind="key", value="ak_live_Zt3b")], [None, "cus_theirs", "cus_other"], []),
    ],
)
def test_no_request_is_offered_that_may_be_somebody_elses(
    named: Sequence[Named], customers: Sequence[str | None], told: Sequence[int]
) -> None:
    offered = tuple(suggested(f"req_Fits000{number}", customer) for number, customer in enumerate(customers))
    reply = ticket_reply([], Search(named=tuple(named), suggested=offered))
    assert [number for number in range(len(offered)) if f"req_Fits000{number}" in reply] == told


def test_an_id_beside_a_request_that_fits_is_not_asked_for_again() -> None:
    search = Search(missing=(missing("not_in_logs"),), named=(THEIRS,), suggested=(suggested("req_Fits0001"),))
    reply = ticket_reply([], search)
    assert "req_ZZZZZZZZZZZZ" in reply and "req_Fits0001" in reply
    assert "check that the id you sent is complete" in reply and "send us the request id" not in reply


def test_requests_of_one_outcome_and_several_causes_are_summed_up_in_one() -> None:
    found = [facts("invalid_pipe", 400), facts("insufficient_scope", 403, request_id="req_BBBB22")]
    assert ticket_reply(found, Search()).startswith("Hello,\n\nYour 2 requests were refused.\n\n(1) ")


def test_each_id_of_a_ticket_has_its_paragraph() -> None:
    found = [facts("invalid_pipe", 400), facts("internal_error", 500, request_id="req_BBBB22")]
    search = Search(missing=(missing("not_in_logs"), missing("quarantined", "req_QQQQ77")), covered=COVERED)
    reply = ticket_reply(found, search)
    summary = "Of your 4 requests, 1 was refused, 1 failed, 1 could not be found and 1 is still being looked into."
    assert reply.startswith(f"Hello,\n\n{summary}")
    parts = ["(1)", "7Qm2xV9cT4", "(2)", "BBBB22", "(3)", "ZZZZZZ", "(4)", "QQQQ77", "What to do about the rest:"]
    positions = [reply.index(part) for part in parts]
    assert positions == sorted(positions)


def test_very_many_ids_without_a_request_share_a_paragraph() -> None:
    ids = [f"req_Gone00{number:02}" for number in range(12)]
    reply = ticket_reply([], Search(missing=tuple(missing("not_in_logs", each) for each in ids), covered=COVERED))
    assert all(each in reply for each in ids)
    assert reply.count("could not find") == 1


def test_a_reply_of_the_store_names_the_wrong_pipe_and_the_nearest_that_answers(desk: Desk, tmp_path: Path) -> None:
    wrong = failed_line(
        "invalid_pipe", 400, request_id="req_Wrong001", path="/pixel/pipes/top-pagez?website_id=web_k31"
    )
    far = failed_line(
        "invalid_pipe", 400, request_id="req_Wrong002", path="/pixel/pipes/zzz", timestamp=moment(4 * 86400)
    )
    desk.ingest([str(write_lines(tmp_path / "a.log", [request_line(), wrong, far]))])
    card, other = desk.lookup("req_Wrong001 req_Wrong002").found
    assert (card.nearest_pipe, other.nearest_pipe) == ("top_pages", None)
    assert "Your request GET /pixel/pipes/top-pagez (request id req_Wrong001)" in card.reply
    assert 'There is no pipe "top-pagez"; did you mean "top_pages"?' in card.reply
    assert 'There is no pipe "zzz".' in other.reply


def test_of_several_customers_none_learns_what_another_asked_for(desk: Desk, tmp_path: Path) -> None:
    lines = [
        failed_line(
            "invalid_pipe",
            400,
            request_id=f"req_{name}0001",
            customer_id=f"cus_{name}",
            path=f"/pixel/pipes/{name}pages",
        )
        for name in ("Anna", "Bert")
    ]
    desk.ingest([str(write_lines(tmp_path / "a.log", lines))])
    reply = desk.lookup("req_Anna0001 req_Bert0001").reply
    assert "req_Anna0001" in reply and "req_Bert0001" in reply and "GET /pixel/pipes/{pipe}" in reply
    assert "Annapages" not in reply and "Bertpages" not in reply
    assert "Annapages" in desk.lookup("req_Anna0001").reply


def test_the_answer_of_the_store_says_what_the_logs_cover(desk: Desk, tmp_path: Path) -> None:
    assert "not at hand yet" in desk.lookup("req_unknownId1").reply
    lines = [request_line(), event_line(request_id="req_eventOnly", timestamp=moment(60))]
    desk.ingest([str(write_lines(tmp_path / "a.log", lines))])
    assert "Our logs are those of 16 November 2026 (UTC)." in desk.lookup("req_unknownId1").reply
    assert "mention request req_eventOnly (first on 16 November 2026, 12:01 UTC)" in desk.lookup("req_eventOnly").reply
    covered = desk.lookup("it is broken").covered
    assert covered is not None and covered.since.day == 16
    assert desk.lookup("req_7Qm2xV9cT4").covered is None
