"""What is followed now and how far behind that is, and where lines of followed files may be lost."""

import pandas as pd
import streamlit as st

from pixeldesk.desk.desk import Desk

_MOST_LOSSES = 20


def show_followed(desk: Desk) -> None:
    """One line a follower, each of its problems, and the losses."""
    states = desk.followed()
    st.markdown("**Followed now**")
    if not states:
        st.caption("Nothing. PIXELDESK_FOLLOW names what the server follows; pixeldesk ingest --follow does it too.")
    for one in states:
        behind = "up to date" if not one.bytes_behind else f"{one.bytes_behind:,} bytes behind"
        files = f"{one.files:,} file{'' if one.files == 1 else 's'}"
        st.text(f"{', '.join(one.paths)}: {files}, {behind}")
        for problem in one.problems:
            st.text(problem)
    losses = desk.query("losses", limit=_MOST_LOSSES)
    if losses:
        st.markdown("**What may be lost**")
        st.dataframe(
            pd.DataFrame(losses)[["source", "what", "looked_at", "noticed_at"]],
            hide_index=True,
            row_height=28,
            alt="Where lines of followed files may be lost, and since when",
            column_config={
                "source": "Source",
                "what": "What happened",
                "looked_at": "Last seen whole (UTC)",
                "noticed_at": "Noticed (UTC)",
            },
        )
