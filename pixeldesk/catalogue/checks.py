"""Check values of a log before they reach a reply to a customer.

Every regular expression here is free of nested repetition, so that time grows linearly with the length of the text.
"""

import re
from collections.abc import Callable

OWN_PREFIX = "req_"
"""Prefix of the API's own request ids."""
ENVIRONMENTS = frozenset(
    {"production", "prod", "preview", "staging", "stage", "development", "dev", "test", "testing", "sandbox", "qa"}
)
"""Names of environments that are safe to repeat to a customer."""
MOST_NAMED = 10
"""A reply names at most this many values in a row."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_ROUTE = re.compile(r"/pixel/[a-z]{2,20}(?:/\{[a-z]{1,20}\}(?:/[a-z]{2,20})?)?")
_SCOPE = re.compile(r"[a-z]{2,20}:[a-z]{2,20}")
_FIELD_PART = r"(?:\.[A-Za-z0-9_]{1,40})?"
_FIELD = re.compile(rf"[A-Za-z][A-Za-z_]{{0,39}}{_FIELD_PART}{_FIELD_PART}{_FIELD_PART}")
_WEBSITE = re.compile(r"web_[A-Za-z0-9]{1,24}")
KEY_MARK = re.compile(
    r"(?<![A-Za-z0-9])(?:(?i:(?:ak|sk|pk|rk|tk|whsec|gh[oprsu]|github_pat|glpat|xox[a-z]|npm|shpat|pat|secret|token"
    r"|api_?key|bearer|basic)[_-]|sha(?:1|256|384|512)[:-])|AKIA|ASIA|AIza|eyJ)"
    r"|(?i:(?:ak|sk|pk|rk)_(?:live|test|prod|dev))"
    r"|^\$(?:2[abxy]|argon2|scrypt|pbkdf2)"
)
_ALPHANUMERIC_RUN = re.compile(r"[A-Za-z0-9]+")
_HEX = re.compile(r"[0-9a-fA-F]+")
_HASH_LENGTHS = frozenset({40, 56, 64, 96, 128})  # hex digits of SHA-1, SHA-224, SHA-256, SHA-384, SHA-512
# A trace id of AWS X-Ray has one capital letter, in the name before it.
_XRAY_NAME = re.compile(r"(?:Root|Self)=(?=1-[0-9a-f]{8}-[0-9a-f]{24}(?![0-9A-Za-z]))")
_LONG_RUN = re.compile(r"[A-Za-z0-9_+/=-]{32,}")


def is_route(value: object) -> bool:
    """Tell whether a value is a route template, such as `/pixel/pipes/{pipe}`."""
    return matches(_ROUTE, value)


def is_scope(value: object) -> bool:
    """Tell whether a value is the name of a scope, such as `pixel:read`."""
    return matches(_SCOPE, value)


def is_field(value: object) -> bool:
    """Tell whether a value is the name of a field or of a pipe, such as `event.name`."""
    return matches(_FIELD, value)


def is_website(value: object) -> bool:
    """Tell whether a value is a website id, such as `web_k31`."""
    return matches(_WEBSITE, value)


def is_environment(value: object) -> bool:
    """Tell whether a value is a common name of an environment."""
    return value in ENVIRONMENTS


def is_method(value: object) -> bool:
    """Tell whether a value is an HTTP method."""
    return value in _METHODS


def is_http_status(value: object) -> bool:
    """Tell whether a value is an HTTP status."""
    return isinstance(value, int) and 100 <= value <= 599


def all_checked(check: Callable[[object], bool], values: object) -> tuple[str, ...] | None:
    """Return a list's values if each passes the check and there are at most MOST_NAMED, else None.

    A part of a list is never returned: "the key holds only …" would be wrong.
    """
    if not isinstance(values, list | tuple) or len(values) > MOST_NAMED:
        return None
    return tuple(values) if all(check(value) for value in values) else None


def matches(pattern: re.Pattern[str], value: object) -> bool:
    """Tell whether a value is text that matches the whole pattern and does not look like a secret."""
    return isinstance(value, str) and pattern.fullmatch(value) is not None and not looks_like_secret(value)


def looks_like_secret(token: str) -> bool:
    """Tell whether a word looks like a key, a token, a JWT or a hash, which must be neither used nor shown.

    An id of the API's own form counts as a secret only if it contains a key's prefix, because its letters are as random
    as those of a key. 32 hex digits are not a secret: servers and tracers use them as request ids.
    """
    if KEY_MARK.search(token):
        return True
    if token.startswith(OWN_PREFIX):
        return False
    if any(len(run) in _HASH_LENGTHS and _HEX.fullmatch(run) for run in _ALPHANUMERIC_RUN.findall(token)):
        return True
    return any(_is_mixed(run) for run in _LONG_RUN.findall(_XRAY_NAME.sub("", token)))


def _is_mixed(run: str) -> bool:
    return all(any(test(character) for character in run) for test in (str.islower, str.isupper, str.isdigit))
