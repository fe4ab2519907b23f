"""Find the times that a ticket names, in any usual writing, language and zone, and the span that each may mean.

A time is joined from parts that stand close together: a day, a time of day, a zone, and words such as "around" and
"since". Relative words ("yesterday") count from when the text around them was written: the date of a mail's header or
of the line that introduces a quotation; otherwise now, or the newest stored line if the logs end before.

A time of day without a zone is read as UTC, and may be meant up to half a day earlier or later.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache

from pixeldesk.tickets.times.find_parts import find_parts
from pixeldesk.tickets.times.groups import Group, groups_of
from pixeldesk.tickets.times.parts import Ago, Clock, Day, Hours, Part, Week
from pixeldesk.tickets.times.time_words import any_of, folded, time_words, with_marked_zones

MOST_TIMES = 12
"""A text names at most this many times."""
_MOST_CHARACTERS = 40_000
_NO_ZONE = timedelta(hours=12)
_DAY = timedelta(days=1)
_ABOUT_S = {3600: 3600, 60: 1800, 1: 600}
_EXACT_S = {3600: 1800, 60: 300, 1: 60}


@dataclass(frozen=True)
class LoggedSpan:
    """The time that the logs cover, and what stands for now. UTC without a zone, as all times of this module."""

    oldest: datetime
    newest: datetime
    now: datetime


@dataclass(frozen=True)
class NamedTime:
    """A time that a text names: the likeliest moment, the span that is likely meant, and the one that may be meant."""

    moment: datetime
    likely_since: datetime
    likely_until: datetime
    since: datetime
    until: datetime
    is_of_mail: bool = False
    """It says when a mail was written."""


def logged_span(oldest: datetime, newest: datetime, now: datetime) -> LoggedSpan:
    """Return the span of the logs. If they end before now, their newest line stands for now."""
    return LoggedSpan(oldest, newest, min(now, newest))


@dataclass(frozen=True)
class _Written:
    """When and in which zone a part of the text was written; no zone if it is not known."""

    at: datetime
    zone: tzinfo | None


def named_times(text: str, logged: LoggedSpan) -> tuple[NamedTime, ...]:
    """Return the times that a text names, in its order, each once; those of mails last."""
    plain = folded(with_marked_zones(text[:_MOST_CHARACTERS]))
    parts = find_parts(plain)
    mails, inside = _mails(plain, parts, logged)
    times: dict[tuple[datetime, datetime], NamedTime] = {}
    for group in _with_days([each for each in groups_of(plain, _outside(parts, inside)) if each.names_a_time]):
        for time in _read(group, _written_at(group.start, mails, logged), logged):
            times.setdefault((time.since, time.until), time)
    for _, written in mails:
        at = written.at.astimezone(UTC).replace(tzinfo=None)
        times.setdefault((at - _DAY, at), NamedTime(at, at - _DAY, at, at - _DAY, at, is_of_mail=True))
    return tuple(times.values())[:MOST_TIMES]


def _outside(parts: Sequence[Part], spans: Sequence[tuple[int, int]]) -> list[Part]:
    return [part for part in parts if not any(start <= part.start < end for start, end in spans)]


def _with_days(groups: Sequence[Group]) -> list[Group]:
    """Give each time of day without a day the one named before it, or else the first. It is no time of its own then."""
    first = next((group for group in groups if group.day and group.clock is None), None)
    before: Group | None = None
    for group in groups:
        if group.day:
            before = group
        elif group.clock and (named := before or first):
            group.day = named.day
            named.is_of_others = named.clock is None and named.hours is None
    return [group for group in groups if not group.is_of_others]


# --- mails ------------------------------------------------------------------------------------------------------


@cache
def _header() -> re.Pattern[str]:
    return re.compile(rf"^[>\s*]{{0,8}}{any_of(time_words().headers)}\*?\s?:\*?[^\n]*", re.MULTILINE)


@cache
def _introduction() -> re.Pattern[str]:
    """Return the pattern of a line that introduces a quotation: it has a number, and says who wrote."""
    wrote = "|".join(re.escape(word) for word in time_words().wrote)
    address = r"<[^<>\s@]{1,64}@[^<>\s]{1,200}>\s?:?\s*$"
    return re.compile(
        rf"^[>\s]{{0,8}}(?=[^\n]{{0,60}}\d)[^\n]{{6,160}}?\n?[^\n]{{0,100}}?(?:{wrote}|{address})[^\n]*", re.MULTILINE
    )


def _mails(
    text: str, parts: Sequence[Part], logged: LoggedSpan
) -> tuple[list[tuple[int, _Written]], list[tuple[int, int]]]:
    """Return where the text of each mail begins and when it was written, and the lines that say so."""
    mails: list[tuple[int, _Written]] = []
    inside: list[tuple[int, int]] = []
    lines = [match.span() for match in _header().finditer(text)]
    lines += [match.span() for match in _introduction().finditer(text) if not _overlaps(match.span(), lines)]
    for start, end in sorted(lines):
        own = [part for part in parts if start <= part.start and part.end <= end]
        group = next((each for each in groups_of(text, own) if each.day and each.day.dates and each.clock), None)
        if group is None:
            continue
        written = _Written(logged.now.replace(tzinfo=UTC), group.zone)
        days = _dates(group.day, written, logged) if group.day else []
        if days and group.clock:
            midnight = datetime.combine(days[0], datetime.min.time(), group.zone or UTC)
            mails.append((end, _Written(midnight + timedelta(seconds=group.clock.seconds), group.zone)))
            inside.append((start, end))
    return mails, inside


def _overlaps(span: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


def _written_at(position: int, mails: Sequence[tuple[int, _Written]], logged: LoggedSpan) -> _Written:
    before = [written for start, written in mails if start <= position]
    if before:
        return before[-1]
    # What stands above a quoted mail answers it, in all likelihood from the same place.
    zones = {written.zone for _, written in mails if written.zone}
    return _Written(logged.now.replace(tzinfo=UTC), zones.pop() if len(zones) == 1 else None)


# --- reading ----------------------------------------------------------------------------------------------------


def _read(group: Group, written: _Written, logged: LoggedSpan) -> list[NamedTime]:
    """Return what a group means, likeliest first: more than one time if its day may be read in two ways."""
    zone = group.zone or written.zone
    now = written.at.astimezone(zone or UTC)
    if group.instant:
        return [_around(group.instant.moment, timedelta(seconds=_EXACT_S[1]))]
    if group.ago:
        return [_ago(group.ago, now)]
    if group.week:
        return [_week(group.week, now)]
    read: list[NamedTime] = []
    for day in _dates(group.day, replace(written, at=now), logged):
        midnight = datetime.combine(day, datetime.min.time(), now.tzinfo)
        time = _on_day(group, midnight, now, is_sure=zone is not None)
        if group.since and time.moment <= _utc(now):
            time = _span(time.likely_since, max(_utc(now), time.likely_until))
        read.append(time)
    return read


def _on_day(group: Group, midnight: datetime, now: datetime, *, is_sure: bool) -> NamedTime:
    if group.clock is None:
        first, last = (group.hours.first, group.hours.last) if group.hours else (0, 24)
        return _span(_utc(midnight + timedelta(hours=first)), _utc(midnight + timedelta(hours=last)))
    starts = midnight + timedelta(seconds=_seconds(group.clock, group.hours, group.until))
    if group.day is None and starts > now + timedelta(minutes=10):
        starts -= _DAY
    if group.until:
        ends = midnight + timedelta(seconds=_seconds(group.until, group.hours, None))
        time = _span(_utc(starts), _utc(ends if ends > starts else ends + timedelta(hours=12)))
    else:
        exact = _ABOUT_S if group.about else _EXACT_S
        time = _around(starts, timedelta(seconds=exact[group.clock.exact_to]))
    return time if is_sure else replace(time, since=time.since - _NO_ZONE, until=time.until + _NO_ZONE)


def _seconds(clock: Clock, hours: Hours | None, until: Clock | None) -> float:
    """Return the seconds since midnight; a clock of twelve hours follows the part of the day, or the range's end."""
    afternoon = hours is not None and hours.first >= 12
    if until is not None and until.is_american and not clock.is_american:
        afternoon = until.seconds > 12 * 3600 and clock.seconds + 12 * 3600 < until.seconds + 1
    if not (clock.may_be_afternoon and afternoon and clock.seconds < 12 * 3600):
        return clock.seconds
    after_midnight = hours is not None and hours.last > 24 and clock.seconds < 7 * 3600
    return clock.seconds + (24 if after_midnight else 12) * 3600


def _around(moment: datetime, exact: timedelta) -> NamedTime:
    at = _utc(moment)
    return NamedTime(at, at - exact, at + exact, at - exact, at + exact)


def _span(since: datetime, until: datetime) -> NamedTime:
    return NamedTime(since + (until - since) / 2, since, until, since, until)


def _ago(ago: Ago, now: datetime) -> NamedTime:
    at = _utc(now) - timedelta(seconds=ago.seconds)
    if ago.lasts:
        slack = timedelta(seconds=ago.unit / 4)
        return replace(_span(at, _utc(now)), since=at - slack, likely_since=at - slack)
    return _around(at.replace(tzinfo=UTC), timedelta(seconds=max(ago.unit / 2, 600)))


def _week(week: Week, now: datetime) -> NamedTime:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    if week.kind == "weekend":
        saturday = monday - timedelta(days=2) if today.weekday() < 5 else monday + timedelta(days=5)
        return _span(_utc(saturday), _utc(saturday + 2 * _DAY))
    offset, start, days = week.kind.split()
    since = (monday if start == "monday" else today) + timedelta(days=int(offset))
    return _span(_utc(since), _utc(since + timedelta(days=int(days))))


def _dates(day: Day | None, written: _Written, logged: LoggedSpan) -> list[date]:
    """Return the dates that a day may be, likeliest first; of two readings, only those within the logs if there are."""
    today = written.at.date()
    if day is None:
        return [today]
    if day.relative is not None:
        return [today + timedelta(days=day.relative)]
    if day.weekday is not None:
        return [today - timedelta(days=(today.weekday() - day.weekday) % 7)]
    dates = [found for reading in day.dates if (found := _dated(reading, today))]
    within = [each for each in dates if logged.oldest.date() - _DAY <= each <= logged.newest.date() + _DAY]
    return within or dates[:1]


def _dated(reading: tuple[int | None, int, int], today: date) -> date | None:
    """Return the date of a reading: without a year or a month, the newest that is not in the future."""
    year, month, day = reading
    if year and month:
        return date(year, month, day)
    latest = today + 2 * _DAY
    newest = today.year * 12 + today.month + 1
    months = (newest - back for back in range(60) if not month or (newest - back - month) % 12 == 0)
    dates = (_date(number, day) for number in months)
    return next((each for each in dates if each and each <= latest), None)


def _date(month_number: int, day: int) -> date | None:
    """Return a date by the number of its month since the year 0; None if the month has no such day."""
    try:
        return date((month_number - 1) // 12, (month_number - 1) % 12 + 1, day)
    except ValueError:
        return None


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
