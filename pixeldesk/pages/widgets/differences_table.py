"""What is different about failing requests, as a table, and what the table leaves unexplained."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
import streamlit as st

from pixeldesk.trends.difference_words import FIELD_NAMES
from pixeldesk.trends.differences import Difference, WhatDiffers
from pixeldesk.trends.proportions import Proportion

_ROW_PX, _HEAD_PX, _MOST_ROWS = 28, 34, 12


def show_differences(what: WhatDiffers) -> None:
    """One row a value that stands out, those that stand out in the same requests one after another."""
    if not what.is_comparable:
        st.caption(_too_few(what))
        return
    if what.differences:
        _show_table([row for one in what.differences for row in _rows(one)])
        st.caption(f"{_rest(what)} {_compared_with(what)}")
    else:
        st.caption(f"Nothing stands out among the {what.failing:,} failing requests. {_compared_with(what)}")


def _show_table(rows: list[dict[str, Any]]) -> None:
    st.dataframe(
        pd.DataFrame(rows),
        key="differences",
        height=_HEAD_PX + _ROW_PX * min(len(rows), _MOST_ROWS),
        row_height=_ROW_PX,
        hide_index=True,
        placeholder="",
        alt="What is different about the failing requests: values that they have more often than requests that succeed",
        column_config={
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
    for one in difference.same_requests:
        yield _row(one, "the same requests")


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


def _rest(what: WhatDiffers) -> str:
    if not what.unexplained:
        return f"All {what.failing:,} failing requests have at least one of these."
    have = "has" if what.unexplained == 1 else "have"
    return f"{what.unexplained:,} of {what.failing:,} failing requests {have} none of these: they stay unexplained."


def _compared_with(what: WhatDiffers) -> str:
    meanwhile = f"{what.succeeded:,} requests that succeeded meanwhile"
    before = f"{what.succeeded_before:,} that succeeded in the same hours a week before"
    if not what.compares_before:
        return f"Compared with {meanwhile}; nothing succeeded in the same hours a week before, as far as the logs go."
    if not what.compares_meanwhile:
        return f"Compared with {before}; nothing succeeded meanwhile."
    return f"Compared with {meanwhile} and {before}."


def _too_few(what: WhatDiffers) -> str:
    if not what.failing:
        return "No request failed."
    if not (what.compares_meanwhile or what.compares_before):
        return "Nothing succeeded, neither meanwhile nor in the same hours a week before, to compare the failures with."
    return f"{what.failing} failing request{'s' * (what.failing > 1)}: too few to tell what is different."
