"""Write the sentences of a review, the same on the page, in the mail and in the files. They contain no log text."""

from collections.abc import Iterator

from pixeldesk.weekly.cells import day, interval, percent
from pixeldesk.weekly.logged import HOURS_IN_A_DAY, Logged
from pixeldesk.weekly.rates import RELEVANCE, SIGNIFICANCE, Difference
from pixeldesk.weekly.review import WEEKS_COMPARED, Review
from pixeldesk.weekly.week import HOURS_IN_A_WEEK, Week

DEFINITIONS = (
    "An error is an answer with status 400 or higher, a server error one with 500 or higher.",
    "The rate of a code is its errors over all requests; the rate of a route is its errors over its own requests.",
    "Availability is the share of requests without a server error; the error budget is the server errors that the"
    " objective allows for so many requests.",
    "Intervals are Wilson's, at 95%; they take requests as independent of each other.",
    f"The mean is that of the {WEEKS_COMPARED} weeks before: their errors over their requests.",
    "▲ and ▼ mark a change that is more than noise: larger than the differences between days explain, as errors come in"
    f" bursts (p below {SIGNIFICANCE} after Holm's correction for the other rows of the table), and at least"
    f" {RELEVANCE:.0%} of the earlier rate. Changes are in percentage points.",
    "Weeks are ISO weeks, from Monday 00:00 UTC. An hour counts as logged where any server logged a request in it.",
)
"""The meaning of the figures, printed wherever the figures are shown."""


def week_in_words(week: Week) -> str:
    """Return the week with its days: `2026-W47, Mon 16 Nov 2026 to Sun 22 Nov 2026, UTC`."""
    return f"{week}, {day(week.start)} to {day(week.last_day)}, UTC"


def availability(share: float | None) -> str:
    """Format an availability as `99.912%`; empty without a request. Only a share of 1 is 100%."""
    if share is None:
        return ""
    text = f"{100 * share:.3f}%"
    return "over 99.999%" if share < 1 and text == "100.000%" else text


def headline(review: Review) -> list[str]:
    """Summarise the week in a few sentences."""
    overall, available = review.overall, review.availability
    if overall.rate is None:
        return ["No request is logged in this week."]
    return [
        f"{percent(overall.rate)} of {overall.requests:,} requests failed: {overall.errors:,} errors"
        f" (95% interval {interval((overall.low, overall.high))}), {compared(overall.from_week_before)}.",
        f"{percent(review.server_errors.rate)} failed by server errors,"
        f" {compared(review.server_errors.from_week_before)}.",
        f"Availability was {availability(available.share)} (95% interval {availability(available.low)} to"
        f" {availability(available.high)}) against an objective of {availability(available.objective)}."
        f" {budget(available.budget_used)}",
    ]


def compared(difference: Difference | None) -> str:
    """Describe a difference: `7.51 points up on the week before (5.41%), more than noise`."""
    if difference is None:
        return "with no week before to compare with"
    change = f"{abs(difference.points):.2f} points {'up' if difference.points > 0 else 'down'} on"
    if not difference.points:
        change = "the same as"
    certainty = "more than noise" if difference.is_more_than_noise else "no more than noise"
    return f"{change} the week before ({percent(difference.rate)}), {certainty}"


def budget(used: float | None) -> str:
    """Say how much of the error budget is used."""
    return "" if used is None else f"{used:,.0%} of the error budget is used."


def notes(review: Review) -> list[str]:
    """Return the caveats of the figures: what is missing, and what is compared with what."""
    return [*_notes_on_this_week(review.logged), *_notes_on_earlier_weeks(review), *_left_out(review)]


def _notes_on_this_week(logged: Logged) -> Iterator[str]:
    if logged.is_partial:
        yield f"This week is partial: {logged.hours} of its {HOURS_IN_A_WEEK} hours are logged."
    if logged.short_days:
        days = (f"{day(short.day)} ({short.hours} of {HOURS_IN_A_DAY} hours)" for short in logged.short_days)
        yield f"Hours are missing: {', '.join(days)}."


def _notes_on_earlier_weeks(review: Review) -> Iterator[str]:
    if not review.compared:
        yield f"No request is logged in the {WEEKS_COMPARED} weeks before: nothing is compared, and nothing called new."
        return
    if review.compared[0].week != review.week.earlier(1):
        yield f"No request is logged in the week before, {review.week.earlier(1)}."
    if len(review.compared) < WEEKS_COMPARED:
        weeks = ", ".join(str(logged.week) for logged in review.compared)
        yield f"The mean is of {weeks} only: no other of the four has logs."
    for logged in review.compared:
        if logged.is_partial:
            yield f"{logged.week}, compared with, is partial: {logged.hours} of its {HOURS_IN_A_WEEK} hours are logged."


def _left_out(review: Review) -> Iterator[str]:
    for count, what in ((review.codes_left_out, "codes"), (review.routes_left_out, "routes")):
        if count:
            yield f"{count:,} {what} with fewer errors are left out of the tables."
