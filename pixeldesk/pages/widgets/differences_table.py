"""Show what differs about failing requests as a table, and how many requests it leaves unexplained."""

from collections.abc import Iterator, Sequence

import pandas as pd
import streamlit as st

from pixeldesk.catalogue.wording import counted
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


def _show_rows(rows: Sequence[tuple[Difference, str]]) -> None:
    show_table(
        pd.DataFrame(
            {
                "field": [FIELD_NAMES[difference.field] for difference, _ in rows],
                "value": ["not logged" if difference.value is None else difference.value for difference, _ in rows],
                "failing": [difference.failing.share for difference, _ in rows],
                "meanwhile": [_share(difference.meanwhile) for difference, _ in rows],
                "before": [_share(difference.before) for difference, _ in rows],
                "requests": [difference.failing.part for difference, _ in rows],
                "same": [note for _, note in rows],
            }
        ),
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


def _rows(difference: Difference) -> Iterator[tuple[Difference, str]]:
    """Yield a difference and those in the same requests, each with a note."""
    yield difference, ""
    for same in difference.same_requests:
        yield same, "the same requests"


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
    return f"{counted(found.failing, 'failing request')}: too few to tell what is different."
