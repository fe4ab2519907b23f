"""Logs that real programs wrote hold what their client saw: as many requests, each once, each with its facts."""

from pathlib import Path

import pytest

from pixeldesk.desk.desk import Desk
from tests.emitters.outcome import Recipe, outcome_of, recipes
from tests.emitters.programs_page import programs_page

_MARKED = [
    pytest.param(
        recipe,
        id=recipe.name,
        marks=[pytest.mark.xfail(reason=recipe.fails, strict=True)] if recipe.fails else [],
    )
    for recipe in recipes()
]


@pytest.mark.parametrize("recipe", _MARKED)
def test_the_log_is_read_as_its_client_saw_it(desk: Desk, recipe: Recipe) -> None:
    assert outcome_of(desk, recipe).wrong == []


def test_the_page_of_programs_is_what_the_fixtures_say() -> None:
    page = Path(__file__).parents[2] / "docs" / "programs.md"
    assert page.read_text() == programs_page(), "make docs writes it anew"
