"""Show what differs about failing requests as a table, and how many requests it leaves unexplained."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
import streamlit as st

from pixeldesk.pages.widgets.compact_table import show_table
from pixeldesk.trends.difference_words import FIELD_NAMES
from pixeldesk.trends.differences import Difference, WhatDiffers
from pixeldesk.trends.proportions import Proportion

_MOST_ROWS = 12


def show_differences(found: WhatDiffers) -> None:
    """Show one row per value that stands out. Values that stand out in the same requests follow each other."""
    if not found.is_comparable:
        st.caption(_too_few(found))
        return
    if found.differences:
        _show_rows([row for difference in found.differences for row in _rows(difference)])
        st.caption(f"{_unexplained(found)} {_compared_with(found)}")
    else:
        st.caption(f"Nothing stands out among the {found.failing:,} failing requests. {_compared_with(found)}")


def _show_rows(rows: list[dict[str, Any]]) -> None:
    show_table(
        pd.DataFrame(rows),
        key="differences",
        most_rows=_MOST_ROWS,
        alt="What is different about the failing requests: values that they have more often than requests that succeed",
        columns={
            "field": st.column_config.TextColumn("What", width=84),
            "value": st.column_config.TextColumn("Value", width=210),
            "failing": st.column_config.NumberColumn("Of the failing", width=96, format="percent"),
            "meanwhile": st.column_config.NumberColumn(
                "Of the others", width=96, format="percent", help="Requests that succeeded in the same time"
            ),
            "before": st.column_config.NumberColumn(
                "A week before",
                width=100,
                format="percent",
                help="Requests that succeeded in the same hours, exactly seven days before",
            ),
            "requests": st.column_config.NumberColumn("Requests", width=76, format="localized"),
            "same": st.column_config.TextColumn("", width=150),
        },
    )


def _rows(difference: Difference) -> Iterable[dict[str, Any]]:
    yield _row(difference, "")
    for same in difference.same_requests:
        yield _row(same, "the same requests")


def _row(difference: Difference, note: str) -> dict[str, Any]:
    return {
        "field": FIELD_NAMES[difference.field],
        "value": "not logged" if difference.value is None else difference.value,
        "failing": difference.failing.share,
        "meanwhile": _share(difference.meanwhile),
        "before": _share(difference.before),
        "requests": difference.failing.part,
        "same": note,
    }


def _share(proportion: Proportion | None) -> float | None:
    return proportion.share if proportion else None


def _unexplained(found: WhatDiffers) -> str:
    if not found.unexplained:
        return f"All {found.failing:,} failing requests have at least one of these."
    have = "has" if found.unexplained == 1 else "have"
    return f"{found.unexplained:,} of {found.failing:,} failing requests {have} none of these: they stay unexplained."


def _compared_with(found: WhatDiffers) -> str:
    meanwhile = f"{found.succeeded:,} requests that succeeded meanwhile"
    before = f"{found.succeeded_before:,} that succeeded in the same hours a week before"
    if not found.compares_before:
        return f"Compared with {meanwhile}; nothing succeeded in the same hours a week before, as far as the logs go."
    if not found.compares_meanwhile:
        return f"Compared with {before}; nothing succeeded meanwhile."
    return f"Compared with {meanwhile} and {before}."


def _too_few(found: WhatDiffers) -> str:
    if not found.failing:
        return "No request failed."
    if not (found.compares_meanwhile or found.compares_before):
        return "Nothing succeeded, neither meanwhile nor in the same hours a week before, to compare the failures with."
    return f"{found.failing} failing request{'s' * (found.failing > 1)}: too few to tell what is different."
