"""Show the totals at the top of a weekly review, and what to know before relying on them."""

from typing import Literal

import streamlit as st

from pixeldesk.weekly.cells import interval, percent
from pixeldesk.weekly.rates import Difference, Rate
from pixeldesk.weekly.review import Review
from pixeldesk.weekly.wording import DEFINITIONS, availability, budget, notes

_DEFINED_IN_HEAD = 1


def show_head(review: Review) -> None:
    """Show error rate, server errors, availability and customers, and below them the definition of an error."""
    with st.grid(4, min_column_width=190, gap="small"):
        _show_rate("Requests that failed", review.overall)
        _show_rate("Failed by server errors", review.server_errors)
        _show_availability(review)
        _show_customers(review)
    st.caption(" ".join(DEFINITIONS[:_DEFINED_IN_HEAD]))
    for note in notes(review):
        st.caption(f":material/info: {note}")


def show_definitions() -> None:
    """Show what the other figures mean."""
    st.caption("\n".join(f"- {definition}" for definition in DEFINITIONS[_DEFINED_IN_HEAD:]))


def _show_rate(label: str, rate: Rate) -> None:
    difference = rate.from_week_before
    st.metric(
        label,
        percent(rate.rate) or "none logged",
        None if difference is None else f"{difference.points:+.2f} points",
        delta_color=_colour(difference),
        delta_description=_certainty(difference),
        help=f"{rate.errors:,} of {rate.requests:,} requests, 95% interval {interval((rate.low, rate.high))}",
        border=True,
    )


def _colour(difference: Difference | None) -> Literal["inverse", "off"]:
    """Return the colour of a change: grey if it is no more than noise."""
    return "inverse" if difference and difference.is_more_than_noise else "off"


def _certainty(difference: Difference | None) -> str | None:
    if difference is None:
        return "no week before"
    return "more than noise" if difference.is_more_than_noise else "no more than noise"


def _show_availability(review: Review) -> None:
    available = review.availability
    st.metric(
        "Availability",
        availability(available.share) or "none logged",
        budget(available.budget_used).rstrip(".") or None,
        delta_color="red" if (available.budget_used or 0) > 1 else "off",
        delta_arrow="off",
        help=f"Objective {availability(available.objective)}, 95% interval {availability(available.low)} to"
        f" {availability(available.high)}",
        border=True,
    )


def _show_customers(review: Review) -> None:
    new, recovered = review.new_customers, review.recovered_customers
    st.metric(
        "Customers newly failing",
        "not known" if new is None else f"{len(new):,}",
        None if recovered is None else f"{len(recovered):,} recovered",
        delta_color="off",
        delta_arrow="off",
        help="With errors in this week and none in the four before; recovered: with errors in the week before, and only"
        " successes in this one",
        border=True,
    )
