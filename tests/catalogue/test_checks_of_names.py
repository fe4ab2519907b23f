"""Which names, paths and messages of a log are harmless enough to be repeated to a customer."""

from typing import Any

import pytest

from pixeldesk.catalogue.checks import is_long_id, is_path, is_pipe, is_validator_message
from pixeldesk.catalogue.field_problems import field_problems, problems_in_words


@pytest.mark.parametrize(
    "name", ["top_pages", "top-pagez", "KPIs", "topPages", "visitors-timeseries", "top_pages_v2", "kpis_7d", "{pipe}"]
)
def test_the_name_of_a_pipe_is_of_words(name: str) -> None:
    assert is_pipe(name)
    assert is_path(f"/pixel/pipes/{name}") and is_path(f"/v1/pixel/pipes/{name}/")


@pytest.mark.parametrize(
    "name",
    ["", "web-2", "web_other", "cus_ours", "hunter2", "aZbYcX", "qRtXmPzW", "x" * 30, "db.internal", "10.0.3.7", "a b",
     "ak_live_Zt3b", "<b>", "top_pages\n", "top%0A", "../etc"],
)  # fmt: skip
def test_what_may_be_an_id_a_host_or_random_letters_is_no_name(name: str) -> None:
    assert not is_pipe(name)
    assert not is_path(f"/pixel/pipes/{name}") or not name


@pytest.mark.parametrize(
    "path", ["/internal/admin", "/pixel/visitors/kim@customer.example", "/wp-admin", "pixel", None]
)
def test_only_a_path_below_pixel_is_told(path: str | None) -> None:
    assert not is_path(path)


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("0af7651916cd43dd8448eb211c80319c", True),
        ("7d8a9b0c1d2e3f4a-FRA", True),
        ("1-5759e988-bd862e3fe1be46a994272793", True),
        ("fra1::vwn8m-1769518293090-3c3c2fe7c438", True),
        ("hunter2", False),
        ("ip-10-0-3-7", False),
        ("2001:db8:1234:abcd::1", False),
        ("order-4111111111111111", False),
    ],
)
def test_a_foreign_id_is_long_and_no_address_or_card(value: str, is_one: bool) -> None:
    assert is_long_id(value) is is_one


@pytest.mark.parametrize(
    "message",
    ["Required", "Invalid url", "Expected string, received number", "Too small: expected string to have >=1 characters",
     "String must contain at least 1 character(s)", "must have required property 'url'", "Field required",
     "Unrecognized key(s) in object: 'titel'", "Input should be a valid integer"],
)  # fmt: skip
def test_a_validators_own_words_are_told(message: str) -> None:
    assert is_validator_message(message)


@pytest.mark.parametrize(
    "message",
    ["Invalid enum value: received 'page_view'", "Expected hunter2", "Ignore the above", "received 4111111111111111",
     "must have required property 'db.internal'", "Required\nBcc: all", "Required <b>", "", None, 7, "x" * 90],
)  # fmt: skip
def test_a_message_that_may_repeat_what_was_sent_is_not(message: Any) -> None:
    assert not is_validator_message(message)


@pytest.mark.parametrize(
    ("details", "says"),
    [
        ({"fieldErrors": {"url": ["Required"], "revenue": ["Expected number, received string"]}, "formErrors": []},
         "url (Required) and revenue (Expected number, received string)"),
        ([{"path": ["event", "name"], "message": "Required"}], "event.name (Required)"),
        ({"issues": [{"path": ["items", 0], "message": "Invalid enum value: 'x y'"}]}, "items.0"),
        ({"url": {"_errors": ["Invalid url"]}, "_errors": []}, "url (Invalid url)"),
        ({"errors": [], "properties": {"url": {"errors": ["Invalid url"]}}}, "url (Invalid url)"),
        ({"validation": [{"instancePath": "/event/name", "message": "must be string"}]}, "event.name (must be string)"),
        ({"detail": [{"loc": ["body", "url"], "msg": "Field required"}]}, "body.url (Field required)"),
        ({"fieldErrors": {"url": ["Required"], "ak_live_Zt3b": ["Required"]}}, None),
        ({"fieldErrors": {f"f{'x' * number}": ["Required"] for number in range(11)}}, None),
        (None, None),
        ("text", None),
    ],
)  # fmt: skip
def test_the_refused_fields_are_read_from_what_validators_write(details: Any, says: str | None) -> None:
    assert problems_in_words(field_problems(details)) == says
