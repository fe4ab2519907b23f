"""Find the errors and endpoints that a text names: codes, statuses, routes, pipes, hosts, environments.

What the store and the catalogue know is looked for in the text: a code by its name in any spelling, or by a part of the
message that goes with it; a route by a path that fits it. A description in the customer's own words ("the key has
expired") is a hint: it makes requests fit better, and the text does not count as naming the code.
"""

import difflib
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from pixeldesk.catalogue.catalogue import catalogue
from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.tickets.code_phrases import Words, code_phrases
from pixeldesk.tickets.times.time_words import folded

_MOST_CHARACTERS = 40_000
_MOST_MESSAGES = 400
_SHORTEST_RUN, _LONG_RUN, _SHORTEST_MESSAGE, _LONG_WORD = 4, 8, 3, 8
_CAMEL_CASE_STEP = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_COUNTED = (
    r"(?:ms|px|kb|mb|gb|eur|usd|dollars?|euros?|times|users?|rows?|anfragen|mal|fois|veces|vezes|volte|sec|min"
    r"|(?:identify\s|event\s|api\s|pixel\s|failed\s|more\s)?(?:requests?|calls?|events?))"
)
_STATUS = re.compile(
    r"(?<![\w.,:/#$\u20ac+-])(?:http[ /:_-]{0,2}(?:1\.1 |2 )?)?([1-5]\d\d)(?:er|s|x)?"
    rf"(?![\w%$\u20ac]|[.,:/-]\d|\s?{_COUNTED}\b)"
)
_PHONE_NUMBER = re.compile(
    r"(?:(?<![\w:.])\+|(?<![\w:.,/-])0|\((?=\d)|(?:tel|telefon|phone|call|fax|mobil|movil)\W{1,3})\d[\d\s()/.-]{5,24}\d"
)
_METHOD = re.compile(r"(?<![A-Za-z])(GET|POST|PUT|PATCH|DELETE)(?![A-Za-z])")
_PARAMETER = re.compile(r"\\\{[^/{}]+\\\}")
_CALLED = r"(?:(?:named|called|namens|nomme|nommee|llamad[oa]|chamad[oa]|chiamat[oa])\s)?"
_NAME = r"[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*"
_PIPE = r"(?:pipes?|\u30d1\u30a4\u30d7)"
_PIPE_WORD = re.compile(
    rf"(?<![\w-]){_PIPE}[\s:=\"'`/\u300c\u201c\u00ab]{{1,4}}{_CALLED}[\"'`]?(?P<after>{_NAME})"
    rf"|(?<![\w-])[\"'`\u201c\u00ab]?(?P<before>{_NAME})[\"'`\u201d\u00bb]?[\s-]{_PIPE}(?![\w/])"
)


@dataclass(frozen=True)
class NamedErrors:
    """What a text names beside callers and times; positions are in the folded text.

    `codes`, `statuses`, `routes`, `pipes`, `hosts` and `environments` are named as such; `hinted_codes` and
    `hinted_statuses` are only described. `empty` says that the text speaks of answers without data.
    """

    codes: Mapping[str, int]
    statuses: Mapping[int, int]
    routes: Mapping[str, int]
    pipes: Mapping[str, int]
    hosts: Mapping[str, int]
    environments: Mapping[str, int]
    hinted_codes: frozenset[str]
    hinted_statuses: frozenset[int]
    methods: frozenset[str]
    words: Words
    empty: bool


def named_errors(store: Store, text: str) -> NamedErrors:
    """Return the errors and endpoints that a text names. Takes two queries."""
    shown = text[:_MOST_CHARACTERS]
    plain = folded(_CAMEL_CASE_STEP.sub(" ", shown))
    names = _logged_names(store)
    words = Words(plain)
    codes = dict.fromkeys([*catalogue().codes(), *names["code"]])
    exact = _codes_by_name(plain, folded(shown), codes)
    # As it is written in capitals, a code is no word of a sentence.
    exact |= {code: len(plain) for code in codes if code != code.lower() and code not in exact and _has(shown, code)}
    exact |= {code: at for code, at in _codes_by_message(store, plain).items() if code not in exact}
    routes, values = _routes(folded(shown), names["route"])
    phrases = code_phrases()
    known_statuses = {int(status) for status in names["status"]}
    return NamedErrors(
        codes=exact,
        statuses=_statuses(plain, known_statuses),
        routes=routes,
        pipes={**values, **_pipes(plain)},
        hosts=_hosts(plain, names["host"]),
        environments=_environments(words, plain, names["environment"]),
        hinted_codes=frozenset(code for code in phrases.codes if words.describing(phrases.codes[code])),
        hinted_statuses=frozenset(each for each in phrases.statuses if words.describing(phrases.statuses[each])),
        methods=frozenset(_METHOD.findall(shown)),
        words=words,
        empty=words.describing(phrases.empty) is not None,
    )


def _logged_names(store: Store) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {"environment": [], "host": [], "route": [], "code": [], "status": []}
    for row in question("logged_names").rows(store):
        names[row["kind"]].append(row["name"])
    return names


# --- codes ------------------------------------------------------------------------------------------------------


def _codes_by_name(plain: str, unsplit: str, codes: Iterable[str]) -> dict[str, int]:
    """Return the codes whose words stand together in the text, in any spelling, or nearly so."""
    found: dict[str, int] = {}
    for code in codes:
        words = re.findall(r"[a-z0-9]+", folded(_CAMEL_CASE_STEP.sub(" ", code)))
        if not words:
            continue
        # A short word alone is one of everyday language, unless it stands where a code does.
        lead = (
            ""
            if len(words) > 1 or len(words[0]) >= _LONG_WORD or not words[0].isalpha()
            else r"(?:code|error|fehler|erreur|erro|errore)[\"'`:=\s]{1,5}"
        )
        spelled = r"[\s_.-]{1,2}".join(words)
        match = re.search(rf"(?<![a-z0-9./-]){lead}{spelled}(?![a-z0-9])", plain)
        if match:
            found[code] = match.start()
    listed = [*codes]
    for match in re.finditer(r"(?<![\w/])[a-z]+(?:_[a-z]+)+(?![\w/])", unsplit):
        if match[0] not in found and len(match[0]) >= 8:
            found |= {
                code: match.start()
                for code in difflib.get_close_matches(match[0], listed, 1, 0.88)
                if code not in found
            }
    return found


def _has(text: str, code: str) -> bool:
    return re.search(rf"(?<![\w./-]){re.escape(code)}(?![\w-])", text) is not None


def _codes_by_message(store: Store, plain: str) -> dict[str, int]:
    """Return the codes of whose messages the text has the longest run of words, of those that have a long one."""
    text = _only_words(plain)
    runs: dict[str, int] = {}
    for code, message in _messages(store):
        run = _longest_run(message, text)
        if run:
            runs[code] = max(runs.get(code, 0), run)
    longest = max(runs.values(), default=0)
    return {code: len(plain) for code, run in runs.items() if run == longest}


def has_message(plain: str, message: str | None) -> bool:
    """Tell whether a folded text has the whole of a message of at least three words."""
    words = re.findall(r"[a-z0-9]+", folded(message or ""))
    return len(words) >= _SHORTEST_MESSAGE and f" {' '.join(words)} " in f" {_only_words(plain)} "


@lru_cache(maxsize=4)
def _only_words(plain: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def _messages(store: Store) -> Iterator[tuple[str, str]]:
    for row in question("messages_of_codes").rows(store, count=_MOST_MESSAGES):
        yield row["error_code"], row["message"]
    for code in catalogue().codes():
        example = catalogue().entry(code, None).example
        if example:
            yield code, example.error.message


def _longest_run(message: str, text: str) -> int:
    """Return how many words of a message stand in the text in a row; 0 if they are too few to mean it."""
    words = re.findall(r"[a-z0-9]+", folded(message))[:40]
    if len(words) < 2:
        return 0
    shortest = min(len(words), max(_SHORTEST_RUN, min(_LONG_RUN, math.ceil(0.6 * len(words)))))
    padded, best = f" {text} ", 0
    for start in range(len(words) - shortest + 1):
        length = max(shortest, best + 1)
        while start + length <= len(words) and f" {' '.join(words[start : start + length])} " in padded:
            best = length
            length += 1
    return best


# --- statuses, routes, hosts, environments ----------------------------------------------------------------------


def _statuses(plain: str, known: set[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for match in _STATUS.finditer(_PHONE_NUMBER.sub(lambda number: "_" * len(number[0]), plain)):
        status = int(match[1])
        if status >= 400 and (status in known or match[0].startswith("http")):
            found.setdefault(status, match.start())
    return found


@cache
def _route_pattern(route: str) -> re.Pattern[str]:
    path = _PARAMETER.sub(r"(?P<value>[^/?\\s\"'#&,;)]+)", re.escape(route.lower()), count=1)
    path = _PARAMETER.sub(r"[^/?\\s\"'#&,;)]+", path)
    return re.compile(rf"{path}(?![\w/-])")


def _routes(plain: str, routes: Iterable[str]) -> tuple[dict[str, int], dict[str, int]]:
    """Return the routes that paths in the text fit, and the values of their parameters."""
    found: dict[str, int] = {}
    values: dict[str, int] = {}
    for route in routes:
        if route.count("/") < 2 and len(route) < 5:
            continue
        match = _route_pattern(route).search(plain)
        if match:
            found[route] = match.start()
            value = match.groupdict().get("value")
            if value and "pipe" in route and "{" not in value:
                values[value.rstrip(".:")] = match.start()
    return found, values


def _pipes(plain: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for match in _PIPE_WORD.finditer(plain):
        name = match["after"] or match["before"]
        is_name = match["before"] or "_" in name or match[0].rstrip(name)[-1:] in "\"'`:=/"
        if is_name and name not in code_phrases().no_pipes:
            found.setdefault(name, match.start())
    return found


def _hosts(plain: str, hosts: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for host in hosts:
        if len(host) < 3 or host.isalpha():
            continue
        match = re.search(rf"(?<![\w.-]){re.escape(host.lower())}(?![\w-]|\.\w)", plain)
        if match:
            found[host] = match.start()
    return found


def _environments(words: Words, plain: str, environments: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for environment in environments:
        names = code_phrases().environments
        same = next(
            (spellings for spellings in names.values() if environment.lower() in spellings), (environment.lower(),)
        )
        for word in same:
            if word in words or (not word.isascii() and word in plain):
                found.setdefault(environment, max(0, plain.find(word)))
    return found
