"""The catalogue is complete, true to the API's documentation, and says what it does not know."""

import re
import tomllib
from pathlib import Path
from string import Template

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pixeldesk.catalogue.catalogue import Catalogue, ErrorEntry, catalogue, read_catalogue
from pixeldesk.pages.widgets.code_colour import code_colour
from pixeldesk.tickets.request_facts import PLACEHOLDERS
from pixeldesk.tickets.request_ids import is_well_formed
from sample_logs.simulator.envelope import STATUS
from tests.conftest import ROOT

CATALOGUE_FILE = ROOT / "pixeldesk" / "catalogue" / "errors.toml"
CODES = catalogue().codes()
SERVER_CODES = [code for code in CODES if (catalogue().entry(code, None).status or 0) >= 500]
WORTH_A_RETRY = {429, 500, 502, 503, 504}
FUTILE_TO_RETRY = {400, 401, 403, 404, 405, 410, 413, 415, 422}
# WCAG 2.2, success criterion 1.4.11: graphical objects have a contrast of 3:1 at least.
LEAST_CONTRAST = 3.0
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
    *(catalogue().entry(code, None) for code in CODES),
    *(catalogue().entry(code, status) for code, status in FALLBACKS),
    catalogue().entry("tinybird_error", 503, "JWT expired"),
]


def test_every_error_that_the_simulated_api_gives_is_listed_with_its_status() -> None:
    listed = {code: catalogue().entry(code, None).status for code in CODES}
    assert STATUS
    assert listed == listed | STATUS


@pytest.mark.parametrize("code", CODES)
def test_whose_fault_and_whether_to_retry(code: str) -> None:
    entry = catalogue().entry(code, None)
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", code)
    assert entry.status is not None and 400 <= entry.status <= 599
    assert entry.is_ours == (entry.status >= 500)
    assert entry.is_ours or entry.fault == "customer"
    assert entry.retryable or entry.status not in WORTH_A_RETRY
    assert not (entry.retryable and entry.status in FUTILE_TO_RETRY)


@pytest.mark.parametrize("code", SERVER_CODES)
def test_support_is_told_what_is_ours(code: str) -> None:
    fix = catalogue().entry(code, None).fix
    assert fix.startswith("Ours")
    assert "Support:" in fix


@pytest.mark.parametrize("entry", EVERY_ENTRY, ids=lambda entry: f"{entry.code}-{entry.status}-{entry.variant}")
def test_every_text_is_filled_and_uses_known_placeholders_only(entry: ErrorEntry) -> None:
    texts = [entry.title, entry.meaning, entry.fix, entry.retry, entry.send, entry.reply, *entry.causes, *entry.steps]
    texts += [entry.afterwards] if entry.afterwards else []
    assert entry.causes
    assert entry.steps
    assert all(text.strip() == text and text for text in texts)
    assert all(re.search(r"\.$|\$[a-z]+_problem$", text) for text in texts if text != entry.title)
    templates = [entry.reply, *entry.steps]
    assert {name for text in templates for name in Template(text).get_identifiers()} <= set(PLACEHOLDERS)
    assert "$" not in "".join(text for text in texts if text not in templates)


@pytest.mark.parametrize("code", CODES)
def test_the_example_is_an_envelope_of_this_code(code: str) -> None:
    entry = catalogue().entry(code, None)
    assert entry.example is not None
    assert entry.example.error.code == code
    assert is_well_formed(entry.example.meta.request_id)
    assert len(entry.example.error.message.split()) >= 3
    assert set(entry.related) <= set(CODES) - {code}


def test_the_examples_have_different_request_ids_and_the_scope_example_names_the_scopes() -> None:
    examples = {code: catalogue().entry(code, None).example for code in CODES}
    assert len({example.meta.request_id for example in examples.values() if example}) == len(CODES)
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
    assert catalogue().entry(code, status, message).known == (code is None or code in CODES)


@given(st.text().filter(lambda code: code not in CODES), st.sampled_from([200, 302, 418, 520, None]))
def test_an_unlisted_code_is_never_woven_into_the_texts(code: str, status: int | None) -> None:
    entry = catalogue().entry(code, status)
    assert entry.model_dump(exclude={"code"}) == catalogue().entry("other", status).model_dump(exclude={"code"})


def test_codes_seen_but_not_listed() -> None:
    assert catalogue().missing_from(["zeta", None, "invalid_pipe", "alpha", "zeta"]) == ("alpha", "zeta")
    assert catalogue().missing_from([]) == ()


def test_the_catalogue_is_read_once() -> None:
    assert catalogue() is catalogue()
    assert isinstance(catalogue(), Catalogue)


def test_each_code_has_a_colour_of_its_own_and_every_other_code_is_grey() -> None:
    colours = [code_colour(code) for code in CODES]
    assert colours == [catalogue().entry(code, None).colour for code in CODES]
    assert len({*colours, code_colour("not_listed")}) == len(CODES) + 1
    assert code_colour("") == code_colour("not_listed")
    red, green, blue = rgb(code_colour("not_listed"))
    assert max(red, green, blue) - min(red, green, blue) < 0.15


@pytest.mark.parametrize("ground", ["light", "dark"])
@pytest.mark.parametrize("code", [*CODES, "not_listed"])
def test_a_colour_is_seen_on_a_light_and_on_a_dark_ground(code: str, ground: str) -> None:
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"][ground]
    assert contrast(code_colour(code), theme["backgroundColor"]) >= LEAST_CONTRAST


def rgb(colour: str) -> tuple[float, float, float]:
    """Red, green and blue of ``#rrggbb``, each from 0 to 1."""
    red, green, blue = (part / 255 for part in bytes.fromhex(colour.removeprefix("#")))
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21: WCAG 2.2, "contrast ratio" and "relative luminance"."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('colour = "#2a9d8f"', 'colour = "#3f6fe0"', "two errors have the colour #3f6fe0"),
        ('colour = "#2a9d8f"', 'colour = "#2A9D8F"', "colour"),
        ('colour = "#2a9d8f"', 'colour = "teal"', "colour"),
        ('colour = "#2a9d8f"\n', "", "colour"),
        ('\ncode = "api_key_expired"\nstatus', '\ncode = "api_key_revoked"\nstatus', "the code api_key_revoked"),
        ('"rate_limit_exceeded"\nstatus = 429', '"rate_limit_exceeded"\nstatus = 200', "status"),
    ],
)
def test_a_mistake_in_the_file_is_refused(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    text = CATALOGUE_FILE.read_text("utf-8")
    assert text.count(old) == 1
    (tmp_path / "errors.toml").write_text(text.replace(old, new), "utf-8")
    with pytest.raises(ValidationError, match=complaint):
        read_catalogue(tmp_path / "errors.toml")
