"""Find request ids in pasted text: a bare id, an error body, a curl transcript, a link, or a whole mail.

Three things count as a request id:

- *the API's own form*, anywhere in the text: ``req_`` and 6 to 64 letters and digits, not inside a longer word.
  Further groups joined by single ``-`` or ``_`` are part of the id, since proxies append such suffixes (``-FRA``);
  `variants` returns the spellings without them. Letter case is preserved, except in the prefix, which a sentence or a
  title may have capitalised;
- *a labelled id* of any other form (``X-Request-Id: 01J8...``, ``"request_id": "5ls5b-17..."``), because the log
  format calls a request id opaque: 6 to 200 characters of ``A-Za-z0-9_.:-``, at least one of them a digit;
- *a text of nothing but ids* of either form, without labels: one id, or a list of ids.

Never an id: placeholders and variable names (``req_xxx``, ``req_headers``), ids of other things
(``cus_...``), dates, addresses, host names, and everything that `looks_like_secret`.

A line break inside an id is undone only if that is safe: at a mail's soft break (``=`` at the end of the line);
between a quotation mark before the id and one after its continuation; and if the part before the break is too short
for an id and the part after it cannot be a word. Otherwise the break ends the id, since an id at the end of a line is
common and a broken id rare.

Every regular expression here is free of nested repetition, so that time grows linearly with the length of the text.
"""

import html
import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import unquote

from pixeldesk.catalogue.checks import KEY_MARK, OWN_PREFIX, looks_like_secret

_LONGEST_ID = 200

# --- undo what mail clients, browsers and encoders do to a text ---------------------------------------------

_INVISIBLE = [0x00AD, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
_SPACES = [0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000]
_AS_ASCII: dict[int, str] = {
    **{fullwidth: chr(fullwidth - 0xFEE0) for fullwidth in range(0xFF01, 0xFF5F)},
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys(_INVISIBLE, ""),
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u2039\u203a"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u00ab\u00bb"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011"), "-"),
}
_LITERAL_ESCAPES = (("\\u005f", "_"), ("\\u005F", "_"), ("\\u002d", "-"), ("\\u002D", "-"), ("\\_", "_"))
_ESCAPED_BLANK = re.compile(r"\\(?:n|t|r(?!eq_))")
_ENCODED_EQUALS = re.compile(r"=3D(?=[\"']|req_)")
_TEXT_TAG = re.compile(r"</?(?:b|i|u|em|strong|small|code|kbd|tt|pre|span|mark|br|p|div|li) ?/?>", re.IGNORECASE)
_CELL_BORDER = re.compile(r"</(?:t[hd]|dt)>\s{0,50}<(?:t[hd]|dd)\b[^<>]{0,200}>", re.IGNORECASE)
_EMAIL = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}+@[A-Za-z0-9.-]+")
_JWT = re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_.-]{8,}+")
_MASK = "\x00"

_NEXT_LINE = r"\r?\n[ \t>]{0,20}"
_SOFT_BREAK = re.compile(rf"(?<=[A-Za-z0-9_-])(?<![Ii][Dd])={_NEXT_LINE}(?![Rr][Ee][Qq]_)(?=[A-Za-z0-9_-])")
_BREAK_IN_QUOTES = re.compile(
    rf"([\"'`])([Rr][Ee][Qq]_[A-Za-z0-9]{{0,64}}+){_NEXT_LINE}(?![Rr][Ee][Qq]_)([A-Za-z0-9]{{1,64}}+)(?=\1)"
)
_BREAK_IN_SHORT_ID = re.compile(
    rf"(?<![A-Za-z0-9_-])([Rr][Ee][Qq]_[A-Za-z0-9]{{1,5}}+){_NEXT_LINE}(?![Rr][Ee][Qq]_)([A-Za-z0-9]{{1,64}}+)"
)
_CANNOT_BE_A_WORD = re.compile(r"[0-9][A-Za-z]|[A-Za-z][0-9]|[a-z][A-Z]")


def _as_plain_text(text: str) -> str:
    decoded = unquote(unquote(html.unescape(text))).translate(_AS_ASCII)
    for escape, character in _LITERAL_ESCAPES:
        decoded = decoded.replace(escape, character)
    decoded = _ENCODED_EQUALS.sub("=", _ESCAPED_BLANK.sub(" ", decoded))
    decoded = _CELL_BORDER.sub("|", decoded.replace("<wbr>", "").replace("<wbr/>", ""))
    decoded = _without_broken_ids(_TEXT_TAG.sub(" ", decoded))
    return _JWT.sub(_MASK, _EMAIL.sub(_MASK, decoded))


def _without_broken_ids(text: str) -> str:
    text = _SOFT_BREAK.sub("", text)
    text = _BREAK_IN_QUOTES.sub(r"\1\2\3", text)
    return _BREAK_IN_SHORT_ID.sub(_joined_unless_a_word_follows, text)


def _joined_unless_a_word_follows(match: re.Match[str]) -> str:
    head, continuation = match.groups()
    return head + continuation if _CANNOT_BE_A_WORD.search(continuation) else match[0]


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
        or len(set(characters.lower())) == 1
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
    r"(?<![A-Za-z0-9])(?:request|req)[-_ +]?ids?(?![A-Za-z0-9])"
    r"[\"'`*\\)\]_ ]{0,6}+"
    r"(?P<sign>[:=|#\t]|is\b|was\b|-?>)?"
    r"[\"'`*\\(\[<>_ \t\r\n+|:]{0,12}+"
    r"(?=(?P<value>[A-Za-z0-9][A-Za-z0-9_.:-]{5,199}+)(?![A-Za-z0-9_+/=%\x00]))",
    re.IGNORECASE,
)
_SHORTEST_WITHOUT_SIGN = 16
_LIST_SEPARATOR = re.compile(r"[\s,;|]+")
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


# --- the public functions -----------------------------------------------------------------------------------


def find_request_ids(text: str) -> tuple[str, ...]:
    """Return every request id in a pasted text, each once, in the order of first appearance.

    Decodes mail quoting, Markdown, HTML, JSON within JSON, percent and quoted-printable encoding, and invisible or
    full-width characters. Never returns anything that `looks_like_secret`.
    """
    plain = _as_plain_text(text)
    found = _ids_if_nothing_else(plain)
    if not found:
        own = [
            (word.start() + offset, request_id)
            for word in _WORD.finditer(plain)
            for offset, request_id in _own_ids(word[0])
        ]
        found = [request_id for _, request_id in sorted([*own, *_labelled_ids(plain)])]
    return tuple(dict.fromkeys(found))


def _ids_if_nothing_else(text: str) -> list[str]:
    """Return the ids of a text that is one id or a list of ids; empty for any other text."""
    found: list[str] = []
    for raw in _LIST_SEPARATOR.split(text):
        token = raw.strip(_AROUND_AN_ID)
        own = [request_id for _, request_id in _own_ids(token)] if _WORD.fullmatch(token) else []
        if token and not own and not _is_opaque_id(token):
            return []
        found += own or ([token] if token else [])
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
