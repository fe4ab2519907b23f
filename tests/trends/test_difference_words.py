"""Check the words for what differs."""

import pytest

from pixeldesk.trends.difference_words import FIELD_NAMES, failing_share, named, percent, succeeding_share
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
def test_each_field_has_its_sentence_with_the_raw_value(field: str, said: str) -> None:
    assert failing_share(field, "{x}", HALF) == said
    assert failing_share(field, None, HALF) == f"50 % of them name no {FIELD_NAMES[field]}"
    assert named(field, "{x}") == f"{FIELD_NAMES[field]} {{x}}"
    assert named(field, None) == f"{FIELD_NAMES[field]} not logged"


def test_each_combination_of_comparisons_has_its_sentence() -> None:
    assert (
        succeeding_share(HALF, Proportion(1, 4)) == "50 % of the requests that succeeded meanwhile (25 % a week before)"
    )
    assert succeeding_share(HALF, None) == "50 % of the requests that succeeded meanwhile"
    assert succeeding_share(None, HALF) == "50 % of the requests that succeeded in the same hours a week before"
