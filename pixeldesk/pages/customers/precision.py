"""Show how many diagnoses were right, by case. Only those that support has marked are counted."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pixeldesk.diagnosis.mark_journal import Precision
from pixeldesk.diagnosis.overview import case_title
from pixeldesk.pages.widgets.compact_table import show_table

_WIDTH_PX = 640


def show_precision(precision: Sequence[Precision]) -> None:
    """Show one row per case that has marks."""
    st.subheader("How right the diagnoses have been", anchor=False)
    marked = [row for row in precision if row.precision is not None]
    if not marked:
        st.caption("Nothing marked yet. Open a customer and say whether its diagnosis is right or wrong.")
        return
    st.caption("From the marks on customers' pages: right among all that were marked.")
    show_table(
        pd.DataFrame(
            {
                "case": [case_title(row.case) for row in marked],
                "right": [row.right for row in marked],
                "wrong": [row.wrong for row in marked],
                "precision": [row.precision for row in marked],
            }
        ),
        key="precision",
        alt="Right and wrong diagnoses by case",
        most_rows=len(marked),
        width=_WIDTH_PX,
        columns={
            "case": st.column_config.TextColumn("Case", width=290),
            "right": st.column_config.NumberColumn("Right", width=70),
            "wrong": st.column_config.NumberColumn("Wrong", width=70),
            "precision": st.column_config.ProgressColumn(
                "Precision", width=190, format="percent", min_value=0, max_value=1
            ),
        },
    )
