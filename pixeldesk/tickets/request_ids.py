"""Find what is certainly a request id in pasted text: an error body, a curl transcript, a link, or a whole mail.

These count as a request id, whether a store has them or not (`possible_ids` finds what the store is asked about):

- *the API's own form*, anywhere in the text: ``req_`` and 6 to 64 letters and digits, not inside a longer word.
  Further groups joined by single ``-`` or ``_`` are part of the id, since proxies append such suffixes (``-FRA``);
  `variants` returns the spellings without them. Letter case is preserved, except in the prefix, which a sentence or a
  title may have capitalised;
- *an id whose form only gateways and tracers write*: Vercel's (``fra1::vwn8m-1769518293090-3c3c2fe7c438``), AWS X-Ray's
  (``1-5759e988-bd862e3fe1be46a994272793``), and the trace id of a traceparent;
- *a labelled id* of any other form (``X-Request-Id: 01J8...``, ``"request_id": "5ls5b-17..."``), because the log
  format calls a request id opaque: 6 to 200 characters of ``A-Za-z0-9_.:-``, at least one of them a digit;
- *a text of nothing but ids* of either form, without labels: one id, or a list of ids.

Never an id: placeholders and variable names (``req_xxx``, ``req_headers``), ids of other things
(``cus_...``), dates, addresses, host names, and everything that `looks_like_secret`.

Every regular expression here is free of nested repetition, so that time grows linearly with the length of the text.
"""

import ipaddress
import re
from collections.abc import Iterator

from pixeldesk.catalogue.checks import KEY_MARK, OWN_PREFIX, looks_like_secret
from pixeldesk.tickets.plain_text import as_plain_text

_LONGEST_ID = 200

# --- the API's own form -------------------------------------------------------------------------------------

_PREFIX = re.compile(r"req_", re.IGNORECASE)
_LOST_SEPARATOR = re.compile(r"(?:x[_-])?(?:request[_-]?)?id(?=req_)", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z0-9_-]+")
_GROUP_OR_SEPARATOR = re.compile(r"[A-Za-z0-9]+|[_-]+")
_SHORTEST_BODY, _LONGEST_FIRST_GROUP, _LONGEST_OTHER_GROUP = 6, 64, 31
_NAMES_IN_CODE = re.compile(
    r"headers?|params|payload|timeouts?|duration|method|status|handler|counter|object|context|parser|options?"
    r"|logger|stream|latency|numbers?|string|length|buffer|config|session|client|server|response|requests?|total"
    r"|limits?|queue|cookies?|origin|schema|errors?|invalid|example|placeholder|sample|something"
    r"|yourid|youridhere|yourrequestid|requestid",
    re.IGNORECASE,
)


def _own_ids(word: str) -> Iterator[tuple[int, str]]:
    """Yield the ids of the own form in one run of letters, digits, ``_`` and ``-``, each with its offset."""
    start = len(word) - len(word.lstrip("_")) if word.endswith("_") else 0  # _emphasis_ in Markdown
    if separator_lost := _LOST_SEPARATOR.match(word, start):
        start = separator_lost.end()
    if not _PREFIX.match(word, start):
        return
    prefixes = list(_PREFIX.finditer(word, start))
    for prefix, end in zip(prefixes, [each.start() for each in prefixes[1:]] + [len(word)], strict=True):
        body = _body(word[prefix.end() : min(end, prefix.end() + 2 * _LONGEST_ID)])
        if body and not (prefix[0].isupper() and body.isalpha() and body.isupper()):
            yield prefix.start(), OWN_PREFIX + body


def _body(text: str) -> str | None:
    """Return the part of an id after its prefix: groups joined by single separators, truncated before a key."""
    if mark := KEY_MARK.search(text):
        text = text[: mark.start()]
    parts = _GROUP_OR_SEPARATOR.findall(text)
    if not parts or not parts[0].isalnum() or len(parts[0]) > _LONGEST_FIRST_GROUP:
        return None
    body = parts[0]
    for separator, group in zip(parts[1::2], parts[2::2], strict=False):
        longer = body + separator + group
        too_long = len(group) > _LONGEST_OTHER_GROUP or len(OWN_PREFIX + longer) > _LONGEST_ID
        if len(separator) > 1 or too_long:
            break
        body = longer
    return None if _is_name_or_placeholder(body, first_group=parts[0]) else body


def _is_name_or_placeholder(body: str, first_group: str) -> bool:
    characters = body.replace("_", "").replace("-", "")
    words_of_a_name = "_" in body and characters.isalpha() and (body.islower() or body.isupper())
    return (
        len(characters) < _SHORTEST_BODY
        or set(characters.lower()) == {"x"}
        or words_of_a_name
        or bool(_NAMES_IN_CODE.fullmatch(first_group))
    )


# --- ids of any other form ----------------------------------------------------------------------------------

_OPAQUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{4,198}[A-Za-z0-9]")
_DIGIT = re.compile(r"[0-9]")
_SHORT_OWN_FORM = re.compile(r"req_[A-Za-z0-9]{2,5}")
_OTHER_READING = re.compile(
    r"\d{4}-\d\d-\d\d(?:T[0-9:.]*Z?)?"  # date
    r"|\d{1,2}:\d\d(?::\d\d(?:\.\d{1,9})?)?"  # time of day
    r"|v?\d+\.[\d.]*"  # version, number, IPv4 address
    r"|.*\.[A-Za-z]{2,}|(?i:localhost|https?|mailto)\b.*"  # host or file name, address
    r"|.*(?i:req)_.*"  # a name that holds the prefix, or a malformed id of the own form
    r"|(?:.*[_.:-])?(?i:cus|customer|web|website|site|key|usr|user|org|acct|evt|vis|visitor)[_-].*"
)
_LABELLED = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:request|req|ray|trace|correlation|vercel)[-_ +]?ids?|cf[-_ ]?ray)(?![A-Za-z0-9])"
    r"[\"'`*\\)\]_ ]{0,6}+"
    r"(?P<sign>[:=|#\t]|is\b|was\b|-?>)?"
    r"[\"'`*\\(\[<>_ \t\r\n+|:]{0,12}+"
    r"(?=(?P<value>[A-Za-z0-9][A-Za-z0-9_.:-]{5,199}+)(?![A-Za-z0-9_+/=%\x00]))",
    re.IGNORECASE,
)
_SHORTEST_WITHOUT_SIGN = 16
_LISTED = re.compile(r"[^\s,;|]+")
_AROUND_AN_ID = "\"'`*<>()[]{}.,:!?"


def _is_opaque_id(token: str) -> bool:
    if not _OPAQUE.fullmatch(token) or not _DIGIT.search(token) or looks_like_secret(token):
        return False
    if _SHORT_OWN_FORM.fullmatch(token):
        return True
    return not _OTHER_READING.fullmatch(token) and not _is_ip_address(token)


def _is_ip_address(token: str) -> bool:
    try:
        ipaddress.ip_address(token)
    except ValueError:
        return False
    return True


def _labelled_ids(text: str) -> Iterator[tuple[int, str]]:
    for match in _LABELLED.finditer(text):
        value = match["value"].rstrip(_AROUND_AN_ID + "_-")
        if _is_opaque_id(value) and (match["sign"] or len(value) >= _SHORTEST_WITHOUT_SIGN):
            yield match.start("value"), value


# --- ids that only gateways and tracers write ---------------------------------------------------------------

_GATEWAY = re.compile(
    r"(?<![A-Za-z0-9_-])(?<!::)(?:[a-z][a-z][a-z]\d::){0,4}[a-z0-9]{5}-\d{13}-[0-9a-f]{12}(?![A-Za-z0-9_-])"
    r"|(?<![A-Za-z0-9_-])(?<!Self=)1-[0-9a-f]{8}-[0-9a-f]{24}(?![A-Za-z0-9_-])"
    r"|(?<![A-Za-z0-9_-])[0-9a-f]{2}-(?P<trace>[0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?![A-Za-z0-9_-])",
    re.IGNORECASE,
)


def _gateway_ids(text: str) -> Iterator[tuple[int, str]]:
    for match in _GATEWAY.finditer(text):
        group = "trace" if match["trace"] else 0
        if not looks_like_secret(match[group]):
            yield match.start(group), match[group]


# --- the public functions -----------------------------------------------------------------------------------


def find_request_ids(text: str) -> tuple[str, ...]:
    """Return every id in a pasted text that is certainly a request id, each once, in the order of first appearance.

    Never returns anything that `looks_like_secret`.
    """
    return tuple(dict.fromkeys(request_id for _, request_id in certain_ids(as_plain_text(text))))


def certain_ids(plain: str) -> list[tuple[int, str]]:
    """Return the ids in a plain text that are certainly request ids, each with its offset, in the order of the text."""
    found = _ids_if_nothing_else(plain)
    if not found:
        own = [
            (word.start() + offset, request_id)
            for word in _WORD.finditer(plain)
            for offset, request_id in _own_ids(word[0])
        ]
        found = sorted({*own, *_labelled_ids(plain), *_gateway_ids(plain)})
    return found


def _ids_if_nothing_else(text: str) -> list[tuple[int, str]]:
    """Return the ids of a text that is one id or a list of ids; empty for any other text."""
    found: list[tuple[int, str]] = []
    for raw in _LISTED.finditer(text):
        token = raw[0].strip(_AROUND_AN_ID)
        start = raw.start() + raw[0].find(token)
        own = list(_own_ids(token)) if _WORD.fullmatch(token) else []
        if token and not own and not _is_opaque_id(token):
            return []
        found += [(start + offset, each) for offset, each in own] or ([(start, token)] if token else [])
    return found


def is_well_formed(request_id: str) -> bool:
    """Tell whether a text is exactly one id as `find_request_ids` returns it, with nothing around it."""
    return find_request_ids(request_id) == (request_id,)


def variants(request_id: str) -> tuple[str, ...]:
    """Return shorter spellings of an id, to try in this order if the id itself is not in the logs.

    An id of the own form loses its trailing ``-`` and ``_`` groups one by one, since a proxy, or a word typed right
    after it, may have added them. Any other id loses a trailing airport code, which Cloudflare appends.
    """
    if not request_id.startswith(OWN_PREFIX):
        without_airport = re.sub(r"-[A-Z]{3}$", "", request_id)
        return (without_airport,) if without_airport != request_id and is_well_formed(without_airport) else ()
    ends = [match.start() for match in re.finditer(r"[_-]", request_id)]
    return tuple(request_id[:end] for end in reversed(ends) if is_well_formed(request_id[:end]))
