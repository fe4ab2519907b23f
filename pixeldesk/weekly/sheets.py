"""A review for spreadsheets: a workbook with one sheet a table, and one flat table of everything as CSV."""

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
    "section", "name", "requests", "errors", "rate", "low", "high", "before", "change", "mean", "noise",
    "change_from_mean", "noise_from_mean", "errors_before", "customers", "route", "from", "to",
)  # fmt: skip
"""Of the flat table. Rates are shares of 1, changes percentage points, times UTC; `noise` says whether the change from
the week before is `noise` or `more than noise`."""

_Row = dict[str, Any]


def as_workbook(review: Review) -> bytes:
    """XLSX: what the review is about, and then a sheet a table."""
    return as_xlsx([_about(review), *(_sheet(table) for table in tables(review))])


def as_flat_csv(review: Review) -> bytes:
    """CSV: one row a figure or name; `section` says what it is about."""
    nothing: _Row = dict.fromkeys(CSV_COLUMNS)
    return as_csv([nothing | row for row in _flat(review)], CSV_COLUMNS)


def _about(review: Review) -> Sheet:
    environment = f"Environment: {review.environment}" if review.environment else "Environments: all"
    said = [environment, *headline(review), *notes(review), *DEFINITIONS]
    return Sheet("About", [(f"Weekly review {week_in_words(review.week)}", None)], [[one] for one in said])


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
    yield from (_rate("overall", one) for one in (review.overall, review.server_errors))
    yield from _availability(review.availability)
    yield from (_rate("code", one) for one in review.codes)
    yield from (_rate("route", one) for one in review.routes)
    yield from _weeks(review)
    yield from (_code("hit most", one) for one in review.hit_most)
    yield from (_code("new code", one) for one in review.new_codes or ())
    yield from (_row("vanished code", code) for code in review.vanished_codes or ())
    yield from _movers(review)
    yield from _customers(review)
    yield from _times(review)


def _row(section: str, name: object, **values: Any) -> _Row:
    return {"section": section, "name": str(name), **values}


def _rate(section: str, one: Rate) -> _Row:
    before, mean = one.from_week_before, one.from_mean
    return _row(
        section,
        one.name,
        requests=one.requests,
        errors=one.errors,
        rate=one.rate,
        low=one.low,
        high=one.high,
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
    for one in review.weeks:
        yield _row(
            "week by week",
            one.logged.week,
            requests=one.requests,
            errors=one.errors,
            rate=one.rate,
            low=one.low,
            high=one.high,
        )


def _code(section: str, one: CodeOfWeek) -> _Row:
    return _row(section, one.code, errors=one.errors, customers=one.customers)


def _movers(review: Review) -> Iterator[_Row]:
    for one in review.movers or ():
        counts = {"errors": one.errors, "errors_before": one.errors_before}
        yield _row("code on a route moved", one.code, route=one.route, **counts)
    for other in review.customer_movers or ():
        yield _row("customer moved", other.customer_id, errors=other.errors, errors_before=other.errors_before)


def _customers(review: Review) -> Iterator[_Row]:
    for one in review.new_customers or ():
        yield _row("new customer", one.customer_id, errors=one.errors)
    for other in review.recovered_customers or ():
        counts = {"errors_before": other.errors_before, "requests": other.requests}
        yield _row("recovered customer", other.customer_id, errors=0, **counts)
    for case in review.cases:
        yield _row("case", case.title, customers=len(case.customers))
        yield from (_row(f"customer with: {case.title}", customer) for customer in case.customers)


def _times(review: Review) -> Iterator[_Row]:
    for one in review.incidents:
        span = {"from": rfc3339(one.started_at), "to": one.ended_at and rfc3339(one.ended_at)}
        yield _row("incident", one.code, requests=one.requests, customers=one.customers, **span)
    for each in (review.logged, *review.compared):
        yield from (
            _row("day with hours missing", f"{short.day:%Y-%m-%d}: {short.hours} of 24 hours logged")
            for short in each.short_days
        )
