"""The store is asked about a bounded number of words, and about no part of a key."""

import pytest

from pixeldesk.tickets.plain_text import as_plain_text
from pixeldesk.tickets.possible_ids import MOST_POSSIBLE, possible_ids

KEYS = [
    "ak_live_Zt3bQ9xV2mK7pL4wN8sD6fG1hJ5cR0yT",
    "sk_test_4eC39HqLyjWDarjtT1zdp7dc",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjdXNfMSJ9.c2lnbmF0dXJlLW9mLWl0",
    "0123456789abcdef" * 4,
    "Zt3bQ8wLx0Vn5RkY2mHc7JfD4sGpA9eTu1Xi",
]


@pytest.mark.parametrize(
    "text", ["{}", "Authorization: Bearer {}", "key={}&id=7Qm2xV9cT4", '{{"api_key":"{}"}}', "<{}>"]
)
@pytest.mark.parametrize("key", KEYS)
def test_no_part_of_a_key_is_asked(text: str, key: str) -> None:
    asked = [part.written for part in possible_ids(as_plain_text(text.format(key)))]
    assert [each for each in asked if each in key] == []


def test_an_id_beside_a_key_is_asked() -> None:
    asked = {part.written for part in possible_ids(f"key={KEYS[0]}&id=7Qm2xV9cT4 c41d7e90-52ab-4f3c-9e18-0b7a6d5c4e3f")}
    assert asked >= {"7Qm2xV9cT4", "c41d7e90-52ab-4f3c-9e18-0b7a6d5c4e3f"}


@pytest.mark.parametrize("between", [" ", "\n", "-\n> "])
def test_of_a_long_text_the_first_words_are_asked(between: str) -> None:
    words = [f"a1b2c{n:05}d" for n in range(5_000)]
    parts = possible_ids(between.join(words))
    assert len(parts) <= MOST_POSSIBLE
    assert words[0] in {part.written for part in parts}
