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
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")
_TEMPLATE_PART = re.compile(r"\{[a-z]{1,20}\}")
_PATH = re.compile(r"(?:/api)?(?:/v[0-9])?/pixels?(?P<rest>/[A-Za-z0-9_{}/-]{0,120})?")
_VERSION = re.compile(r"_v?[0-9]{1,2}[a-z]?$")
_WORDS_JOINED = re.compile(r"[_-]")
_HUMP = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[A-Z]")
_LONGEST_WORD, _MOST_WORDS = 20, 8
_SOMEBODYS_ID = re.compile(r"(?<![A-Za-z0-9])(?:cus|customer|web|key|org|acct|usr)_(?!id\b)", re.IGNORECASE)
_HOST_END = re.compile(
    r"\.(?:internal|intra|local|localdomain|localhost|lan|corp|home|private|svc|cluster|consul|test|example|invalid"
    r"|com|net|org|io|dev|app|cloud|sh|co|ai|eu|de|uk|us|fr|biz|info)$",
    re.IGNORECASE,
)
_OWN_ID = re.compile(rf"{OWN_PREFIX}[A-Za-z0-9]{{6,64}}")
# Vercel's ids begin with a region: `fra1::…`. Other colons may be those of an IPv6 address.
_LONG_ID = re.compile(r"(?!.*[0-9]{14})(?=.*[A-Za-z])(?:[a-z]{3}[0-9]::)?[A-Za-z0-9][A-Za-z0-9_=-]{14,120}")
_NOT_ALPHANUMERIC = re.compile(r"[^A-Za-z0-9]")
_SHORTEST_LONG_ID = 16
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
_VALIDATOR_MESSAGE = re.compile(r"[A-Za-z][A-Za-z0-9 ,.:()'\"<>=-]{3,79}")
_QUOTED_PROPERTY = re.compile(r"((?:property|keys?(?:\(s\))?(?: in object)?):?) ['\"]([A-Za-z_.]{1,40})['\"]")
_BOUND = re.compile(r"(?:[<>]=?|==?)(?= ?[0-9])")
_WORD_OR_NUMBER = re.compile(r"[A-Za-z]+|[0-9]+[A-Za-z]*|[<>=]")
_MOST_DIGITS = 6
_WORDS = """
a additional after all allowed an and any are array at be before between big bigint boolean bytes cannot character
characters contain contains cuid date datetime decimal defined digits does duplicate e element elements email empty
end ends enum equal exactly expected extra field file finite float for format from future greater has have
hexadecimal http https in inclusive input instance int integer invalid ip is iso it item items its key keys large
larger least length less letters list long longer lowercase mail map match matches max maximum min minimum missing
more most multiple must nan negative no non none not null number numeric object of offset on one only option
optional or past pattern permitted positive present properties property provided received record regex required s
safe schema set short shorter should size small smaller start starts string than the time timestamp to too true
false tuple type ulid undefined union unique unknown unrecognized uppercase uri url uuid valid value values was with
year zero
"""
_VALIDATORS_WORDS = frozenset(_WORDS.split())


def is_route(value: object) -> bool:
    """Tell whether a value is a route template, such as `/pixel/pipes/{pipe}`."""
    return matches(_ROUTE, value)


def is_scope(value: object) -> bool:
    """Tell whether a value is the name of a scope, such as `pixel:read`."""
    return matches(_SCOPE, value)


def is_field(value: object) -> bool:
    """Tell whether a value is the name of a field, such as `event.name`. A host name or a customer's id is none."""
    return matches(_FIELD, value) and not _HOST_END.search(str(value)) and not _SOMEBODYS_ID.search(str(value))


def is_pipe(value: object) -> bool:
    """Tell whether a value has the form of a pipe's name, such as `top_pages`, `KPIs` or `top-pages`, right or wrong.

    It is made of words. What may be an id, a host such as `web-2`, or random letters is none.
    """
    return matches(_TEMPLATE_PART, value) or (matches(_NAME, value) and _is_made_of_words(str(value)))


def is_path(value: object) -> bool:
    """Tell whether a value is a path below `/pixel`, without a query, of which each part is made of words."""
    path = _PATH.fullmatch(value) if isinstance(value, str) and not looks_like_secret(value) else None
    return path is not None and all(is_pipe(part) for part in (path["rest"] or "").split("/") if part)


def is_validator_message(value: object) -> bool:
    """Tell whether a value is a message of a validator, such as `Expected string, received number`.

    Each of its words is one of those that validators use, so that it can repeat nothing of what was sent; only the name
    of a missing or unknown property may stand in quotes.
    """
    if not matches(_VALIDATOR_MESSAGE, value):
        return False
    text = _QUOTED_PROPERTY.sub(lambda found: found[1] if is_field(found[2]) else found[0], str(value))
    words = _WORD_OR_NUMBER.findall(_BOUND.sub(" ", text))
    return all(word.lower() in _VALIDATORS_WORDS or (word.isdigit() and len(word) <= _MOST_DIGITS) for word in words)


def is_own_id(value: object) -> bool:
    """Tell whether a value has the form of the API's own request ids, such as `req_7Qm2xV9cT4`."""
    return matches(_OWN_ID, value)


def is_long_id(value: object) -> bool:
    """Tell whether a value is as long as the ids of proxies and tracers are, and no address, card number or host."""
    return matches(_LONG_ID, value) and len(_NOT_ALPHANUMERIC.sub("", str(value))) >= _SHORTEST_LONG_ID


def is_website(value: object) -> bool:
    """Tell whether a value is a website id, such as `web_k31`."""
    return matches(_WEBSITE, value)


def names_somebody(value: str) -> bool:
    """Tell whether a text has an id of a customer, a website, a key or an account in it."""
    return _SOMEBODYS_ID.search(value) is not None


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


def _is_made_of_words(name: str) -> bool:
    """Tell whether a name is of words, but for a version at its end. Random letters or a host, `web-2`, are not."""
    parts = _WORDS_JOINED.split(_VERSION.sub("", name))
    humps = [hump for part in parts for hump in _HUMP.findall(part)]
    return (
        "".join(humps) == "".join(parts)
        and len(humps) <= _MOST_WORDS
        and all(1 < len(hump) <= _LONGEST_WORD for hump in humps)
        and not _SOMEBODYS_ID.search(name)
    )


def _is_mixed(run: str) -> bool:
    return all(any(test(character) for character in run) for test in (str.islower, str.isupper, str.isdigit))
