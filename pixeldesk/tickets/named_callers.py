"""Find the callers that a text names: customers, websites, keys and addresses, as the store knows them.

Every word of the text is asked of the store, whatever its form. A whole key is recognised by its fingerprint: of the
key itself, the answer has neither more than the logs have, nor does anything here keep it.
"""

import hashlib
import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pixeldesk.catalogue.checks import looks_like_secret
from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.tickets.code_phrases import code_phrases

CallerKind = Literal["customer", "website", "key", "address"]
BEGINNING = 12
"""How many characters of a key the logs have."""

_SHORTEST_BEGINNING = 6
_MOST_WORDS = 6_000
_MOST_CHARACTERS = 60_000
_TOKEN = re.compile(r"[^\s,;()<>\[\]{}|\"'`\u3001\u3002\u300c\u300d\uff08\uff09\uff0c\uff1a]+")
_INNER = re.compile(r"[=/?&@#:]+")
_LATIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@:-]*[A-Za-z0-9]")
_AROUND = "*_~.:!?=-\u2026\u2013\u2014\u201c\u201d\u201e\u2018\u2019"
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
_CUT_KEY = re.compile(r"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9_-]{6,60}")
_CUT = re.compile(r"(?:\.{2,}|\u2026|\*{2,}|[xX]{4,}|-{2,}).*$")
_KEY_FORM = re.compile(r"(?!(?:ak|sk|pk|rk)_[a-z]{2,8}$)(?:ak|sk|pk|rk)_(?:[a-z]{2,8}_)?[A-Za-z0-9]{2,}")
_MAY_BE_KEY = re.compile(r"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9_+/=.~$-]{12,}")
# Websites and keys are called by names with digits or marks in them; customers may be called by any word.
_MADE = re.compile(r"[0-9_.-]")
_ID_FORMS: Mapping[CallerKind, re.Pattern[str]] = {
    "customer": re.compile(r"cus_[A-Za-z0-9]{3,40}|(?:cust|customer|org|acct)_[A-Za-z]{0,39}[0-9][A-Za-z0-9]{0,39}"),
    "website": re.compile(r"(?:web|website|site)_[A-Za-z]{0,39}[0-9][A-Za-z0-9]{0,39}"),
    "key": re.compile(r"key_[A-Za-z]{0,39}[0-9][A-Za-z0-9]{0,39}"),
}


@dataclass(frozen=True)
class NamedCaller:
    """A customer, website, key or address that a text names, by the name that the answer shows.

    `is_known` says whether the logs have it, and `customer_id` whose it is if it is one customer's. `fingerprint`,
    `key_id` and `beginning` say which requests carry a key.
    """

    position: int
    kind: CallerKind
    name: str
    is_known: bool
    customer_id: str | None = None
    fingerprint: str | None = None
    key_id: str | None = None
    beginning: str | None = None


@dataclass
class _Words:
    """The words of a text with their positions, those that may be keys apart: they are never asked for as they are."""

    plain: dict[str, int] = field(default_factory=dict)
    whole_keys: dict[str, int] = field(default_factory=dict)
    cut_keys: dict[str, int] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)


def named_callers(store: Store, text: str, *, not_ids: Iterable[str] = ()) -> tuple[NamedCaller, ...]:
    """Return the callers that a text names, in its order. `not_ids` are words that mean something else."""
    words = _words(text[:_MOST_CHARACTERS], frozenset(not_ids) | code_phrases().no_ids)
    fingerprints = {fingerprint_of(word): word for word in words.whole_keys}
    beginnings = {word[:BEGINNING]: word for word in [*words.whole_keys, *words.cut_keys] if len(word) >= BEGINNING}
    short = [word for word in words.cut_keys if _SHORTEST_BEGINNING <= len(word) < BEGINNING]
    rows = question("known_callers").rows(
        store,
        words=list(words.plain),
        ids=[word for word in words.plain if _MADE.search(word)],
        addresses=[word for word in words.plain if _is_address(word)],
        fingerprints=[*fingerprints, *(word for word in words.plain if _FINGERPRINT.fullmatch(word))],
        beginnings=list(beginnings),
        short_beginnings=short,
    )
    found = [*_known(rows, words, fingerprints, beginnings, short)]
    known = {each.name.lower() for each in found}
    found += [each for each in _unknown(words) if each.name.lower() not in known]
    placed = {(each.kind, each.name): each for each in sorted(found, key=lambda each: -each.position)}
    return tuple(sorted(placed.values(), key=lambda each: each.position))


def fingerprint_of(key: str) -> str:
    """Return the fingerprint by which the logs name a key: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


# --- words ------------------------------------------------------------------------------------------------------


def _words(text: str, not_ids: frozenset[str]) -> _Words:
    words = _Words()
    for position, token in _tokens(text):
        if len(words.plain) + len(words.whole_keys) >= _MOST_WORDS:
            break
        cut = _CUT.sub("", token)
        is_cut = cut != token and _CUT_KEY.fullmatch(cut)
        if is_cut or (_SHORTEST_BEGINNING <= len(cut) <= BEGINNING and _KEY_FORM.fullmatch(cut)):
            words.cut_keys.setdefault(cut, position)
        elif _MAY_BE_KEY.fullmatch(token):
            # Whether it is a key, the store knows, by its fingerprint and its beginning.
            words.whole_keys.setdefault(token, position)
        lower = token.lower()
        if _may_be_a_name(lower, not_ids) and not looks_like_secret(token):
            words.plain.setdefault(lower, position)
            words.raw.setdefault(lower, token)
    return words


def _may_be_a_name(word: str, not_ids: frozenset[str]) -> bool:
    if word in not_ids or not 3 <= len(word) <= 200:
        return False
    # A short number is a status, a count or a port.
    return not word.isdigit() or len(word) >= 5


def _tokens(text: str) -> Iterator[tuple[int, str]]:
    """Yield the words of a text, each also without what is around it and in parts, and two or three words together."""
    before: list[tuple[int, str]] = []
    for match in _TOKEN.finditer(text):
        whole = match[0].strip(_AROUND) or match[0]
        yield match.start(), match[0]
        if whole != match[0]:
            yield match.start(), whole
        if not whole.isascii():
            yield from ((match.start() + inner.start(), inner[0]) for inner in _LATIN.finditer(whole))
        parts = [part.strip(_AROUND) for part in _INNER.split(whole)]
        if len(parts) > 1:
            yield from ((match.start(), part) for part in parts if part)
        if "@" in whole:
            yield match.start(), whole.rpartition("@")[2].split(".")[0]
        if whole.count(":") > 1 and (address := _as_logged(whole)):
            yield match.start(), address
        before = [*before[-2:], (match.start(), whole)]
        for count in (2, 3):
            if len(before) >= count and "_" not in whole:
                yield before[-count][0], " ".join(word for _, word in before[-count:])


# --- answers of the store ---------------------------------------------------------------------------------------


def _known(
    rows: Sequence[Mapping[str, Any]],
    words: _Words,
    fingerprints: Mapping[str, str],
    beginnings: Mapping[str, str],
    short: Sequence[str],
) -> Iterator[NamedCaller]:
    whole = {row["name"] for row in rows if row["kind"] == "fingerprint"}
    for row in rows:
        kind, name = row["kind"], row["name"]
        owner = row["customer_id"] if row["customers"] == 1 else None
        place = words.plain.get(name.lower(), 0)
        match kind:
            case "customer" | "website" | "address":
                yield NamedCaller(place, kind, name, True, owner)
            case "key_id":
                yield NamedCaller(place, "key", name, True, owner, key_id=name)
            case "fingerprint":
                word = fingerprints.get(name)
                position = words.whole_keys[word] if word else place
                yield NamedCaller(position, "key", name, True, owner, fingerprint=name)
            case _:
                yield from _by_beginning(name, owner, words, beginnings, [*short], whole)


def _by_beginning(
    prefix: str,
    owner: str | None,
    words: _Words,
    beginnings: Mapping[str, str],
    short: Sequence[str],
    whole: set[str],
) -> Iterator[NamedCaller]:
    word = beginnings.get(prefix) or next((each for each in short if prefix.startswith(each)), None)
    if word is None:
        return
    position = words.whole_keys.get(word, words.cut_keys.get(word, 0))
    fingerprint = fingerprint_of(word)
    if word in words.cut_keys:
        yield NamedCaller(position, "key", word[:BEGINNING], True, owner, beginning=prefix)
    elif fingerprint not in whole:
        # The whole key as it was typed is not in the logs, but one that begins like it is.
        yield NamedCaller(position, "key", fingerprint, True, owner, fingerprint=fingerprint, beginning=prefix)


def _unknown(words: _Words) -> Iterator[NamedCaller]:
    """Yield what has the form of an id, a key or an address and is not in the logs."""
    for lower, position in words.plain.items():
        token = words.raw[lower]
        kind = next((kind for kind, form in _ID_FORMS.items() if form.fullmatch(token)), None)
        if kind:
            yield NamedCaller(position, kind, token, False)
        elif _is_address(token):
            yield NamedCaller(position, "address", token, False)
    for key, position in words.whole_keys.items():
        if _KEY_FORM.fullmatch(key) and len(key) >= 2 * BEGINNING:
            yield NamedCaller(position, "key", fingerprint_of(key), False, fingerprint=fingerprint_of(key))
    for key, position in words.cut_keys.items():
        if _KEY_FORM.fullmatch(key):
            yield NamedCaller(position, "key", key[:BEGINNING], False, beginning=key[:BEGINNING])


def _is_address(token: str) -> bool:
    # Browsers call their version 131.0.0.0.
    return _as_logged(token) == token and not token.endswith(".0.0.0")


def _as_logged(token: str) -> str | None:
    """Return an address as the logs write it: IPv6 in its short form, an IPv4 address in it alone; None for others."""
    if token.count(".") != 3 and token.count(":") < 2:
        return None
    try:
        address = ipaddress.ip_address(token)
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)
