"""Show which paths are followed and how many bytes behind they are, and where lines of followed files may be lost."""

import pandas as pd
import streamlit as st

from pixeldesk.catalogue.wording import counted
from pixeldesk.desk.desk import Desk
from pixeldesk.pages.widgets.compact_table import ROW_PX
from pixeldesk.pages.widgets.safe_text import show_frame, show_text

_MOST_LOSSES = 20


def show_followed(desk: Desk) -> None:
    """Show one line per follower, its problems, and the possible losses."""
    followers = desk.followed()
    st.markdown("**Followed now**")
    if not followers:
        st.caption("Nothing. PIXELDESK_FOLLOW names what the server follows; pixeldesk ingest --follow does it too.")
    for follower in followers:
        behind = "up to date" if not follower.bytes_behind else f"{follower.bytes_behind:,} bytes behind"
        show_text(f"{', '.join(follower.paths)}: {counted(follower.files, 'file')}, {behind}")
        for problem in follower.problems:
            show_text(problem)
    losses = desk.query("losses", limit=_MOST_LOSSES)
    if losses:
        st.markdown("**What may be lost**")
        show_frame(
            pd.DataFrame(losses)[["source", "what", "looked_at", "noticed_at"]],
            hide_index=True,
            row_height=ROW_PX,
            alt="Where lines of followed files may be lost, and since when",
            column_config={
                "source": "Source",
                "what": "What happened",
                "looked_at": "Last seen whole (UTC)",
                "noticed_at": "Noticed (UTC)",
            },
        )
