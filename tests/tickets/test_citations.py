"""What a sentence of the evidence says, and what it cites."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixeldesk.diagnosis.evidence import Sentence
from pixeldesk.tickets.citations import Cited, cited


@pytest.mark.parametrize(
    ("sentence", "ids", "expected"),
    [
        ("It failed (req_a).", ["req_a"], Cited("It failed.", ("req_a",))),
        ("It failed (req_a, req_b).", ["req_b", "req_a"], Cited("It failed.", ("req_a", "req_b"))),
        ("It failed.", ["req_a"], Cited("It failed.")),
        ("It failed (twice).", ["req_a"], Cited("It failed (twice).")),
        ("It failed (twice, req_a).", ["req_a"], Cited("It failed (twice, req_a).")),
        ("It failed (req_a).", [], Cited("It failed (req_a).")),
        ("Path /a (b) was asked for (req_a).", ["req_a"], Cited("Path /a (b) was asked for.", ("req_a",))),
        ("It failed (long_req_a).", ["req_a", "long_req_a"], Cited("It failed.", ("long_req_a",))),
        ("It failed (odd, id).", ["odd, id", "id"], Cited("It failed.", ("odd, id",))),
        (").", [""], Cited(").")),
    ],
)
def test_the_words_and_the_ids_come_apart(sentence: str, ids: list[str], expected: Cited) -> None:
    assert cited(sentence, ids) == expected


@given(st.text(min_size=1), st.lists(st.from_regex(r"\Areq_[A-Za-z0-9]{6,14}\Z"), unique=True, max_size=4))
def test_what_the_evidence_puts_together_comes_apart_again(text: str, ids: list[str]) -> None:
    sentence = Sentence(text=text, request_ids=tuple(ids), weight=0.5)
    expected = Cited(f"{text}.", tuple(ids))
    assert cited(sentence.cited(), ids) == expected
