"""Compute the figures of a weekly review from a few questions to the hourly rollups."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.errors import UsageError
from pixeldesk.incidents.incident import Incident
from pixeldesk.incidents.selection import chosen, within
from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.trends.overdispersion import total
from pixeldesk.trends.proportions import Proportion
from pixeldesk.weekly.counts import Counts, Days
from pixeldesk.weekly.logged import Logged, logged
from pixeldesk.weekly.people import RecoveredCustomer, cases_of_week, customer_movers, new_customers
from pixeldesk.weekly.rates import rates
from pixeldesk.weekly.review import WEEKS_COMPARED, Availability, CodeOfWeek, Mover, Review, WeekOfMany
from pixeldesk.weekly.week import Week, weeks_between

WEEKS_SHOWN = 8
MOST_ROWS = 50
"""The most codes or routes in a table, since logs may name any number of them."""

_TOP = 5


def stored_weeks(store: Store) -> list[Logged]:
    """Return every week from the oldest record's to the newest's, newest first."""
    hours = _logged_hours(store)
    return [logged(week, hours) for week in weeks_between(min(hours), max(hours))] if hours else []


def newest_whole_week(weeks: Sequence[Logged]) -> Week | None:
    """Return the newest week that is not partial. If all are partial, return the newest; without a week, None."""
    whole = [week for week in weeks if not week.is_partial]
    return (whole or weeks)[0].week if weeks else None


def asked_week(store: Store, text: str | None) -> Week:
    """Return the week that `text` names, or the newest whole week. Raises UsageError for neither."""
    if text is not None:
        return Week.parse(text)
    newest = newest_whole_week(stored_weeks(store))
    if newest is None:
        raise UsageError("there are no logs to review; read some with: pixeldesk ingest PATH")
    return newest


def review_week(
    store: Store,
    week: Week,
    environment: str | None,
    objective: float,
    diagnoses: Sequence[Diagnosis],
    incidents: Sequence[Incident],
) -> Review:
    """Review a week, in one environment or (None) in all of them.

    `objective` is the share of requests to answer without a server error. `diagnoses` and `incidents` may be from any
    time.
    """
    found = _Figures(store, week, environment)
    summary = {"all errors": found.counts.all_errors, "server errors": found.counts.server_errors}
    overall, server_errors = rates(summary, week, found.earlier)
    codes, routes = found.codes(), found.routes()
    return Review(
        week=week,
        environment=environment,
        logged=found.logged(week),
        compared=tuple(found.logged(earlier) for earlier in found.compared),
        weeks=found.weeks_in_a_row(),
        overall=overall,
        server_errors=server_errors,
        availability=_availability(total(found.counts.server_errors.of(week)), objective),
        codes=tuple(rates(dict(codes[:MOST_ROWS]), week, found.earlier)),
        codes_left_out=len(codes[MOST_ROWS:]),
        routes=tuple(rates(dict(routes[:MOST_ROWS]), week, found.earlier)),
        routes_left_out=len(routes[MOST_ROWS:]),
        hit_most=found.met_codes[:_TOP],
        new_codes=found.new_codes() if found.compared else None,
        vanished_codes=found.vanished_codes() if found.compared and overall.requests else None,
        new_customers=new_customers(found.customers) if found.compared else None,
        recovered_customers=found.recovered_customers(store) if found.has_week_before else None,
        movers=found.movers() if found.has_week_before else None,
        customer_movers=customer_movers(found.customers, _TOP) if found.has_week_before else None,
        cases=cases_of_week(diagnoses, week, environment),
        incidents=_incidents_of(incidents, week, environment),
    )


class _Figures:
    """The figures of a week and of the weeks before it, from the store."""

    def __init__(self, store: Store, week: Week, environment: str | None) -> None:
        self._week = week
        self._weeks = [week.earlier(count) for count in range(WEEKS_SHOWN)]
        self.earlier = self._weeks[1 : 1 + WEEKS_COMPARED]
        self._scope = {"start": week.start, "end": week.end, "environment": environment}
        first = self._weeks[-1].start
        self.counts = Counts(question("error_counts_by_day").rows(store, **{**self._scope, "start": first}))
        self._hours = _logged_hours(store, first, week.end)
        self.customers = question("errors_by_customer").rows(store, **self._scope)
        self.met_codes = tuple(_code(row) for row in question("callers_by_code").rows(store, **self._scope))
        self.compared = [earlier for earlier in self.earlier if total(self.counts.all_errors.of(earlier)).whole]

    @property
    def has_week_before(self) -> bool:
        """Whether the week before has requests to compare with."""
        return self.earlier[0] in self.compared

    def logged(self, week: Week) -> Logged:
        """Return the logged hours of one of the weeks."""
        return logged(week, self._hours)

    def weeks_in_a_row(self) -> tuple[WeekOfMany, ...]:
        """Return the weeks up to the reviewed week, oldest first, from the first week with logs."""
        rows = [self._week_of_many(week) for week in reversed(self._weeks)]
        first = next((index for index, row in enumerate(rows) if not row.logged.is_empty), -1)
        return tuple(rows[first:])

    def _week_of_many(self, week: Week) -> WeekOfMany:
        found = total(self.counts.all_errors.of(week))
        low, high = found.interval
        return WeekOfMany(
            logged=self.logged(week), requests=found.whole, errors=found.part, rate=found.share, low=low, high=high
        )

    def codes(self) -> list[tuple[str, Days]]:
        """Return the codes with an error in the week or the four before, most errors first."""
        return self._in_order(self.counts.by_code, lambda five_weeks: five_weeks.part)

    def routes(self) -> list[tuple[str, Days]]:
        """Return the routes with a request in the week or the four before, most errors first."""
        return self._in_order(self.counts.by_route, lambda five_weeks: five_weeks.whole)

    def _in_order(self, named: Mapping[str, Days], size: Callable[[Proportion], int]) -> list[tuple[str, Days]]:
        seen = [(name, days) for name, days in named.items() if size(total(days.of(self._week, *self.earlier)))]
        return sorted(seen, key=lambda item: (-total(item[1].of(self._week)).part, item[0]))

    def new_codes(self) -> tuple[CodeOfWeek, ...]:
        """Return the codes met in the week and in none of the four before."""
        known = {code for code, days in self.counts.by_code.items() if total(days.of(*self.earlier)).part}
        return tuple(met for met in self.met_codes if met.code not in known)

    def vanished_codes(self) -> tuple[str, ...]:
        """Return the codes met in the four weeks before and not in this week."""
        return tuple(code for code, days in self.codes() if not total(days.of(self._week)).part)

    def movers(self) -> tuple[Mover, ...]:
        """Return the pairs of code and route whose errors rose or fell most against the week before."""
        pairs = (
            Mover(
                code=code,
                route=route,
                errors=total(days.of(self._week)).part,
                errors_before=total(days.of(self.earlier[0])).part,
            )
            for (code, route), days in self.counts.by_code_and_route.items()
        )
        changed = [pair for pair in pairs if pair.change]
        return tuple(sorted(changed, key=lambda pair: (-abs(pair.change), pair.code, pair.route))[:_TOP])

    def recovered_customers(self, store: Store) -> tuple[RecoveredCustomer, ...]:
        """Return customers with errors in the week before and only successes in this week, most errors first."""
        rows = question("recovered_customers").rows(store, **self._scope)
        return tuple(RecoveredCustomer(**row) for row in rows)


def _logged_hours(store: Store, start: datetime | None = None, end: datetime | None = None) -> dict[datetime, int]:
    return {row["day"]: row["hours"] for row in question("logged_hours").rows(store, start=start, end=end)}


def _code(row: Mapping[str, Any]) -> CodeOfWeek:
    return CodeOfWeek(
        code=row["error_code"],
        errors=row["errors"],
        customers=row["customers"],
        unnamed_callers=row["unnamed_callers"],
    )


def _availability(failed: Proportion, objective: float) -> Availability:
    low, high = failed.interval
    allowed = (1 - objective) * failed.whole
    return Availability(
        objective=objective,
        share=None if failed.share is None else 1 - failed.share,
        low=1 - high,
        high=1 - low,
        budget_used=failed.part / allowed if allowed else None,
    )


def _incidents_of(incidents: Sequence[Incident], week: Week, environment: str | None) -> tuple[Incident, ...]:
    """Return the incidents that overlap the week, oldest first."""
    found = chosen(within(incidents, week.start, week.end), environment=environment)
    return tuple(sorted(found, key=lambda incident: incident.started_at))
