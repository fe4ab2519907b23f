"""Undo what mail clients, browsers, encoders and people do to a text before its ids are read.

A line break inside an id is undone only if that is safe: at a mail's soft break (``=`` at the end of the line);
between a quotation mark before the id and one after its continuation; and if the part before the break is too short
for an id and the part after it cannot be a word. Any other break stays: `possible_ids` asks the store about it.

Every regular expression here is free of nested repetition, so that time grows linearly with the length of the text.
"""

import html
import re
import string
from urllib.parse import unquote

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
# Letters of other alphabets that look like these.
_ALIKE = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u051b\u051d\u04bb\u0433\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406\u0408\u0405"
    "\u03b1\u03b9\u03ba\u03bd\u03bf\u03c1\u03c5\u03c7\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
    "aeopcyxijsdqwhrABEKMHOPCTYXIJSaikvopuxABEZHIKMNOPTYX",
)
_PLAIN = frozenset(string.ascii_letters + string.digits + "_-") | set(map(chr, _ALIKE))
_MIXED_WORD = re.compile(
    r"[A-Za-z0-9_-]{0,64}[\u0391-\u03c9\u0406-\u051d][A-Za-z0-9_\u0391-\u03c9\u0406-\u051d-]{0,64}"
)
_LITERAL_ESCAPES = (("\\u005f", "_"), ("\\u005F", "_"), ("\\u002d", "-"), ("\\u002D", "-"), ("\\_", "_"))
_ESCAPED_BLANK = re.compile(r"\\(?:n|t|r(?!eq_))")
_ENCODED_EQUALS = re.compile(r"=3D(?=[\"']|req_)")
_ENCODED_UNDERSCORE = re.compile(r"(?<![A-Za-z0-9])(req)=5F(?=[A-Za-z0-9])", re.IGNORECASE)
_TEXT_TAG = re.compile(r"</?(?:b|i|u|em|strong|small|code|kbd|tt|pre|span|mark|br|p|div|li) ?/?>", re.IGNORECASE)
_CELL_BORDER = re.compile(r"</(?:t[hd]|dt)>\s{0,50}<(?:t[hd]|dd)\b[^<>]{0,200}>", re.IGNORECASE)
_EMAIL = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}+@[A-Za-z0-9.-]+")
_JWT = re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_.-]{8,}+")
_MASK = "\x00"

_NEXT_LINE = r"\r?\n[ \t>]{0,20}"
# Fifteen characters before the sign are an id of AWS API Gateway, which ends with it.
_SOFT_BREAK = re.compile(
    rf"(?<=[A-Za-z0-9_-])(?<![Ii][Dd])(?<!Root)(?<![^A-Za-z0-9_-][A-Za-z0-9_-]{{15}})={_NEXT_LINE}(?![Rr][Ee][Qq]_)(?=[A-Za-z0-9_-])"
)
_BREAK_IN_QUOTES = re.compile(
    rf"([\"'`])([Rr][Ee][Qq]_[A-Za-z0-9]{{0,64}}+){_NEXT_LINE}(?![Rr][Ee][Qq]_)([A-Za-z0-9]{{1,64}}+)(?=\1)"
)
_BREAK_IN_SHORT_ID = re.compile(
    rf"(?<![A-Za-z0-9_-])([Rr][Ee][Qq]_[A-Za-z0-9]{{1,5}}+){_NEXT_LINE}(?![Rr][Ee][Qq]_)([A-Za-z0-9]{{1,64}}+)"
)
_CANNOT_BE_A_WORD = re.compile(r"[0-9][A-Za-z]|[A-Za-z][0-9]|[a-z][A-Z]")


def as_plain_text(text: str) -> str:
    """Return a text without encodings, markup, invisible characters and letters that only look like those of an id.

    Decodes mail quoting, Markdown, HTML, JSON within JSON, percent and quoted-printable encoding, and full-width
    characters. Mail addresses and JWTs are replaced by a NUL, an inline tag by a line break.
    """
    decoded = unquote(unquote(html.unescape(text))).translate(_AS_ASCII)
    for escape, character in _LITERAL_ESCAPES:
        decoded = decoded.replace(escape, character)
    decoded = _MIXED_WORD.sub(_of_one_alphabet, _ENCODED_EQUALS.sub("=", _ESCAPED_BLANK.sub(" ", decoded)))
    decoded = _ENCODED_UNDERSCORE.sub(r"\1_", decoded)
    decoded = _CELL_BORDER.sub("|", decoded.replace("<wbr>", "").replace("<wbr/>", ""))
    decoded = _without_broken_ids(_TEXT_TAG.sub("\n", decoded))
    return _JWT.sub(_MASK, _EMAIL.sub(_MASK, decoded))


def _of_one_alphabet(match: re.Match[str]) -> str:
    word = match[0]
    is_mixed = any(letter.isascii() and letter.isalnum() for letter in word) and _PLAIN.issuperset(word)
    return word.translate(_ALIKE) if is_mixed else word


def _without_broken_ids(text: str) -> str:
    text = _SOFT_BREAK.sub("", text)
    text = _BREAK_IN_QUOTES.sub(r"\1\2\3", text)
    return _BREAK_IN_SHORT_ID.sub(_joined_unless_a_word_follows, text)


def _joined_unless_a_word_follows(match: re.Match[str]) -> str:
    head, continuation = match.groups()
    # req_id and req_body are names, and whole.
    is_name = head[len("req_") :].islower() and head[len("req_") :].isalpha()
    return head + continuation if _CANNOT_BE_A_WORD.search(continuation) and not is_name else match[0]
