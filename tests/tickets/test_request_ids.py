"""Request ids are found in every situation of the corpus, and secrets never come out."""

import importlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixeldesk.catalogue import checks
from pixeldesk.catalogue.checks import looks_like_secret
from pixeldesk.tickets import plain_text, possible_ids, request_ids, spellings
from pixeldesk.tickets.request_ids import find_request_ids, is_well_formed, variants

TICKETS = [
    ticket
    for file in sorted(Path(__file__).with_name("texts").glob("*.toml"))
    for ticket in tomllib.loads(file.read_text("utf-8"))["ticket"]
]
HOSTILE_LENGTH = 200_000
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

own_form = st.text(BASE62, min_size=6, max_size=64).map("req_".__add__).filter(is_well_formed)
surroundings = st.sampled_from(
    [
        (" ", " "),
        ("\n", "\n"),
        ('"', '"'),
        ("(", ")"),
        ("`", "`"),
        ("<", ">"),
        (" ", ", "),
        (" ", ". "),
        ("\t", ";"),
    ]
)
FRAGMENTS = """
req_ REQ_ request_id : = > " ` %20 &#95; \\ \\n _ - . @ , <wbr> </td><td> cus_0184 ak_live_Zt3b12 eyJhbGciOiJI
7Qm2xV9cT4 abc123 01JD8ZK3QF6W9V2N5R7T0XYBCD 7f3c2b1a-1234-4abc-8def-0123456789ab
"""
fragments = st.sampled_from([*FRAGMENTS.split(), " ", "\n", "=\n", "\n> ", "\u200b", "\uff3f", "a" * 70])
pasted = st.one_of(st.text(max_size=200), st.lists(fragments, max_size=12).map("".join))


@pytest.mark.parametrize("ticket", TICKETS, ids=[ticket["name"] for ticket in TICKETS])
def test_ticket(ticket: dict[str, Any]) -> None:
    found = find_request_ids(ticket["text"])
    shown = " ".join([*found, *(spelling for request_id in found for spelling in variants(request_id))])
    assert list(found) == ticket["expected"]
    assert [secret for secret in ticket.get("never", []) if secret in shown] == []


def test_the_corpus_is_large_and_its_names_are_unique() -> None:
    names = [ticket["name"] for ticket in TICKETS]
    assert len(names) >= 60
    assert len(set(names)) == len(names)


@given(request_id=own_form, before=st.text(), after=st.text(), separators=surroundings)
def test_an_id_is_found_once_in_any_prose(
    request_id: str, before: str, after: str, separators: tuple[str, str]
) -> None:
    opening, closing = separators
    text = f"{before}{opening}{request_id}{closing}{after}"
    assert find_request_ids(text).count(request_id) == 1


@given(st.lists(own_form, unique=True, max_size=6), st.sampled_from([" ", ",", "\n", "; ", " | ", "\r\n> "]))
def test_a_list_of_ids_comes_back_in_order(request_ids_given: list[str], separator: str) -> None:
    assert find_request_ids(separator.join(request_ids_given)) == tuple(request_ids_given)


@given(pasted)
def test_whatever_is_found_is_well_formed_no_secret_and_found_again(text: str) -> None:
    found = find_request_ids(text)
    assert all(is_well_formed(request_id) and not looks_like_secret(request_id) for request_id in found)
    assert find_request_ids(" ".join(found)) == found


@given(pasted)
def test_variants_are_shorter_well_formed_spellings(text: str) -> None:
    for request_id in find_request_ids(text):
        spellings = variants(request_id)
        assert all(request_id.startswith(each) and each != request_id for each in spellings)
        assert all(is_well_formed(each) for each in spellings)


@pytest.mark.parametrize(
    ("request_id", "expected"),
    [
        ("req_7Qm2xV9cT4", ()),
        ("req_7Qm2xV9cT4-FRA", ("req_7Qm2xV9cT4",)),
        ("req_7Qm2xV9cT4-please_look", ("req_7Qm2xV9cT4-please", "req_7Qm2xV9cT4")),
        ("8f2a1b3c4d5e6f70-FRA", ("8f2a1b3c4d5e6f70",)),
        ("7f3c2b1a-1234-4abc-8def-0123456789ab", ()),
    ],
)
def test_variants(request_id: str, expected: tuple[str, ...]) -> None:
    assert variants(request_id) == expected


@pytest.mark.parametrize("text", ["", " req_7Qm2xV9cT4", "REQ_7Qm2xV9cT4", "req_id", "req_7Qm2xV9cT4.", "cus_018400"])
def test_not_well_formed(text: str) -> None:
    assert not is_well_formed(text)


def test_no_regular_expression_repeats_a_repetition() -> None:
    patterns = [
        value
        for part in (checks, plain_text, possible_ids, request_ids, spellings)
        for value in vars(part).values()
        if isinstance(value, re.Pattern)
    ]
    assert len(patterns) > 10
    assert [pattern.pattern for pattern in patterns if repeats_a_repetition(pattern)] == []
    assert repeats_a_repetition(re.compile("(?:a+b?)*"))


@pytest.mark.parametrize(
    "piece",
    ["req_", 'request_id:"', '"req_a\n', "=\n", "</td> ", "a@", "123456 ", "\\", "&#", "req_abc123_", "<"],
)
def test_a_long_hostile_text_is_read_to_its_end(piece: str) -> None:
    text = piece * (HOSTILE_LENGTH // len(piece)) + " ,-end: req_7Qm2xV9cT4"
    assert "req_7Qm2xV9cT4" in find_request_ids(text)


def repeats_a_repetition(pattern: re.Pattern[str]) -> bool:
    """Whether a part that may occur more than once holds a part that may occur more than once."""
    tree = importlib.import_module("re._parser").parse(pattern.pattern, pattern.flags)
    return any(any(repetitions(body)) for body in repetitions(tree))


def repetitions(node: Any) -> Iterator[Any]:
    """The bodies of all repetitions in a parsed regular expression, outermost first."""
    node = getattr(node, "data", node)
    if isinstance(node, tuple) and len(node) == 2 and str(node[0]).endswith("_REPEAT") and node[1][1] > 1:
        yield node[1][2]
    if isinstance(node, list | tuple):
        for child in node:
            yield from repetitions(child)
