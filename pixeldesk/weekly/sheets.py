"""Write a review for spreadsheets: a workbook with one sheet per table, or all figures in one CSV table."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from pixeldesk.queries.values import rfc3339
from pixeldesk.spreadsheet import Sheet, as_csv, as_xlsx
from pixeldesk.weekly.rates import Difference, Rate
from pixeldesk.weekly.review import Availability, CodeOfWeek, Review
from pixeldesk.weekly.tables import Table, tables
from pixeldesk.weekly.wording import DEFINITIONS, headline, notes, week_in_words

CSV_COLUMNS = (
    "section",
    "name",
    "requests",
    "errors",
    "rate",
    "low",
    "high",
    "before",
    "change",
    "mean",
    "noise",
    "change_from_mean",
    "noise_from_mean",
    "errors_before",
    "customers",
    "route",
    "from",
    "to",
)
"""The columns of the CSV. Rates are shares of 1, changes percentage points, times UTC. `noise` is `noise` or
`more than noise` for the change from the week before."""

_Row = dict[str, Any]


def as_workbook(review: Review) -> bytes:
    """Return an XLSX workbook with a sheet about the review and a sheet per table."""
    return as_xlsx([_about(review), *(_sheet(table) for table in tables(review))])


def as_flat_csv(review: Review) -> bytes:
    """Return a CSV with one row per figure or name. Its column `section` says what a row is about."""
    empty: _Row = dict.fromkeys(CSV_COLUMNS)
    return as_csv([empty | row for row in _flat(review)], CSV_COLUMNS)


def _about(review: Review) -> Sheet:
    environment = f"Environment: {review.environment}" if review.environment else "Environments: all"
    lines = [environment, *headline(review), *notes(review), *DEFINITIONS]
    return Sheet("About", [(f"Weekly review {week_in_words(review.week)}", None)], [[line] for line in lines])


def _sheet(table: Table) -> Sheet:
    columns = [(title + suffix, form) for title, kind in table.columns for suffix, form in kind.columns]
    rows = [
        [*chain.from_iterable(kind.values(value) for (_, kind), value in zip(table.columns, row, strict=True))]
        for row in table.rows
    ]
    return Sheet(table.sheet, columns, rows)


def _flat(review: Review) -> Iterator[_Row]:
    yield _row("week", review.week, **{"from": rfc3339(review.week.start), "to": rfc3339(review.week.end)})
    yield _row("environment", review.environment or "all")
    yield from (_row("note", note) for note in notes(review))
    yield from (_rate("overall", rate) for rate in (review.overall, review.server_errors))
    yield from _availability(review.availability)
    yield from (_rate("code", rate) for rate in review.codes)
    yield from (_rate("route", rate) for rate in review.routes)
    yield from _weeks(review)
    yield from (_code("hit most", code) for code in review.hit_most)
    yield from (_code("new code", code) for code in review.new_codes or ())
    yield from (_row("vanished code", code) for code in review.vanished_codes or ())
    yield from _movers(review)
    yield from _customers(review)
    yield from _times(review)


def _row(section: str, name: object, **values: Any) -> _Row:
    return {"section": section, "name": str(name), **values}


def _rate(section: str, rate: Rate) -> _Row:
    before, mean = rate.from_week_before, rate.from_mean
    return _row(
        section,
        rate.name,
        requests=rate.requests,
        errors=rate.errors,
        rate=rate.rate,
        low=rate.low,
        high=rate.high,
        before=before and before.rate,
        change=before and before.points,
        noise=_noise(before),
        mean=mean and mean.rate,
        change_from_mean=mean and mean.points,
        noise_from_mean=_noise(mean),
    )


def _noise(difference: Difference | None) -> str | None:
    if difference is None:
        return None
    return "more than noise" if difference.is_more_than_noise else "noise"


def _availability(available: Availability) -> Iterator[_Row]:
    yield _row("availability", "availability", rate=available.share, low=available.low, high=available.high)
    yield _row("availability", "objective", rate=available.objective)
    yield _row("availability", "error budget used", rate=available.budget_used)


def _weeks(review: Review) -> Iterator[_Row]:
    for week in review.weeks:
        yield _row(
            "week by week",
            week.logged.week,
            requests=week.requests,
            errors=week.errors,
            rate=week.rate,
            low=week.low,
            high=week.high,
        )


def _code(section: str, code: CodeOfWeek) -> _Row:
    return _row(section, code.code, errors=code.errors, customers=code.customers)


def _movers(review: Review) -> Iterator[_Row]:
    for mover in review.movers or ():
        counts = {"errors": mover.errors, "errors_before": mover.errors_before}
        yield _row("code on a route moved", mover.code, route=mover.route, **counts)
    for customer in review.customer_movers or ():
        counts = {"errors": customer.errors, "errors_before": customer.errors_before}
        yield _row("customer moved", customer.customer_id, **counts)


def _customers(review: Review) -> Iterator[_Row]:
    for new in review.new_customers or ():
        yield _row("new customer", new.customer_id, errors=new.errors)
    for recovered in review.recovered_customers or ():
        counts = {"errors_before": recovered.errors_before, "requests": recovered.requests}
        yield _row("recovered customer", recovered.customer_id, errors=0, **counts)
    for case in review.cases:
        yield _row("case", case.title, customers=len(case.customers))
        yield from (_row(f"customer with: {case.title}", customer) for customer in case.customers)


def _times(review: Review) -> Iterator[_Row]:
    for incident in review.incidents:
        span = {"from": rfc3339(incident.started_at), "to": incident.ended_at and rfc3339(incident.ended_at)}
        yield _row("incident", incident.code, requests=incident.requests, customers=incident.customers, **span)
    for logged in (review.logged, *review.compared):
        yield from (
            _row("day with hours missing", f"{short.day:%Y-%m-%d}: {short.hours} of 24 hours logged")
            for short in logged.short_days
        )
