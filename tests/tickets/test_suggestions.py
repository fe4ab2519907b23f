"""A ticket without an id: what it names, and which failing requests are suggested for it."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from pixeldesk.tickets.answer import LookupAnswer
from tests.log_lines import failed_line, moment, request_line, write_lines

KEY = "ak_live_Zt3bQ9xV2mK7pL4wN8sD6fG1hJ5cR0yT"
FINGERPRINT = hashlib.sha256(KEY.encode()).hexdigest()[:16]


def named(answer: LookupAnswer, kind: str) -> list[str]:
    """The values of a kind that the text names."""
    return [each.value for each in answer.named if each.kind == kind]


def suggested(answer: LookupAnswer) -> list[str]:
    """The ids of the suggested requests."""
    return [each.request_id for each in answer.suggested]


def store(desk: Desk, folder: Path, *lines: Any) -> None:
    """Store these lines."""
    desk.ingest([str(write_lines(folder / "a.ndjson", lines))])


def line(number: int, code: str, status: int, hours: float, **given: Any) -> Any:
    """A failed line of a customer, some hours after the first."""
    fields = {"request_id": f"req_Failed{number:04}", "timestamp": moment(hours * 3600), "status": status, **given}
    return failed_line(code, **fields)


@pytest.fixture(scope="module")
def filled(empty_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Two customers that fail in several ways, one of them named by a key alone."""
    folder = tmp_path_factory.mktemp("suggestions")
    settings = Settings(db=Path(shutil.copyfile(empty_store, folder / "pixeldesk.duckdb")))
    desk = Desk(settings, open_store(settings))
    key = {"id": "key_9d1", "fingerprint": FINGERPRINT, "prefix": KEY[:12], "length": 40, "scopes": []}
    unknown = {"id": None, "fingerprint": FINGERPRINT, "prefix": KEY[:12], "length": 40}
    store(
        desk,
        folder,
        line(1, "insufficient_scope", 403, 0, customer_id="cus_0184", api_key=key, website_id="web_k31"),
        line(2, "insufficient_scope", 403, 5, customer_id="cus_0184", api_key=key, website_id="web_k31"),
        line(3, "rate_limit_exceeded", 429, 5, customer_id="cus_0184", api_key=key, website_id="web_k31"),
        line(4, "insufficient_scope", 403, 5, customer_id="Café Noir", api_key=None, website_id="shop.example.com"),
        line(5, "invalid_api_key", 401, 6, customer_id=None, api_key=unknown, website_id=None),
        line(6, "insufficient_scope", 403, 5.5, customer_id="cus_0184", path="/pixel/pipes/kpis", host="web-2"),
        request_line(request_id="req_Fine000001", timestamp=moment(9 * 3600), customer_id="cus_0184"),
    )
    yield desk
    desk.close()


def test_a_whole_key_is_recognised_and_forgotten(filled: Desk) -> None:
    answer = filled.lookup(f"Our key {KEY} is refused!!\nAuthorization: Bearer {KEY}\n")
    assert named(answer, "key") == [FINGERPRINT]
    assert KEY not in json.dumps(answer.as_json())
    assert KEY[:13] not in json.dumps(answer.as_json())
    assert "req_Failed0005" in suggested(answer)
    assert "req_Failed0004" not in suggested(answer)


@pytest.mark.parametrize(
    "written", [f"{KEY[:12]}...", f"{KEY[:12]}\u2026", f"`{KEY[:15]}***`", KEY[:10], f"{KEY[:12]}xxxxxxxx"]
)
def test_the_beginning_of_a_key(filled: Desk, written: str) -> None:
    answer = filled.lookup(f"the key that starts with {written} gets a 429")
    assert named(answer, "key") == [KEY[: min(12, len(written))]]
    assert suggested(answer)[0] == "req_Failed0003"


def test_an_unknown_key_is_named_by_its_fingerprint(filled: Desk) -> None:
    other = "sk_test_9f8e7d6c5b4a39281706f5e4d3c2b1a0Zz"
    answer = filled.lookup(f"api key: {other}")
    assert [(each.kind, each.is_known) for each in answer.named] == [("key", False)]
    assert other[:12] not in json.dumps(answer.as_json())
    assert answer.suggested == ()


def test_failures_that_are_alike_are_one_suggestion_nearest_to_the_time(filled: Desk) -> None:
    answer = filled.lookup(f"cus_0184 gets insufficient scope, {moment(300)}")
    assert suggested(answer)[0] == "req_Failed0001"
    assert "req_Failed0002" not in suggested(answer)
    assert "the customer" in answer.suggested[0].why
    assert suggested(filled.lookup("cus_0184 gets InsufficientScope"))[0] == "req_Failed0006"
    by_pipe = suggested(filled.lookup("cus_0184: insufficient_scope on the top_pages pipe"))
    assert by_pipe[0] == "req_Failed0002"
    assert not {"req_Failed0001", "req_Failed0006"} & {*by_pipe}


def test_nobody_else_fits_when_a_customer_is_named(filled: Desk) -> None:
    answer = filled.lookup("Customer Café Noir here: rate limit exceeded all the time")
    assert named(answer, "customer") == ["Café Noir"]
    assert {each.customer_id for each in answer.suggested} == {"Café Noir"}
    assert suggested(filled.lookup("it is about shop.example.com")) == ["req_Failed0004"]
    shared_address = filled.lookup("cus_0184, calling from 203.0.113.9: 403")
    assert {each.customer_id for each in shared_address.suggested} == {"cus_0184"}


def test_a_request_without_a_customer_fits_by_its_key(filled: Desk) -> None:
    answer = filled.lookup("cus_0184: key not recognised")
    assert suggested(answer)[0] == "req_Failed0005"
    assert "a key of the customer" in answer.suggested[0].why


def test_too_little_suggests_nothing(filled: Desk) -> None:
    for text in ("it does not work", "please help", "hello?", "cus_9999", "version 2.31.0, port 8080"):
        assert filled.lookup(text).suggested == (), text


def test_an_id_that_is_found_needs_no_suggestion(filled: Desk) -> None:
    answer = filled.lookup("cus_0184: req_Failed0001 fails with 403")
    assert answer.suggested == ()
    assert named(answer, "customer") == ["cus_0184"]


def test_an_empty_store_names_nothing(desk: Desk) -> None:
    answer = desk.lookup("cus_0184 gets 403")
    assert (answer.named, answer.suggested) == ((), ())


NO_NAMES = [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36",
    "the docs mention customer_id, website_id, key_id and req_headers; which one?",
    "requests 2.32.3, python 3.12.1, node v20.11.1, Ubuntu 22.04.3",
    "we pay $403 per month, invoice 2026-0042, order no. 403-401-22",
    "call +49 30 4031 401 or 0800 429 401",
    "we sent 403 events and 401 identify calls",
    "is there a limit of 429 requests?",
    "can you add the pipe operator to the query?",
    "how do I create a key with the scope pixel:read?",
    "my address is Hauptstr. 5, 10115 Berlin",
    "port 8080, 10 % off, ISO 4217, RFC 9457",
]


@pytest.mark.parametrize("text", NO_NAMES)
def test_what_names_nothing(filled: Desk, text: str) -> None:
    answer = filled.lookup(text)
    assert ([(each.kind, each.value) for each in answer.named], answer.suggested) == ([], ())


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("InsufficientScope", "code", "insufficient_scope"),
        ("insufficient-scope", "code", "insufficient_scope"),
        ("insuficient_scope", "code", "insufficient_scope"),
        ("it failed with rate_limit", "code", "rate_limit_exceeded"),
        ("The key is refused: 'The API key is not valid'", "code", "invalid_api_key"),
        ("HTTP/1.1 403 Forbidden", "status", "403"),
        ("lauter 429er", "status", "429"),
        ("GET https://api.example.com/pixel/pipes/top_pages?days=7", "route", "/pixel/pipes/{pipe}"),
        ("GET https://api.example.com/pixel/pipes/top_pages?days=7", "pipe", "top_pages"),
        ("the top_pages pipe", "pipe", "top_pages"),
        ("auf web-1", "host", "web-1"),
        ("in der Produktion", "environment", "production"),
        ("in prod only", "environment", "production"),
        ("from [203.0.113.9]:443", "address", "203.0.113.9"),
        ("from 2001:DB8:0:0::1", "address", "2001:db8::1"),
        ("website web_k31.", "website", "web_k31"),
        ("https://app.example.com/sites/web_k31/keys", "website", "web_k31"),
    ],
)
def test_what_a_text_names(filled: Desk, text: str, kind: str, value: str) -> None:
    assert named(filled.lookup(text), kind) == [value]


# --- search -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "customers"),
    [
        ("cus_0184", {"cus_0184"}),
        ("CUS_01", {"cus_0184"}),
        ("café", {"Café Noir"}),
        ("noir", {"Café Noir"}),
        ("shop.example", {"Café Noir"}),
        ("k31", {"cus_0184"}),
        ("ak_live_Zt", {"cus_0184"}),
        (f"{KEY[:12]}\u2026", {"cus_0184"}),
        (KEY, {"cus_0184"}),
        ("key_9d1", {"cus_0184"}),
        (FINGERPRINT, {"cus_0184"}),
        ("mail from the customer Café Noir about shop.example.com", {"Café Noir"}),
        ("nobody", set()),
        ("c", set()),
    ],
)
def test_a_caller_is_found_by_a_part_of_what_names_it(filled: Desk, text: str, customers: set[str]) -> None:
    found = filled.search_callers(text)
    assert {each.customer_id for each in found if each.customer_id} == customers
    assert KEY not in str(found)
