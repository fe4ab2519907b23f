"""Draw cases of a missing or malformed Authorization header."""

from __future__ import annotations

from sample_logs.simulator.clients.mistakes import header, one_of
from sample_logs.simulator.drawn.courses import ACTIVE, GAVE_UP, JUST_BEGAN, course_of
from sample_logs.simulator.drawn.draw import Draw
from sample_logs.simulator.drawn.homes import key_in

_WITHOUT = (
    ("a proxy drops the header", "event", True),
    ("a report job forgets the header", "pipe", True),
    ("a new service that never had the header", "dashboard", False),
    ("identify without the header", "identify", True),
)
_SHAPES = (
    ("Token {key}", "scheme Token"),
    ("{key}", "the bare key"),
    ("Basic {key}", "scheme Basic"),
    ("bearer:{key}", "a colon after bearer"),
    ("ApiKey {key}", "scheme ApiKey"),
    ("Bearer", "an empty variable"),
    ("Bearer ", "an empty variable and its space"),
)


def cast(draw: Draw) -> None:
    """Draw customers without a header, customers with a malformed one, and one untraceable customer of each kind."""
    for _ in draw.several(beside=1):
        _missing(draw)
    for _ in draw.several(beside=1):
        _malformed(draw)
    _untraceable(draw, "missing_authorization")
    _untraceable(draw, "malformed_authorization")


def _missing(draw: Draw) -> None:
    home = draw.home_with("missing_authorization")
    client = draw.program(home, key_in(draw.stage, home, draw.environment()))
    text, what, before = draw.rng.choice(_WITHOUT)
    draw.enact("missing_authorization", text, client, what, header(None), presented=None, worked_before=before)


def _malformed(draw: Draw) -> None:
    home = draw.home_with("malformed_authorization")
    client = draw.program(home, key_in(draw.stage, home, draw.environment()))
    shape, text = draw.rng.choice(_SHAPES)
    spoil = header(shape.format(key=client.key.secret))
    if shape.startswith("Bearer"):
        spoil = one_of(client.rng, header("Bearer"), header("Bearer "))
    what = draw.rng.choice(("dashboard", "pipe", "event", "everything"))
    draw.enact("malformed_authorization", text, client, what, spoil, presented=None)


def _untraceable(draw: Draw, case: str) -> None:
    """Draw events from an address seen nowhere else, so that no line names the customer."""
    home = draw.home_with(case)
    client = draw.stage.client(home.customer, home.key, retries=0)
    spoil = header(None if case == "missing_authorization" else client.key.secret)
    course = course_of(draw.rng.choice((ACTIVE, JUST_BEGAN, GAVE_UP)), draw.rng)
    draw.enact(
        case,
        "nothing names the customer",
        client,
        "event",
        spoil,
        presented=None,
        worked_before=False,
        course=course,
    )
