"""Show how long lines are retained: the rules, what the next run drops, and what was dropped."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pixeldesk.desk.desk import Desk
from pixeldesk.pages.widgets.compact_table import ROW_PX
from pixeldesk.pages.widgets.safe_text import show_frame, show_text
from pixeldesk.retention.retention import DroppedDays, RetentionReport


def show_retention(desk: Desk) -> None:
    """Show the rules, or how to set one; what the next run drops; and what was dropped."""
    st.markdown("**How long lines are kept**")
    if desk.retention.rules:
        show_text(f"Rules, of which the first that fits counts: {', '.join(map(str, desk.retention.rules))}")
        _show_next_run(desk.retention.run(dry_run=True))
    else:
        st.caption("For good. PIXELDESK_RETENTION sets rules, such as production:5xx=400d, production=90d, *=180d.")
    dropped = desk.retention.dropped()
    if dropped:
        _show_dropped(dropped)


def _show_next_run(next_run: RetentionReport) -> None:
    if next_run.days:
        show_text(
            f"With the next run, within a day, {next_run.requests:,} requests and {next_run.events:,}"
            f" application log lines of {next_run.days:,} days go."
        )
    else:
        show_text("With the next run nothing goes.")


def _show_dropped(dropped: Sequence[DroppedDays]) -> None:
    table = pd.DataFrame(
        {
            "environment": [of_rule.environment for of_rule in dropped],
            "rule": [of_rule.rule for of_rule in dropped],
            "first_day": [of_rule.first_day for of_rule in dropped],
            "last_day": [of_rule.last_day for of_rule in dropped],
            "requests": [of_rule.requests for of_rule in dropped],
            "events": [of_rule.events for of_rule in dropped],
            "dropped_at": [of_rule.dropped_at for of_rule in dropped],
        }
    )
    show_frame(
        table,
        key="sources_dropped",
        row_height=ROW_PX,
        hide_index=True,
        alt="What was dropped by which rule, and when",
        column_config={
            "environment": st.column_config.TextColumn("Environment"),
            "rule": st.column_config.TextColumn("Rule"),
            "first_day": st.column_config.DatetimeColumn("First day (UTC)", format="D MMM YYYY", timezone="UTC"),
            "last_day": st.column_config.DatetimeColumn("Last day (UTC)", format="D MMM YYYY", timezone="UTC"),
            "requests": st.column_config.NumberColumn("Requests", format="localized"),
            "events": st.column_config.NumberColumn("Application log lines", format="localized"),
            "dropped_at": st.column_config.DatetimeColumn("Last run (UTC)", format="D MMM YYYY, HH:mm", timezone="UTC"),
        },
    )
    st.caption(
        "Charts and reports still count what was dropped; single requests of it are found no more. Lines of a dropped"
        " day that are read again come back, are not counted again, and go with the next run."
    )
