"""Show what is worst now: a few numbers, each with its trend over the range."""

import streamlit as st

from pixeldesk.pages.widgets.safe_text import code_label
from pixeldesk.trends.live_errors import LiveErrors
from pixeldesk.trends.worst_codes import WorstCode, WorstNow

_HEIGHT_PX = 152


def show_tiles(live: LiveErrors) -> None:
    """Show the error rate, and the codes that stand out or have most errors."""
    worst = live.worst
    if worst is None:
        return
    st.markdown(f"**Worst now** :gray[{_when(worst)}]")
    with st.grid(5, min_column_width=165, gap="small"):
        _show_rate(live, worst)
        for code in worst.codes:
            _show_code(live, code, worst)


def _show_rate(live: LiveErrors, worst: WorstNow) -> None:
    series = live.series
    low, high = worst.rate.interval
    st.metric(
        "Error rate",
        None if worst.rate.share is None else f"{worst.rate.share:.1%}",
        None if worst.usual_rate is None else f"usual {worst.usual_rate:.1%}",
        delta_color="off",
        delta_arrow="off",
        border=True,
        height=_HEIGHT_PX,
        chart_data=series.rates,
        chart_type="area",
        help=f"{worst.rate.part:,} of {worst.rate.whole:,} requests {_when(worst)} were answered with an error,"
        f" with 95 % certainty {low:.1%} to {high:.1%}. {_usual(worst, 'rate')}",
    )


def _show_code(live: LiveErrors, code: WorstCode, worst: WorstNow) -> None:
    counts = next((series.counts for series in live.series.codes if series.name == code.name), ())
    st.metric(
        code_label(code.name),
        f"{code.errors:,}",
        None if code.usual is None else f"usual {code.usual:,.0f}",
        delta_color=("red" if code.is_ours else "orange") if code.stands_out else "off",
        delta_arrow="up" if code.stands_out else "off",
        border=True,
        height=_HEIGHT_PX,
        chart_data=counts or None,
        chart_type="area",
        help=f"Requests {_when(worst)} that were answered with this code. {_usual(worst, 'number')} An arrow: at least"
        " 5, twice the usual, and more than the 90th percentile of those days.",
    )


def _when(worst: WorstNow) -> str:
    return f"from {worst.part.start:%-d %b %H:%M} to {worst.part.end:%-d %b %H:%M} UTC"


def _usual(worst: WorstNow, measure: str) -> str:
    if not worst.days:
        return "What is usual cannot be said: fewer than 5 days before are in the logs."
    return (
        f"Usual: the median {measure} at the same time of day on the {worst.days} days before that the logs have whole."
    )
