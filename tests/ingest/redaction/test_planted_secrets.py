"""Of every kind of secret that we know, in every place and syntax where logs have it, next to nothing is left."""

import json

import pytest

from pixeldesk.ingest.redaction.in_python import redact
from tests.ingest.redaction import planting
from tests.ingest.redaction.planted_values import made, passes_luhn
from tests.ingest.redaction.planting import Planted

_LEFT_AT_MOST = {"named": 0.01, "identified": 0.005, "syntax": 0.01}


@pytest.fixture(scope="module")
def planted() -> list[Planted]:
    """Return a line of each kind, named and bare, in rotating places, and of each syntax."""
    return [
        *planting.rotating(planting.named()),
        *planting.rotating(planting.identified()),
        *planting.rotating(planting.syntaxes()),
    ]


@pytest.fixture(scope="module")
def redacted(planted: list[Planted]) -> list[str]:
    """Return the lines as ingest stores them."""
    return planting.redacted_in_sql([one.line for one in planted])


def test_the_corpus_has_every_kind_place_and_syntax(planted: list[Planted]) -> None:
    assert len(planting.KINDS) >= 300
    assert sum(kind.identified for kind in planting.KINDS) >= 138
    assert len(planting.SYNTAXES) >= 197
    places = {(one.table, one.place) for one in planted if one.table != "syntax"}
    assert {("named", place) for place in planting.NAMED_PLACES} <= places
    assert {("identified", place) for place in planting.BARE_PLACES} <= places


def test_next_to_nothing_is_left(planted: list[Planted], redacted: list[str]) -> None:
    leftovers = planting.left(planted, redacted)
    listed = "\n".join(f"{one.planted.table}: {one.planted.kind}: {one.redacted}" for one in leftovers)
    for table, share in planting.share_left(planted, leftovers).items():
        assert share <= _LEFT_AT_MOST[table], listed


def test_both_engines_leave_the_same(planted: list[Planted], redacted: list[str]) -> None:
    assert planting.redacted_in_python([one.line for one in planted]) == redacted
    assert [redact(line) for line in redacted] == redacted


def test_json_stays_json(planted: list[Planted], redacted: list[str]) -> None:
    for one, line in zip(planted, redacted, strict=True):
        if one.line.startswith("{"):
            assert json.loads(line).keys() == json.loads(one.line).keys(), line


def test_what_is_whole_or_in_part_is_left_and_what_is_cut_is_not() -> None:
    (one, *_) = planting.identified()
    (hidden,) = one.hidden
    assert hidden in one.line
    assert planting.is_left(one, one.line)
    assert planting.is_left(one, one.line.replace(hidden, hidden[5:17]))
    assert not planting.is_left(one, one.line.replace(hidden, hidden[5:16]))
    slashes = Planted("syntax", "", "", r'{"a":"0123/456/789/abc"}', ("0123/456/789/abc",))
    assert planting.is_left(slashes, r'{"a":"0123\/456\/789\/abc"}')
    assert planting.is_left(slashes, "/x?a=0123%2F456%2F789%2Fabc")


def test_values_are_made_as_they_are_described() -> None:
    assert made("p-{hex:8}", "seed") == made("p-{hex:8}", "seed") != made("p-{hex:8}", "other seed")
    secret = made("https://h/(({alnum:24}))/x", "seed")
    assert secret.text == f"https://h/{secret.hidden[0]}/x"
    assert len(secret.hidden[0]) == 24
    card = made("{visa-}", "seed").text
    assert card.count("-") == 3
    assert passes_luhn(card.replace("-", ""))
    assert passes_luhn("79927398713")
    assert not passes_luhn("79927398710")
