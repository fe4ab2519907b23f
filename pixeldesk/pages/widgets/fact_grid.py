"""Show facts side by side, each under its title."""

from collections.abc import Iterable, Sequence

import streamlit as st

from pixeldesk.pages.widgets.safe_text import show_text

_NARROWEST_PX = 150


def show_fact_grid(facts: Iterable[tuple[str, Sequence[str]]], columns: int) -> None:
    """Show titles and the lines under each, in so many columns or fewer. The lines may be log text, the titles not."""
    with st.grid(columns, min_column_width=_NARROWEST_PX, gap="small"):
        for title, lines in facts:
            with st.container(gap="xxsmall"):
                st.caption(title)
                show_text("\n".join(lines))
