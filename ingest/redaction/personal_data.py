r"""Shorten or drop the addresses and the mail addresses in a text.

The setting PIXELDESK_PERSONAL_DATA says what becomes of them: `keep`; `shorten` an IPv4 address to its network of 24
bits, an IPv6 address to one of 48 bits and a mail address to its domain; or `drop` them. What takes their place has the
same form, so that a line parses as before and a second time changes nothing: 203.0.113.0, 2001:db8:1:: and
x@example.com, or `unknown`, which is read as no address, and x@mail.invalid.

An address stands alone: the version in Chrome/120.0.0.0 is none. In IPv6 those are looked for that begin with 2, 3, fc,
fd or fe, so that no time of day is taken for one. An escape (\n) or a percent-encoded character ends a word.
"""

from typing import Literal, NamedTuple

from pixeldesk.ingest.sql import literal

PersonalData = Literal["keep", "shorten", "drop"]
"""What becomes of personal data."""


class Kind(NamedTuple):
    """A kind of personal data: a regular expression of RE2 that finds it, and what replaces a match."""

    title: str
    find: str
    keep: str


_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_ESCAPED = r"\\[nrtbf]|%[0-9A-Fa-f]{2}"
_LEFT = rf"(^|[^0-9A-Za-z_./-]|(?:^|[^0-9A-Za-z_.-])/|{_ESCAPED})"
_RIGHT = r"([^0-9A-Za-z_.-]|\.[^0-9]|\.\z|-[^0-9A-Za-z]|\z)"
_THREE_OCTETS = rf"((?:{_OCTET}\.){{3}})"
_NOT_ZERO = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]?)"
_HEXADECIMAL = "[0-9A-Fa-f]{1,4}"
_COLON = "(?::|%3[Aa])"
_GROUP = f"(?:{_COLON}{_HEXADECIMAL})"
_LAST_GROUPS = rf"{_COLON}{{2}}(?:{_HEXADECIMAL}{_GROUP}{{0,5}})?"
_FIRST = "(?:[23][0-9A-Fa-f]{3}|[fF][cCdDeE][0-9A-Fa-f]{2})"
_IPV6_LEFT = rf"(^|[^0-9A-Za-z_.:%-]|{_ESCAPED})"
_NETWORKS = (
    rf"({_FIRST}{_GROUP}{{2}}){_GROUP}{{5}}",
    rf"({_FIRST}{_GROUP}{{2}}){_GROUP}{{0,4}}{_LAST_GROUPS}",
    rf"({_FIRST}{_GROUP}?){_LAST_GROUPS}",
)
_LETTER = r"0-9A-Za-z\x{80}-\x{10FFFF}"
_MAIL_LEFT = rf"(^|[^{_LETTER}._+~%\\-]|\\{{2}}|\\u[0-9A-Fa-f]{{4}}|{_ESCAPED})"
_BEFORE_AT = rf"(?:[{_LETTER}._+~-]|%2[BbDdEe]|%5[Ff])+"
_MAIL = rf"{_MAIL_LEFT}{_BEFORE_AT}(@|%40|\\u0040)([{_LETTER}-]+(?:\.[{_LETTER}-]+)*\.[A-Za-z]{{2,}})"
# A match takes the character behind it, so of addresses that one character separates, a second time finds the others.
_SHORTEN_IPV4 = Kind("IPv4 addresses", f"{_LEFT}{_THREE_OCTETS}{_NOT_ZERO}{_RIGHT}", r"\1\20\3")
_DROP_IPV4 = Kind("IPv4 addresses", f"{_LEFT}{_THREE_OCTETS}{_OCTET}{_RIGHT}", r"\1unknown\3")

KINDS: dict[PersonalData, tuple[Kind, ...]] = {
    "keep": (),
    "shorten": (
        _SHORTEN_IPV4,
        _SHORTEN_IPV4,
        *(Kind("IPv6 addresses", _IPV6_LEFT + network, r"\1\2::") for network in _NETWORKS),
        Kind("mail addresses", _MAIL, r"\1x\2\3"),
    ),
    "drop": (
        _DROP_IPV4,
        _DROP_IPV4,
        *(Kind("IPv6 addresses", _IPV6_LEFT + network, r"\1unknown") for network in _NETWORKS),
        Kind("mail addresses", _MAIL, r"\1x\2mail.invalid"),
    ),
}
"""The kinds that a setting replaces, in order."""


def personal_data_sql(column: str, personal_data: PersonalData) -> str:
    """Return an expression for the text of a column with its personal data as the setting has it."""
    for kind in KINDS[personal_data]:
        column = _without_sql(column, kind)
    return column


def personal_data_steps(column: str, personal_data: PersonalData) -> list[tuple[str, str]]:
    """Return the steps of `personal_data_sql`: the title of each kind, and its expression."""
    return [(kind.title, _without_sql(column, kind)) for kind in KINDS[personal_data]]


def _without_sql(column: str, kind: Kind) -> str:
    return f"regexp_replace({column}, {literal(kind.find)}, {literal(kind.keep)}, 'g')"
