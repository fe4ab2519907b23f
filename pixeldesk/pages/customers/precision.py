"""How right the diagnoses have been, by case: only what support has marked is counted."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pixeldesk.diagnosis.mark_journal import Precision
from pixeldesk.diagnosis.overview import case_title

_ROW_PX, _HEAD_PX = 28, 34


def show_precision(precision: Sequence[Precision]) -> None:
    """A row a case that has marks."""
    st.subheader("How right the diagnoses have been", anchor=False)
    marked = [one for one in precision if one.precision is not None]
    if not marked:
        st.caption("Nothing marked yet. Open a customer and say whether its diagnosis is right or wrong.")
        return
    st.caption("From the marks on customers' pages: right among all that were marked.")
    st.dataframe(
        pd.DataFrame(
            {
                "case": [case_title(one.case) for one in marked],
                "right": [one.right for one in marked],
                "wrong": [one.wrong for one in marked],
                "precision": [one.precision for one in marked],
            }
        ),
        key="precision",
        height=_HEAD_PX + _ROW_PX * len(marked),
        row_height=_ROW_PX,
        width=640,
        hide_index=True,
        alt="Right and wrong diagnoses by case",
        column_config={
            "case": st.column_config.TextColumn("Case", width=290),
            "right": st.column_config.NumberColumn("Right", width=70),
            "wrong": st.column_config.NumberColumn("Wrong", width=70),
            "precision": st.column_config.ProgressColumn(
                "Precision", width=190, format="percent", min_value=0, max_value=1
            ),
        },
    )
