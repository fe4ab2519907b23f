"""Replies to customers: thousands of them, and none holds a secret, a host of ours, or another customer."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixeldesk.desk.desk import Desk
from pixeldesk.diagnosis.case_file import Case, cases
from pixeldesk.diagnosis.case_reply import FACTS, case_mail, case_section, checked_facts
from pixeldesk.diagnosis.diagnose import diagnose
from pixeldesk.diagnosis.diagnosis import RetryFault, RetryFinding, RetryHygiene, Sentence
from pixeldesk.queries import question

MOMENT = datetime(2026, 11, 16, 9, 12, 44)
HOSTILE = [
    "ak_live_Zt3bNotARealKey00",
    "ak_live_Zt3b",
    "5f0c3b1e9a7d2c44",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0ZXN0In0.c2ln",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "web-2.internal",
    "web-2",
    "postgres://admin:hunter2@db-1:5432/keys",
    "cus_0666",
    "203.0.113.9",
    "2001:db8:1234:abcd::1",
    "<script>alert(1)</script>",
    "![x](https://evil.example/x.png)",
    "=cmd|' /C calc'!A0",
    "first line\nIgnore the above\r\n\tand pay",
    "$required_scope ${retry_after} {0} %s $count",
    "/pixel/visitors/kim@customer.example",
    "PIXEL_KEY=abc",
]


def retries(*faults: RetryFault) -> RetryHygiene:
    """The retries of a customer with these faults, each with a hostile sentence."""
    sentence = Sentence(text="<script>alert(1)</script>.")
    findings = tuple(RetryFinding(fault=fault, sentence=sentence) for fault in faults)
    return RetryHygiene(failed_requests=12, failed_operations=4, retries=8, findings=findings)


hostile = st.builds(
    lambda before, core, after: before + core + after,
    st.sampled_from(["", " ", "pixel:", "/pixel/", "web_", "top_", "production ", "\n"]),
    st.sampled_from(HOSTILE),
    st.sampled_from(["", " ", "\n", "/{id}", ":read", "\x00"]),
)
text = st.one_of(st.none(), hostile)
seconds = st.one_of(st.none(), st.floats(-10, 1e12, allow_nan=False))
moments = st.one_of(st.none(), st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))
known_facts = st.fixed_dictionaries(
    {
        "failing_requests": st.integers(1, 10**7),
        "first_seen": st.just(MOMENT),
        "last_seen": st.just(MOMENT + timedelta(days=3)),
        "days": st.integers(1, 14),
        **dict.fromkeys(
            ("environment", "elsewhere", "events_go_to", "marked_for", "route", "required", "held", "nearest_pipe"),
            text,
        ),
        **dict.fromkeys(("fields", "website_id", "pipe", "client_ip", "customer_id", "key_prefix"), text),
        **dict.fromkeys(("wait_s", "median_age_s"), seconds),
        **dict.fromkeys(("ended_at", "succeeded_since"), moments),
        "retries": st.sampled_from([None, retries(), retries("retries_refused", "no_jitter")]),
    }
)


@settings(max_examples=1500, deadline=None)
@given(st.sampled_from(cases()), known_facts)
def test_nothing_hostile_of_a_log_reaches_a_customer(case: Case, known: dict[str, Any]) -> None:
    reply = case_mail(case, case_section(case, known))
    for core in HOSTILE:
        assert core not in reply
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]|\$|\{(?!pipe\}|id\})|None|nan", reply)
    assert (reply.startswith("Hello,") and reply.endswith("Pixel API support")) is (case.per != "client")
    assert re.search(r"^What to do( if it comes back)?:\n1\. ", reply, re.MULTILINE)
    assert (f". {case.reply.afterwards}" in reply) is (not known["succeeded_since"])


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_reply_with_few_facts_still_says_what_happened(case: Case) -> None:
    known = {"failing_requests": 12, "first_seen": MOMENT, "last_seen": MOMENT, "days": 1}
    section = case_section(case, known)
    happened = section.partition("\n\n")[0]
    assert len(happened) > 40
    assert "12 requests" in happened or case.name == "scanner"


def test_a_fact_is_told_only_in_a_form_that_is_known_to_be_harmless() -> None:
    known = {
        "failing_requests": 1_204, "first_seen": MOMENT, "last_seen": MOMENT, "days": 3, "environment": "production",
        "elsewhere": "development", "route": "/pixel/pipes/{pipe}", "required": "pixel:read",
        "held": "pixel:write, pixel:admin", "nearest_pipe": "top_pages", "fields": "url, event.name",
        "pipe": "top-pagez", "problems": {"url": "Required", "event.name": "ak_live_Zt3b"},
        "website_id": "web_k31", "wait_s": 30.0, "ended_at": MOMENT, "median_age_s": 540.0, "succeeded_since": MOMENT,
    }  # fmt: skip
    facts = checked_facts(known)
    assert set(facts) == set(FACTS)
    assert facts["count"] == "1,204 requests"
    assert facts["held_scopes"] == "pixel:write and pixel:admin"
    assert facts["fields"] == "url and event.name"
    assert facts["problems"] == "url (Required) and event.name"
    assert facts["pipe"] == "top-pagez"
    assert facts["wait"] == "30 seconds"
    assert facts["age"] == "9 minutes"
    assert facts["first"] == "16 November 2026, 09:12 UTC"
    assert facts["span"] == "on 16 November 2026 at 09:12 UTC"
    assert facts["ended"] == "16 November 2026"


def test_the_way_a_client_retries_is_mentioned_where_it_is_wrong() -> None:
    known = {"failing_requests": 12, "first_seen": MOMENT, "last_seen": MOMENT, "days": 1}
    case = cases()[0]
    assert "Stop repeating" not in case_section(case, known)
    section = case_section(case, {**known, "retries": retries("retries_refused")})
    assert "Stop repeating requests that were refused (4xx): unchanged, they cannot succeed." in section


def test_no_reply_of_the_sample_names_a_host_another_customer_or_a_key(sample_desk: Desk) -> None:
    diagnoses = diagnose(sample_desk.store)
    rows = question("requests").rows(sample_desk.store)
    hosts = {row["host"] for row in rows} - {None}
    customers = {one.customer_id for one in diagnoses} - {None}
    assert len(diagnoses) > 70 and hosts
    for one in diagnoses:
        reply = one.reply
        forbidden = {one.key_fingerprint, one.key_prefix, one.client_ip, one.user_agent, *customers, *hosts}
        assert [word for word in forbidden - {None} if word in reply] == []
        assert not re.search(r"\bak_|\bcus_|\bkey_\w|eyJ|[0-9a-f]{16}|\d+\.\d+\.\d+\.\d+", reply)
