"""The patterns that mark the names of secrets, made from the words in `names.toml`.

A name is judged once, here; the rules of syntax ask only whether the mark is there. Both engines lack look-ahead, so
names are marked too often at first, and the marks that do not belong are taken away: behind `next_token`, and inside a
longer word such as `tokenizer`.
"""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

_WORDS = tomllib.loads((Path(__file__).parent / "names.toml").read_text())
_JOINT = "[ _.-]?"
_JOINT_IN_NAMES = "[_.-]?"
# What stands before a word in small letters: no letter, unless it belongs to an escape such as \n or %26.
_BORDER = r"(?:^|[^A-Za-z]|\\[nrtbf]|%[0-9A-Fa-f]{2})"
_UPPER_BORDER = r"(?:^|[^A-Z]|%[0-9A-Fa-f]{2})"
# What stands before a whole name.
_BEGINNING = r"(?:(?:^|[^A-Za-z0-9_.-])-{0,2}|\\[nrtbf]|%[0-9A-Fa-f]{2})"
_NAME = "[A-Za-z0-9_.-]*"
_MARKS = "[<named><perhaps>]+"


class NameRule(NamedTuple):
    """A pattern and its replacement, in the language of `rules.toml`."""

    title: str
    find: str
    keep: str


def _letters(word: str) -> str:
    r"""Return a pattern for the word as it is, and with \u00f1 for what is not ASCII."""
    spelt = "".join(letter if letter.isascii() else rf"(?:{letter}|\\+u{_code(letter)})" for letter in word)
    # A pattern that begins with \\+ tries each backslash of a long run.
    return spelt if word[0].isascii() else spelt.replace(r"\\+u", r"\\u", 1)


def _code(letter: str) -> str:
    return "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in f"{ord(letter):04x}")


def _capitalised(word: str) -> str:
    return word[0].upper() + word[1:]


def _lower(words: str) -> str:
    first, *rest = words.split()
    return _JOINT.join([_letters(first), *(f"(?:{_letters(word)}|{_letters(_capitalised(word))})" for word in rest)])


def _title(words: str) -> str:
    return _JOINT.join(_letters(_capitalised(word)) for word in words.split())


def _upper(words: str) -> str:
    return _JOINT.join(_letters(word.upper()) for word in words.split())


def _any_of(patterns: Iterable[str]) -> str:
    # Longest first: the first alternative that matches is taken, and `pass` must not win over `passwort`.
    return f"(?:{'|'.join(sorted(dict.fromkeys(patterns), key=len, reverse=True))})"


def _spelt(words: Iterable[str], foreign: Iterable[str] = ()) -> str:
    """Return a pattern for any of the words in three spellings, the foreign ones in two."""
    # Not (?i:…): the engines disagree about which letters are the same as i, and a scan of any case costs too much.
    small = [*words, *foreign]
    return _any_of([*map(_lower, small), *map(_title, small), *map(_upper, words)])


def _bordered(words: Iterable[str], foreign: Iterable[str] = ()) -> str:
    """Return a pattern for any of the words with a border on its left, which is part of the match."""
    small = [*words, *foreign]
    return _any_of(
        [
            _BORDER + _any_of(map(_lower, small)),
            _any_of(map(_title, small)),
            _UPPER_BORDER + _any_of(map(_upper, words)),
        ]
    )


FURTHER = rf"(?:[_.-]?{_spelt(_WORDS['last']['further'])})?(?:[_.-]?[vV]?[0-9]{{1,3}})?"
"""Matches the words that may follow the last word of the name of a secret: password2, DB_PASS_PROD."""


def name_rules() -> list[NameRule]:
    """Return the rules that put the mark <named> behind each name of a secret, and <perhaps> behind others with key."""
    anywhere, last, key, errors = (_WORDS[part] for part in ("anywhere", "last", "key", "error"))
    word = _spelt(anywhere["words"], anywhere["foreign"])
    ending = anywhere["except_ending"]
    ends = _any_of(["[_.-]" + _spelt(ending), _any_of(map(_title, ending)), "[a-z]" + _any_of(map(_upper, ending))])
    keys = r"(?:[kK]eys?|KEYS?)<further>"
    qualifier = _any_of([_bordered(key["qualifiers"]), _spelt(key["qualifiers_anywhere"])])
    some_key = r"(?:[A-Za-z0-9][_.-](?:[kK]eys?|KEYS?)|[A-Za-z0-9]Keys?|[a-z0-9]KEYS?)"
    return [
        NameRule("names of secrets", rf"({word}s?(?:[A-Z0-9_.-]{_NAME})?)", r"\1<named>"),
        NameRule("secret_name", rf"({ends}[0-9]*)<named>", r"\1"),
        NameRule("next_token", rf"({_bordered(anywhere['except_after'])}{_JOINT_IN_NAMES}{word}[sS]?)<named>", r"\1"),
        NameRule(
            "pageToken",
            rf"({_BEGINNING}{_spelt(anywhere['except_beginning'])}{_JOINT_IN_NAMES}{word}[sS]?)<named>",
            r"\1",
        ),
        NameRule("names of keys, if their value looks like one", rf"({some_key}<further>)", r"\1<perhaps>"),
        NameRule("names of keys", rf"({qualifier}{_JOINT}{keys})<perhaps>?", r"\1<named>"),
        NameRule(
            "names that end as those of secrets",
            rf"({_bordered(last['words'], last['foreign'])}<further>)",
            r"\1<named>",
        ),
        NameRule("whole names", rf"({_BEGINNING}{_any_of(last['alone'])})", r"\1<named>"),
        NameRule("names of keys in URLs", r"([?&;#](?:[kK]ey|KEY))=", r"\1<perhaps>="),
        NameRule("marks inside a name", rf"{_MARKS}([_.-]*[A-Za-z0-9])", r"\1"),
        NameRule("primary_key", rf"({_bordered(key['except_after'])}{_JOINT_IN_NAMES}{keys}){_MARKS}", r"\1"),
        NameRule("missing_token", rf"({_bordered(errors['words'])}[A-Z_.-][A-Za-z0-9_.-]{{0,40}}){_MARKS}", r"\1"),
        NameRule("marks in a row", r"[<named><perhaps>]*<named>[<named><perhaps>]+|<perhaps>+<named>", "<named>"),
    ]
