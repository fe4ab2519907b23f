"""The table of what differs, run without a browser."""

import re
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pixeldesk.trends.differences import Difference, WhatDiffers
from pixeldesk.trends.proportions import Proportion
from tests.patience import PATIENCE_S

HOSTILE = "![x](https://evil.example/x.png) <img src=x onerror=alert(1)> =1+1"


def shown(found: WhatDiffers) -> AppTest:
    def script(found: "WhatDiffers") -> None:
        from pixeldesk.pages.widgets.differences_table import show_differences

        show_differences(found)

    test = AppTest.from_function(script, args=(found,), default_timeout=PATIENCE_S).run()
    assert not test.exception
    return test


def difference(field: str, value: str | None, part: int, **fields: Any) -> Difference:
    others = {"meanwhile": Proportion(300, 1000), "before": Proportion(50, 500), **fields}
    return Difference(field, value, Proportion(part, 80), p=0.0001, **others)


def numbers(test: AppTest) -> list[int]:
    """Return the numbers in the caption."""
    return [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", test.caption[0].value)]


def table(test: AppTest) -> pd.DataFrame:
    value = test.dataframe[0].value
    assert isinstance(value, pd.DataFrame)
    return value


def test_each_value_has_its_shares_and_the_unexplained_are_counted() -> None:
    same = (difference("release", "2026.47.2", 60, before=Proportion(0, 500)),)
    first = difference("host", "web-3", 60, same_requests=same)
    test = shown(WhatDiffers(80, 1000, 500, (first, difference("customer_id", None, 16)), 12))
    rows = table(test)
    assert [*rows["field"]] == ["host", "release", "customer"]
    assert [*rows["value"]] == ["web-3", "2026.47.2", "not logged"]
    assert [*rows["failing"]] == [0.75, 0.75, 0.2]
    assert [*rows["meanwhile"]] == [0.3, 0.3, 0.3]
    assert [*rows["before"]] == [0.1, 0.0, 0.1]
    assert [*rows["requests"]] == [60, 60, 16]
    assert [*rows["same"]] == ["", "the same requests", ""]
    assert test.dataframe[0].proto.alt.startswith("What is different about the failing requests")
    # Unexplained of all failing, and those that succeeded meanwhile and a week before.
    assert numbers(test) == [12, 80, 1000, 500]


def test_log_text_stands_in_cells_only() -> None:
    test = shown(WhatDiffers(80, 1000, 500, (difference("user_agent", HOSTILE, 80),), 0))
    assert [*table(test)["value"]] == [HOSTILE]
    assert numbers(test) == [80, 1000, 500]
    assert "evil" not in "".join(str(element.value) for element in [*test.caption, *test.markdown])


def test_a_missing_comparison_is_an_empty_cell_and_is_not_counted() -> None:
    test = shown(WhatDiffers(80, 1000, 0, (difference("host", "web-3", 60, before=None),), 20))
    assert table(test)["before"].isna().all()
    assert numbers(test) == [20, 80, 1000]
    assert "nothing succeeded in the same hours a week before" in test.caption[0].value
    test = shown(WhatDiffers(80, 0, 500, (difference("host", "web-3", 60, meanwhile=None),), 20))
    assert table(test)["meanwhile"].isna().all()
    assert numbers(test) == [20, 80, 500]
    assert "nothing succeeded meanwhile" in test.caption[0].value


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (WhatDiffers(80, 1000, 500, (), 80), "Nothing stands out among the 80 failing requests."),
        (WhatDiffers(0, 1000, 500, (), 0), "No request failed"),
        (WhatDiffers(1, 1000, 500, (), 1), "1 failing request: too few"),
        (WhatDiffers(4, 1000, 500, (), 4), "4 failing requests: too few"),
        (WhatDiffers(80, 0, 0, (), 80), "Nothing succeeded"),
    ],
)
def test_without_a_table_a_line_says_why(found: WhatDiffers, line: str) -> None:
    test = shown(found)
    assert not test.dataframe
    assert [element.value.startswith(line) for element in test.caption] == [True]
