"""What may be told to a customer, and what may not."""

import pytest

from pixeldesk.catalogue.checks import is_route, is_scope, looks_like_secret


@pytest.mark.parametrize(
    "token",
    [
        "ak_live_Zt3bNotARealKey00",
        "sk_test_NotReal000",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0ZXN0In0.c2ln",
        "p.eyJ1IjogIm5vdC1hLXJlYWwifQ.c2ln",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "$2b$12$abcdefghijklmnopqrstuv",
        "Zt3bQ8wLx0Vn5RkY2mHc7JfD4sGpA9eTu1Xi",
        "req_7Qm2xV9cT4_ak_live_Zt3b",
        "AKIAIOSFODNN7EXAMPLE",
    ],
)
def test_secrets_are_recognised(token: str) -> None:
    assert looks_like_secret(token)


@pytest.mark.parametrize(
    "token",
    [
        "req_7Qm2xV9cT4",
        "7f3c2b1a-1234-4abc-8def-0123456789ab",
        "01JD8ZK3QF6W9V2N5R7T0XYBCD",
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "iad1::fra1::5ls5b-1736116732233-9f1c",
    ],
)
def test_ids_are_not_taken_for_secrets(token: str) -> None:
    assert not looks_like_secret(token)


@pytest.mark.parametrize("route", ["/pixel/events", "/pixel/pipes/{pipe}", "/pixel/pipes/{pipe}/rows"])
def test_routes_are_templates(route: str) -> None:
    assert is_route(route)


@pytest.mark.parametrize("text", [None, 7, "", "/pixel/pipes/top_pages?key=x", "/pixel/pipes/{pipe}\n", "/admin"])
def test_nothing_else_is_a_route(text: object) -> None:
    assert not is_route(text)


@pytest.mark.parametrize(("text", "expected"), [("pixel:read", True), ("pixel:read\n", False), ("sk:live", True)])
def test_scopes(text: str, expected: bool) -> None:
    assert is_scope(text) is expected


def test_a_scope_that_looks_like_a_key_is_none() -> None:
    assert not is_scope("sk_live_abc:read")
    assert not is_scope(["pixel:read"])
