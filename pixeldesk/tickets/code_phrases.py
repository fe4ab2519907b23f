"""Read `code_phrases.toml`: how customers describe an error code, a status or an environment in their own words."""

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("code_phrases.toml")
_FARTHEST_WORDS = 6


@dataclass(frozen=True)
class CodePhrases:
    """Phrases by what they describe."""

    codes: Mapping[str, tuple[str, ...]]
    statuses: Mapping[int, tuple[str, ...]]
    empty: tuple[str, ...]
    environments: Mapping[str, tuple[str, ...]]
    no_ids: frozenset[str]
    no_pipes: frozenset[str]


@cache
def code_phrases() -> CodePhrases:
    """Return the phrases, read once."""
    table = tomllib.loads(_FILE.read_text("utf-8"))
    return CodePhrases(
        codes={code: tuple(phrases) for code, phrases in table["codes"].items()},
        statuses={int(status): tuple(phrases) for status, phrases in table["statuses"].items()},
        empty=tuple(table["empty"]["phrases"]),
        environments={name: tuple(words) for name, words in table["environments"].items()},
        no_ids=frozenset(table["not_names"]["ids"]),
        no_pipes=frozenset(table["not_names"]["pipes"]),
    )


class Words:
    """The words of a folded text, its runs of Latin letters and digits, and where each stands among them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._places: dict[str, list[int]] = {}
        for place, word in enumerate(re.findall(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", text)):
            self._places.setdefault(word, []).append(place)
        self._sorted = sorted(self._places)

    def __contains__(self, word: str) -> bool:
        return word in self._places

    def describing(self, phrases: Iterable[str]) -> str | None:
        """Return the first of the phrases that the text contains."""
        return next((phrase for phrase in phrases if self._contains(phrase)), None)

    def _contains(self, phrase: str) -> bool:
        if not phrase.isascii():
            return phrase in self.text
        places = [self._beginning_with(stem) for stem in phrase.split()]
        return all(places) and any(
            all(any(abs(place - first) <= _FARTHEST_WORDS for place in others) for others in places[1:])
            for first in places[0]
        )

    def _beginning_with(self, stem: str) -> list[int]:
        found: list[int] = []
        for index in range(bisect_left(self._sorted, stem), len(self._sorted)):
            if not self._sorted[index].startswith(stem):
                break
            found += self._places[self._sorted[index]]
        return found
