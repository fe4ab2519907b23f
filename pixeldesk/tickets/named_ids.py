"""Name the ids in a text or in an address: what is certainly a request id, and what the store knows as one."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pixeldesk.catalogue.checks import looks_like_secret
from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.tickets.plain_text import as_plain_text
from pixeldesk.tickets.possible_ids import PossibleId, is_marked_as_cut, possible_ids
from pixeldesk.tickets.request_ids import certain_ids, is_well_formed, variants
from pixeldesk.tickets.spellings import beginnings, endings, heads, spellings

_LONGEST_ID = 200
_LAST_CHARACTER = "\U0010ffff"
_MOST_BEGINNINGS = 40
# So many ids at most are looked up in other spellings than their own.
_MOST_RESPELLED = 600


@dataclass(frozen=True)
class NamedId:
    """An id that a text names: as the store writes it, or as the text does if the store does not know it.

    `is_certain` is false of the whole of a short text: any text may be an id, but it counts only if the store has it.
    """

    id: str
    is_certain: bool = True


@dataclass(frozen=True)
class _Mention:
    """A part of a text, which certainly is an id, or is one if the store knows it."""

    part: PossibleId
    is_certain: bool
    is_beginning: bool = False
    """Whether it counts as the beginning of an id, or as all but its suffix, if only one id fits."""


def ids_in_text(store: Store, text: str) -> tuple[NamedId, ...]:
    """Return every request id that a pasted text names, once, in the order of the text.

    What is certainly an id counts; what may be one if the store knows it. With a constant number of queries.
    """
    plain = as_plain_text(text)
    certain = [_certain(plain, start, request_id) for start, request_id in certain_ids(plain)]
    possible = [_Mention(part, is_certain=False, is_beginning=part.may_be_cut) for part in possible_ids(plain)]
    return _named(store, [*certain, *possible, *_whole(text)])


def ids_in_list(store: Store, texts: Iterable[str]) -> tuple[NamedId, ...]:
    """Return the request ids in a list of ids, each once. Anybody may have written the list: see `ids_in_text`."""
    mentions, at = [], 0
    for text in dict.fromkeys(text.strip() for text in texts):
        if _may_be_id(text):
            part, is_certain = PossibleId(at, at + len(text), text), is_well_formed(text)
            mentions.append(_Mention(part, is_certain, is_beginning=is_certain))
            at += len(text) + 1
    return _named(store, mentions)


def _certain(plain: str, start: int, request_id: str) -> _Mention:
    end = start + len(request_id)
    return _Mention(
        PossibleId(start, end, request_id, is_marked_as_cut(plain, end)), is_certain=True, is_beginning=True
    )


def _whole(text: str) -> list[_Mention]:
    alone = text.strip()
    return [_Mention(PossibleId(0, len(text), alone), is_certain=False)] if _may_be_id(alone) else []


def _may_be_id(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_ID and not any(letter.isspace() for letter in text) and not looks_like_secret(text)


def _named(store: Store, mentions: Sequence[_Mention]) -> tuple[NamedId, ...]:
    found = _disjoint({}, _stored(store, mentions))
    certain = [each for each in mentions if each.is_certain]
    # Without an id in the text, its words may be beginnings of ids.
    tried = certain if certain or found else [each for each in mentions if each.is_beginning]
    left = sorted(_apart(tried, found), key=_chance)[:_MOST_BEGINNINGS]
    found = _disjoint(found, _of_one_id(store, left))
    found = _disjoint(found, {each: each.part.written for each in certain})
    return tuple(NamedId(each) for each in dict.fromkeys(found.values()))


def _disjoint(taken: Mapping[_Mention, str], others: Mapping[_Mention, str]) -> dict[_Mention, str]:
    """Return the taken mentions and those others that share no character with them or another, in order of the text.

    Of others that share characters the first is returned, and of those that begin alike the longest.
    """
    chosen, free_from = dict(taken), 0
    for mention in sorted(_apart(others, taken), key=_place):
        if mention.part.start >= free_from:
            chosen[mention] = others[mention]
            free_from = mention.part.end
    return {mention: chosen[mention] for mention in sorted(chosen, key=_place)}


def _apart(mentions: Iterable[_Mention], taken: Mapping[_Mention, str]) -> list[_Mention]:
    """Return the mentions that share no character with those taken, which are in the order of the text."""
    starts, ends = [each.part.start for each in taken], [0, *(each.part.end for each in taken)]
    return [each for each in mentions if ends[bisect_left(starts, each.part.end)] <= each.part.start]


def _chance(mention: _Mention) -> tuple[bool, bool, int]:
    return not mention.is_certain, not mention.part.is_marked_as_cut, mention.part.start


def _place(mention: _Mention) -> tuple[int, int, bool, str]:
    return mention.part.start, -mention.part.end, not mention.is_certain, mention.part.written


def _stored(store: Store, mentions: Sequence[_Mention]) -> dict[_Mention, str]:
    """Return the mentions that the store knows, with the spelling that it knows."""
    certain = [each for each in mentions if each.is_certain][:_MOST_RESPELLED]
    possible = [each for each in mentions if not each.is_certain]
    asked = {each: (*spellings(each.part.written), *_shorter(each)) for each in (*certain, *possible)}
    ids = list(dict.fromkeys(spelling for each in asked.values() for spelling in each))
    known = {row["id"] for row in question("known_ids").rows(store, ids=ids)} if ids else set()
    found = {}
    for mention, written in asked.items():
        stored = next((each for each in written if each in known and not looks_like_secret(each)), None)
        if stored is not None:
            found[mention] = mention.part.written if stored in _shorter(mention) else stored
    return found


def _shorter(mention: _Mention) -> tuple[str, ...]:
    return variants(mention.part.written) if mention.is_certain else ()


def _of_one_id(store: Store, mentions: Sequence[_Mention]) -> dict[_Mention, str]:
    """Return the mentions that begin or end only one of the stored ids, with that id."""
    by_beginning = {each: beginnings(each.part.written) for each in mentions}
    by_ending = {each: tails for each in mentions if (tails := endings(each.part.written))}
    starts = _beginning_with(store, _texts(by_beginning))
    ends = question("ids_ending_with").rows(store, endings=_texts(by_ending)) if by_ending else []
    # The best fit of each text comes last.
    beginning, ending = {row["beginning"]: row for row in starts}, {row["ending"]: row for row in ends}
    found = {}
    for mention in mentions:
        rows = [beginning[text] for text in by_beginning[mention] if text in beginning]
        rows += [ending[text] for text in by_ending.get(mention, ()) if text in ending]
        best = [row for row in rows if row["fit"] == min(row["fit"] for row in rows)]
        if best and all(1 in (row["ids"], row["requests"]) for row in best) and len({row["id"] for row in best}) == 1:
            found[mention] = best[0]["id"]
    return {mention: stored for mention, stored in found.items() if not looks_like_secret(stored)}


def _beginning_with(store: Store, texts: list[str]) -> list[dict[str, Any]]:
    if not texts:
        return []
    first = [head for each in texts for head in heads(each)]
    return question("ids_beginning_with").rows(
        store,
        beginnings=texts,
        heads=list(dict.fromkeys(head.lower() for head in first)),
        least=min(first),
        past=max(first) + _LAST_CHARACTER,
    )


def _texts(asked: Mapping[_Mention, tuple[str, ...]]) -> list[str]:
    return list(dict.fromkeys(text for each in asked.values() for text in each))
