"""Join parts of times that stand close together in a text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache

from pixeldesk.tickets.times.parts import Ago, Clock, Day, Hours, Instant, Part, Week, Zone
from pixeldesk.tickets.times.time_words import any_of, time_words

_WIDEST_GAP = 24


@dataclass
class Group:
    """Parts that make one time together."""

    start: int
    end: int
    day: Day | None = None
    clock: Clock | None = None
    until: Clock | None = None
    hours: Hours | None = None
    zone: tzinfo | None = None
    ago: Ago | None = None
    week: Week | None = None
    instant: Instant | None = None
    about: bool = False
    since: bool = False
    is_of_others: bool = False

    @property
    def names_a_time(self) -> bool:
        strong_day = self.day is not None and not self.day.is_weak
        strong_clock = self.clock is not None and (not self.clock.is_weak or self.day is not None)
        joined = self.day is not None and (self.clock is not None or self.hours is not None)
        return bool(strong_day or strong_clock or joined or self.ago or self.week or self.instant)


@cache
def _filler() -> re.Pattern[str]:
    words = time_words()
    every = [*words.filler, *(word for kind in ("about", "since", "between") for word in words.before[kind])]
    every += [*words.after["about"]]
    return re.compile(rf"(?:[\s,;:()\[\]@|/\"'*_.<>=-]|{any_of(every)})*", re.ASCII)


@cache
def _range() -> re.Pattern[str]:
    words = time_words()
    return re.compile(rf"\s*(?:{any_of(words.after['until'])})\s*(?:{any_of(words.filler)}\s*){{0,2}}", re.ASCII)


@cache
def _lead(kind: str) -> re.Pattern[str]:
    words = time_words()
    filler = f"(?:(?:{any_of([*words.filler, *words.before['about']])})\\s+){{0,3}}"
    return re.compile(rf"{any_of(words.before[kind])}\s*{filler}$", re.ASCII)


@cache
def _about() -> re.Pattern[str]:
    words = time_words()
    return re.compile(any_of([*words.before["about"], *words.after["about"]]), re.ASCII)


@cache
def _trail(kind: str) -> re.Pattern[str]:
    return re.compile(rf"\s*{any_of(time_words().after[kind])}", re.ASCII)


def groups_of(text: str, parts: Sequence[Part]) -> list[Group]:
    """Join the parts of a folded text that stand close together and make one time."""
    groups: list[Group] = []
    for part in parts:
        if not (groups and _joins(text, groups[-1], part)):
            groups.append(Group(part.start, part.end))
        _add(groups[-1], part)
    for group in groups:
        before, after = text[max(0, group.start - 40) : group.start], text[group.end : group.end + 12]
        whole = text[group.start : group.end]
        group.about = bool(_lead("about").search(before) or _trail("about").match(after) or _about().search(whole))
        group.since = bool(_lead("since").search(before) or _trail("since").match(after)) and group.until is None
    return groups


def _joins(text: str, group: Group, part: Part) -> bool:
    gap = text[group.end : part.start]
    if len(gap) > _WIDEST_GAP or "\n\n" in gap or (". " in gap and not gap.startswith(". ")):
        return False
    if _is_end_of_range(gap, group, part):
        return True
    fits = all(_fits(group, meaning) for meaning in part.meanings)
    return fits and _filler().fullmatch(gap) is not None


def _is_end_of_range(gap: str, group: Group, part: Part) -> bool:
    """Tell whether a second time of day ends a range that the first begins."""
    is_clock = len(part.meanings) == 1 and isinstance(part.meanings[0], Clock)
    return is_clock and group.clock is not None and group.until is None and _range().fullmatch(gap) is not None


def _fits(group: Group, meaning: object) -> bool:
    match meaning:
        case Day():
            return group.instant is None and group.ago is None and group.week is None and _days_fit(group.day, meaning)
        case Clock():
            return group.clock is None and group.instant is None and group.ago is None
        case Hours():
            return group.hours is None and (group.day is not None or group.clock is not None)
        case Zone():
            return group.zone is None and (group.clock is not None or group.day is not None)
        case _:
            return False


def _days_fit(known: Day | None, other: Day) -> bool:
    return known is None or (known.weekday is None) != (other.weekday is None)


def _add(group: Group, part: Part) -> None:
    group.end = part.end
    for meaning in part.meanings:
        match meaning:
            case Day():
                group.day = meaning if group.day is None or meaning.weekday is None else group.day
            case Clock() if group.clock is not None:
                group.until = meaning
            case Clock():
                group.clock = meaning
            case Hours():
                group.hours = meaning
            case Zone():
                group.zone = meaning.zone
            case Ago():
                group.ago = meaning
            case Week():
                group.week = meaning
            case Instant():
                group.instant = meaning
