"""The catalogue is complete, true to the API's documentation, and says what it does not know."""

from string import Template

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixeldesk.catalogue.catalogue import Catalogue, ErrorEntry, catalogue
from pixeldesk.tickets.request_ids import is_well_formed

STATUS_OF_CODE = {
    "missing_authorization": 401,
    "invalid_authorization_format": 401,
    "invalid_api_key": 401,
    "api_key_revoked": 401,
    "api_key_expired": 401,
    "insufficient_scope": 403,
    "invalid_pipe": 400,
    "invalid_visitor": 400,
    "invalid_body": 400,
    "rate_limit_exceeded": 429,
    "ingest_unavailable": 503,
    "identify_unavailable": 503,
    "tinybird_error": 503,
    "internal_error": 500,
}
RETRYABLE = {
    "rate_limit_exceeded",
    "ingest_unavailable",
    "identify_unavailable",
    "tinybird_error",
    "internal_error",
}
FAULT_OF_SERVER_CODE = {
    "ingest_unavailable": "us",
    "identify_unavailable": "us",
    "internal_error": "us",
    "tinybird_error": "downstream",
}
PLACEHOLDERS = {"required_scope", "available_scopes", "retry_after"}
FALLBACKS = [
    (None, 200),
    (None, 404),
    (None, 502),
    (None, 302),
    (None, None),
    ("new", 418),
    ("new", 520),
    ("new", 200),
]
EVERY_ENTRY = [
    *(catalogue().entry(code, status) for code, status in [*STATUS_OF_CODE.items(), *FALLBACKS]),
    catalogue().entry("tinybird_error", 503, "JWT expired"),
]


def test_exactly_the_documented_codes_with_their_status() -> None:
    listed = {code: catalogue().entry(code, None).status for code in catalogue().codes()}
    assert listed == STATUS_OF_CODE


@pytest.mark.parametrize("code", STATUS_OF_CODE)
def test_whose_fault_and_whether_to_retry(code: str) -> None:
    entry = catalogue().entry(code, STATUS_OF_CODE[code])
    assert entry.fault == FAULT_OF_SERVER_CODE.get(code, "customer")
    assert entry.retryable == (code in RETRYABLE)
    assert entry.is_ours == (STATUS_OF_CODE[code] >= 500)


@pytest.mark.parametrize("code", FAULT_OF_SERVER_CODE)
def test_support_is_told_what_is_ours(code: str) -> None:
    fix = catalogue().entry(code, STATUS_OF_CODE[code]).fix
    assert fix.startswith("Ours")
    assert "Support:" in fix


@pytest.mark.parametrize("entry", EVERY_ENTRY, ids=lambda entry: f"{entry.code}-{entry.status}-{entry.variant}")
def test_every_text_is_filled_and_uses_known_placeholders_only(entry: ErrorEntry) -> None:
    texts = [entry.title, entry.meaning, entry.fix, entry.retry, entry.send, entry.reply, entry.afterwards]
    texts += [*entry.causes, *entry.steps]
    assert entry.causes
    assert entry.steps
    assert all(text.strip() == text and text for text in texts)
    assert all(text.endswith(".") for text in texts if text != entry.title)
    templates = [entry.reply, *entry.steps]
    assert {name for text in templates for name in Template(text).get_identifiers()} <= PLACEHOLDERS
    assert "$" not in "".join(text for text in texts if text not in templates)


@pytest.mark.parametrize("code", STATUS_OF_CODE)
def test_the_example_is_an_envelope_of_this_code(code: str) -> None:
    entry = catalogue().entry(code, None)
    assert entry.example is not None
    assert entry.example.error.code == code
    assert is_well_formed(entry.example.meta.request_id)
    assert len(entry.example.error.message.split()) >= 3
    assert set(entry.related) <= set(STATUS_OF_CODE) - {code}


def test_the_examples_have_different_request_ids_and_the_scope_example_names_the_scopes() -> None:
    examples = {code: catalogue().entry(code, None).example for code in STATUS_OF_CODE}
    assert len({example.meta.request_id for example in examples.values() if example}) == len(STATUS_OF_CODE)
    scopes = examples["insufficient_scope"]
    assert scopes is not None
    assert scopes.error.details == {"required": "pixel:read", "available": []}


@pytest.mark.parametrize(
    "message",
    [
        "JWT expired",
        "jwt is expired",
        "[Error] token has expired",
        "Expired token",
        "JWT_EXPIRED",
        "TokenExpiredError",
        "TokenExpiredError: jwt expired",
        "ExpiredSignatureError: Signature has expired",
        '"exp" claim timestamp check failed',
        "The JWT provided has expired.",
        "invalid token: token is expired by 3m4s",
    ],
)
def test_an_expired_token_is_told_apart_from_a_failure_downstream(message: str) -> None:
    entry = catalogue().entry("tinybird_error", 503, message)
    assert entry.variant == "jwt_expired"
    assert entry.fault == "customer"
    assert entry.code == "tinybird_error"
    assert "mint" in entry.fix
    assert "once" in entry.retry
    assert "newly minted" in entry.retry


@pytest.mark.parametrize(
    "message",
    [
        None,
        "",
        "workspace not found",
        "certificate has expired",
        "token is not expired but lacks a scope",
        "missing exp claim",
        "exp claim is missing",
        "the plan expired",
        "quota exceeded for token",
    ],
)
def test_other_upstream_messages_stay_a_failure_downstream(message: str | None) -> None:
    entry = catalogue().entry("tinybird_error", 503, message)
    assert entry.variant is None
    assert entry.fault == "downstream"


def test_an_upstream_message_does_not_change_another_code() -> None:
    assert catalogue().entry("internal_error", 500, "JWT expired") == catalogue().entry("internal_error", 500)


@pytest.mark.parametrize(
    ("code", "status", "fault", "says"),
    [
        ("brand_new", 403, "customer", "not in the catalogue"),
        ("brand_new", 503, "us", "not in the catalogue"),
        ("brand_new", 200, None, "not in the catalogue"),
        ("", 400, "customer", "not in the catalogue"),
        (None, 404, "customer", "no code of ours"),
        (None, 502, "us", "no code of ours"),
        (None, 302, None, "not that of a success"),
        (None, None, None, "none was recorded"),
    ],
)
def test_what_the_catalogue_does_not_list(code: str | None, status: int | None, fault: str | None, says: str) -> None:
    entry = catalogue().entry(code, status)
    assert says in entry.meaning
    assert (entry.fault, entry.code, entry.status, entry.known) == (fault, code, status, code is None)
    assert not entry.succeeded


def test_success_needs_no_fix() -> None:
    entry = catalogue().entry(None, 204)
    assert entry.succeeded
    assert entry.known
    assert entry.fault is None
    assert not entry.retryable


@given(st.none() | st.text(), st.none() | st.integers(), st.none() | st.text())
def test_every_request_gets_an_entry(code: str | None, status: int | None, message: str | None) -> None:
    assert catalogue().entry(code, status, message).known == (code is None or code in STATUS_OF_CODE)


@given(st.text().filter(lambda code: code not in STATUS_OF_CODE), st.sampled_from([200, 302, 418, 520, None]))
def test_an_unlisted_code_is_never_woven_into_the_texts(code: str, status: int | None) -> None:
    entry = catalogue().entry(code, status)
    assert entry.model_dump(exclude={"code"}) == catalogue().entry("other", status).model_dump(exclude={"code"})


def test_codes_seen_but_not_listed() -> None:
    assert catalogue().missing_from(["zeta", None, "invalid_pipe", "alpha", "zeta"]) == ("alpha", "zeta")
    assert catalogue().missing_from([]) == ()


def test_the_catalogue_is_read_once() -> None:
    assert catalogue() is catalogue()
    assert isinstance(catalogue(), Catalogue)
