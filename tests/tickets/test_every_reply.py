"""A thousand replies of every kind to hostile values: no secret, host or other customer, always a whole mail."""

import random
import re
from datetime import datetime, timedelta
from typing import Any, get_args

import pytest

from pixeldesk.catalogue.catalogue import catalogue
from pixeldesk.catalogue.mail import GREETING, INVITATION, SIGNATURE
from pixeldesk.desk.desk import Desk
from pixeldesk.queries import question
from pixeldesk.tickets.outage import Outage
from pixeldesk.tickets.replies import ticket_reply
from pixeldesk.tickets.request_facts import ReplyFacts
from pixeldesk.tickets.search_reply import Search
from pixeldesk.tickets.unanswered import Absence, Covered, Named, NamedKind, NotFound, Suggested

NOON = datetime(2026, 11, 16, 12)
MOST_WORDS = 120
CORES = (
    "ak_live_Zt3bNotARealKey00", "sk-proj-Qm2xV9cT4aB7", "ghp_16C7e42F292c6912E7710c838347Ae178B4a", "xoxb-17653672481",
    "AKIAIOSFODNN7EXAMPLE", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0ZXN0In0.c2ln", "hunter2", "S3cr3t!pass",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "aGVsbG8gd29ybGQgdGhpcyBpcyBhIHNlY3JldA",
    "postgres://admin:hunter2@db-1:5432/keys", "PIXEL_KEY=abc", "4111111111111111",
    "web-2", "web-2.internal", "db.internal", "ip-10-0-3-7", "api.example.com", "10.0.3.7", "2001:db8:1234:abcd::1",
    "cus_0666", "cus_other", "web_other", "key_b7", "kim@customer.example", "Zurich Assurance",
    "<script>alert(1)</script>", "<b>", "![x](https://evil.example/x.png)", "[click](javascript:1)", "**bold**",
    "`code`",
    "=cmd|' /C calc'!A0", "line\nBcc: all", "\r\n\r\n\r\n", "\u202etxt.exe", "\u2066hidden\u2069", "\x00", "\x1b[31m",
    "$scope_problem", "${retry_after}", "{0}", "%s", "Ignore the above and pay",
)  # fmt: skip
AROUND = ("{}", " {}", "pixel:{}", "/pixel/pipes/{}", "/pixel/{}/{}", "/pixel/pipes/top_pages?website_id={}", "GET {}",
          "top_{}", "Expected {}", "Required {}", "{} received", "url.{}", "{}/", "{}\n")  # fmt: skip
FITTING: dict[str, tuple[Any, ...]] = {
    "request_id": ("req_7Qm2xV9cT4", "0af7651916cd43dd8448eb211c80319c"),
    "method": ("GET", "POST"),
    "route": ("/pixel/pipes/{pipe}", "/pixel/visitors/{id}", "/pixel/events"),
    "path": ("/pixel/pipes/top_pagez?website_id=web_other&key=hunter2", "/pixel/pipes/top_pages%0A", "/pixel/events"),
    "nearest_pipe": ("top_pages", None),
    "details": ({"required": "pixel:read", "available": []}, {"fieldErrors": {"url": ["Required"]}}, None),
}
OPENINGS = ("Your request", "Of your ",
            "These requests of yours", "We could not find", "We have the log line",
            "The logs", "Our application logs", "The request id", "Some of the request ids", "We searched our logs",
            "This failing", "These failing")  # fmt: skip


class Draw:
    """Draws values of one reply: fitting ones, and hostile ones in their place."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def hostile(self) -> str:
        return self.random.choice(AROUND).replace("{}", self.random.choice(CORES))

    def one_of(self, name: str) -> Any:
        fitting = FITTING.get(name, (None,))
        return self.random.choice(fitting) if self.random.random() < 0.5 else self.hostile()

    def details(self) -> Any:
        drawn = self.one_of("details")
        if not isinstance(drawn, str):
            return drawn
        issue = {"path": [self.hostile()], "message": self.hostile()}
        return self.random.choice(
            [
                {"required": drawn, "available": [self.hostile()]},
                {"fieldErrors": {self.random.choice(["url", self.hostile()]): [drawn]}},
                {"issues": [issue, {"path": ["url"], "message": drawn}]},
                [issue],
                {drawn: {"_errors": [self.hostile()]}},
            ]
        )

    def facts(self) -> ReplyFacts:
        code = self.random.choice([*catalogue().codes(), None, self.hostile()])
        status = self.random.choice([200, 302, 400, 401, 403, 404, 429, 500, 503, 99999])
        return ReplyFacts(
            code=code,
            status=status,
            entry=catalogue().entry(code, status, self.random.choice([None, "JWT expired", self.hostile()])),
            timestamp=NOON + timedelta(minutes=self.random.randrange(10**5)),
            details=self.details(),
            found_by=self.random.choice([None, self.hostile()]),
            retry_after_s=self.random.choice([None, 30.0, -1.0, float("nan"), 1e12]),
            key_ended_at=self.random.choice([None, NOON]),
            outage=self.random.choice([None, None, Outage(since=NOON, until=None), Outage(since=NOON, until=NOON)]),
            **{name: self.one_of(name) for name in ("request_id", "method", "route", "path", "nearest_pipe")},
        )

    def search(self) -> Search:
        several = self.random.randrange(3)
        return Search(
            missing=tuple(
                NotFound(
                    request_id=self.one_of("request_id"),
                    absence=self.random.choice(get_args(Absence)),
                    reason=self.hostile(),
                    nearest=(self.hostile(),),
                )
                for _ in range(self.random.choice([0, 0, 1, 2, 7]))
            ),
            shared_ids=tuple(self.hostile() for _ in range(self.random.choice([0, 0, 1, 2]))),
            named=tuple(
                Named(
                    kind=self.random.choice(get_args(NamedKind)),
                    value=self.hostile(),
                    since=self.random.choice([None, NOON]),
                    until=self.random.choice([None, NOON + timedelta(hours=1)]),
                )
                for _ in range(several)
            ),
            suggested=tuple(
                Suggested(
                    request_id=self.one_of("request_id"),
                    timestamp=NOON,
                    customer_id=self.random.choice([None, "cus_0666", "cus_other"]),
                    status=403,
                    code=self.random.choice(["insufficient_scope", "invalid_pipe", self.hostile()]),
                    method=self.one_of("method"),
                    route=self.one_of("route"),
                    why=self.hostile(),
                )
                for _ in range(several)
            ),
            covered=self.random.choice([None, Covered(since=NOON, until=NOON + timedelta(days=14))]),
        )


def expect_a_whole_mail(reply: str) -> None:
    """Whatever it is about, a reply is of plain lines, opens with what happened and ends with what to do."""
    paragraphs = reply.split("\n\n")
    assert reply.isascii() and reply.replace("\n", "").isprintable()
    assert "\n\n\n" not in reply and all(line == line.rstrip() for line in reply.split("\n"))
    assert not re.search(r"\$|\{(?!pipe\}|id\})|\bNone\b|\bnan\b|[<>`*\[\]]|\bNULL\b|  ", reply)
    assert paragraphs[0] == GREETING
    assert re.sub(r"^\(1\) |^\d+ requests of yours|^Your \d+ requests(?= )", "Your request", paragraphs[1]).startswith(
        OPENINGS
    )
    assert reply.endswith(SIGNATURE)
    assert [each for each in paragraphs if each != INVITATION][-2].startswith("What to do")


@pytest.mark.parametrize("seed", range(10))
def test_no_secret_host_or_other_customer_is_in_a_thousand_replies(seed: int) -> None:
    draw = Draw(seed)
    for _ in range(150):
        facts = [draw.facts() for _ in range(draw.random.choice([0, 1, 1, 2, 4, 8]))]
        reply = ticket_reply(facts, draw.random.choice([Search(), draw.search()]))
        assert [core for core in CORES if core in reply] == []
        expect_a_whole_mail(reply)


def test_no_reply_about_one_request_of_the_sample_is_longer_than_120_words(sample_desk: Desk) -> None:
    failed = [
        request_id
        for code in catalogue().codes()
        for row in question("requests_with_code").rows(
            sample_desk.store, error_code=code, status=catalogue().entry(code, None).status, count=3
        )
        for request_id in [row["request_id"]]
    ]
    answer = sample_desk.diagnosed(sample_desk.lookup_ids(failed))
    assert {card.error.code for card in answer.found} == set(catalogue().codes())
    assert sum(card.explaining_diagnosis is not None for card in answer.found) > 10
    for card in answer.found:
        expect_a_whole_mail(card.reply)
        assert len(card.reply.split()) <= MOST_WORDS, card.reply
    for one in sample_desk.diagnose():
        assert len(one.reply.split()) <= MOST_WORDS, one.reply


def test_a_request_of_a_scanner_is_not_answered_with_the_note_to_colleagues(sample_desk: Desk) -> None:
    scanner = next(one for one in sample_desk.diagnose() if one.case == "scanner")
    answer = sample_desk.diagnosed(sample_desk.lookup_ids(scanner.evidence[:1]))
    assert answer.found[0].explaining_diagnosis
    assert "colleagues" in scanner.reply and "colleagues" not in answer.reply
    expect_a_whole_mail(answer.reply)
