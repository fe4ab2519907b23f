"""What differs, in words."""

import pytest

from pixeldesk.trends.difference_words import FIELD_NAMES, named, of_the_others, of_them, percent
from pixeldesk.trends.proportions import Proportion

HALF = Proportion(1, 2)


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 7, "0 %"),
        (7, 7, "100 %"),
        (1, 1000, "under 1 %"),
        (999, 1000, "over 99 %"),
        (1, 100, "1 %"),
        (2, 3, "67 %"),
        (0, 0, "none"),
    ],
)
def test_only_none_is_0_percent_and_only_all_are_100(part: int, whole: int, said: str) -> None:
    assert percent(Proportion(part, whole)) == said


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("host", "{x} answered 50 % of them"),
        ("route", "50 % of them asked for {x}"),
        ("release", "Release {x} answered 50 % of them"),
        ("region", "Servers in {x} answered 50 % of them"),
        ("customer_id", "{x} sent 50 % of them"),
        ("key_fingerprint", "The key with the fingerprint {x} sent 50 % of them"),
        ("user_agent", "The program {x} sent 50 % of them"),
    ],
)
def test_each_field_has_its_words_and_the_value_is_taken_as_it_is(field: str, said: str) -> None:
    assert of_them(field, "{x}", HALF) == said
    assert of_them(field, None, HALF) == f"50 % of them name no {FIELD_NAMES[field]}"
    assert named(field, "{x}") == f"{FIELD_NAMES[field]} {{x}}"
    assert named(field, None) == f"{FIELD_NAMES[field]} not logged"


def test_the_comparisons_there_are() -> None:
    assert of_the_others(HALF, Proportion(1, 4)) == "50 % of the requests that succeeded meanwhile (25 % a week before)"
    assert of_the_others(HALF, None) == "50 % of the requests that succeeded meanwhile"
    assert of_the_others(None, HALF) == "50 % of the requests that succeeded in the same hours a week before"
