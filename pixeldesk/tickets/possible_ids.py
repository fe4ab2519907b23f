"""Find what the store is asked about: every part of a text that may be an id, whatever its form.

Request ids are opaque, so the form of a word does not tell whether it is one; that the store has it does. The parts of
a text are its words, at several ways to split them, and words that a line break or a tag has split. Nothing that looks
like a secret is among them, and no part of it.

Every regular expression here is free of nested repetition, so that time grows linearly with the length of the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from pixeldesk.catalogue.checks import looks_like_secret
from pixeldesk.tickets.spellings import spellings

MOST_POSSIBLE = 2_000
"""Of a text, so many parts are looked up at most."""
_MOST_ACROSS_LINES = 200

_DASHES = dict.fromkeys(map(ord, "\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63"), "-")
_CHUNK = re.compile(r"[^\s\"'`<>(){}\[\]|\x00,;*\u2026]{4,300}+")
_WITH_COLONS = re.compile(r"[A-Za-z0-9_.:-]{4,200}+")
_WITH_DOUBLE_COLONS = re.compile(r"(?:[A-Za-z0-9_.-]|::){4,200}+")
_WORD = re.compile(r"[A-Za-z0-9_-]{4,200}+")
_GROUP = re.compile(r"[A-Za-z0-9]{8,100}+")
_SPLITS = (_WITH_COLONS, _WITH_DOUBLE_COLONS, _WORD, _GROUP)
_AROUND = "\"'`*<>()[]{}.,:;!?#@&/\\~-_"
_NEXT_LINE = re.compile(r"[ \t\\]{0,20}\r?\n[ \t>|*]{0,20}")
_LINE_END = re.compile(
    r"(?<![A-Za-z0-9_.:=-])([A-Za-z0-9_.:=-]{1,100}+)[ \t\\]{0,20}\r?\n[ \t>|*]{0,20}(?=[A-Za-z0-9_.:-])"
)
_LINE_START = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
# Of a text, so many line ends are looked at, and a word is split by so few.
_MOST_LINE_ENDS, _MOST_BREAKS = 2_000, 4
_LONGEST_ACROSS_LINES = 200
_SPACED_UUID = re.compile(
    r"(?<![0-9a-f])([0-9a-f]{8})[\s>-]{1,6}([0-9a-f]{4})[\s>-]{1,6}([0-9a-f]{4})[\s>-]{1,6}([0-9a-f]{4})[\s>-]{1,6}"
    r"([0-9a-f]{12})(?![0-9a-f])",
    re.IGNORECASE,
)
_SPACED_OWN = re.compile(r"(?<![A-Za-z0-9_-])(req[_-][A-Za-z0-9]{1,40})[ \t]{1,3}([A-Za-z0-9]{1,40})", re.IGNORECASE)
_CUT = re.compile(r"-?(?:\u2026|\.\.|\[\u2026|\[\.\.|\*\*\*)")

# A word counts as a name of something if it is in one letter case, and as a number or a time if it has few digits.
_LIKE_AN_ID = re.compile(r"[0-9]|[a-z][A-Z]|[A-Z][a-z]{1,30}[A-Z]")
_NUMBER_OR_TIME = re.compile(r"[0-9.:/+_-]{1,14}|v?[0-9][0-9.]{0,40}|\d{4}-\d\d-\d\d[0-9T:.Z+-]{0,30}")
_OTHER_THING = re.compile(
    r"(?:cus|customer|web|website|site|key|usr|user|org|acct|account|vis|visitor|sub|inv|pix)[_-][A-Za-z0-9]{1,40}",
    re.IGNORECASE,
)
_OWN_BEGINNING = re.compile(r"req[_-]", re.IGNORECASE)
_SHORTEST_CUT, _CHANGES_OF_A_RANDOM_WORD = 6, 3
_CHANGE = re.compile(r"[0-9](?=[A-Za-z])|[A-Za-z](?=[0-9])")
_SEPARATED = re.compile(r"[^A-Za-z0-9-]|-.*-.*-|^.{0,7}$")


@dataclass(frozen=True)
class PossibleId:
    """A part of a text that may be an id: where it stands, as it is written, and whether it may be a beginning."""

    start: int
    end: int
    written: str
    is_marked_as_cut: bool = False

    @property
    def spellings(self) -> tuple[str, ...]:
        """How the store may write it."""
        return spellings(self.written)

    @property
    def may_be_cut(self) -> bool:
        """Whether it may be the beginning of an id: an ellipsis says so, or it looks random."""
        if self.is_marked_as_cut or _OWN_BEGINNING.match(self.written):
            body = _OWN_BEGINNING.sub("", self.written)
            return len(body) >= _SHORTEST_CUT and _LIKE_AN_ID.search(body) is not None
        return (
            len(_CHANGE.findall(self.written)) >= _CHANGES_OF_A_RANDOM_WORD and _SEPARATED.search(self.written) is None
        )


def possible_ids(plain: str) -> list[PossibleId]:
    """Return the parts of a plain text that the store is asked about, in the order of the text.

    They are the first of the text, at most `MOST_POSSIBLE`.
    """
    text = plain.translate(_DASHES)
    across = [*islice(_across_lines(text), _MOST_ACROSS_LINES), *islice(_spaced(text), _MOST_ACROSS_LINES)]
    found = {(part.start, part.written): part for part in across}
    for part in _in_chunks(text):
        if len(found) >= MOST_POSSIBLE:
            break
        found.setdefault((part.start, part.written), part)
    return sorted(found.values(), key=lambda part: (part.start, part.start - part.end))


def is_marked_as_cut(plain: str, end: int) -> bool:
    """Tell whether an ellipsis says that the word which ends here goes on."""
    return _CUT.match(plain, end) is not None


def _in_chunks(text: str) -> Iterator[PossibleId]:
    for chunk in _CHUNK.finditer(text):
        for start, written in _pieces(chunk[0]):
            begin = chunk.start() + start
            end = begin + len(written)
            yield PossibleId(begin, end, written, is_marked_as_cut(text, end))


def _spaced(text: str) -> Iterator[PossibleId]:
    """Yield the ids with blanks in them."""
    for match in _SPACED_UUID.finditer(text):
        yield PossibleId(match.start(), match.end(), "-".join(match.groups()))
    for match in _SPACED_OWN.finditer(text):
        yield PossibleId(match.start(), match.end(), "".join(match.groups()))


def _pieces(chunk: str) -> Iterator[tuple[int, str]]:
    """Yield the parts of a run of characters, the longest first: it as a whole, and what it may be split into."""
    if not _LIKE_AN_ID.search(chunk):
        return
    whole = chunk.strip(_AROUND)
    seen: set[tuple[int, str]] = set()
    if _may_be_id(whole) and not looks_like_secret(whole):
        seen.add((chunk.find(whole), whole))
        yield from tuple(seen)
    secrets: list[tuple[int, int]] = []
    for start, written in _words(chunk):
        if (start, written) in seen or any(begin <= start < end for begin, end in secrets):
            continue
        seen.add((start, written))
        if not looks_like_secret(written):
            yield start, written
        elif not _OWN_BEGINNING.match(written):  # A key that follows an id is cut off from it elsewhere.
            secrets.append((start, start + len(written)))


def _words(chunk: str) -> Iterator[tuple[int, str]]:
    for split in _SPLITS:
        for match in split.finditer(chunk):
            # An id may begin or end with the marks that Markdown puts around it.
            for written in dict.fromkeys((match[0], match[0].strip(_AROUND))):
                if _may_be_id(written):
                    yield match.start() + match[0].find(written), written


def _across_lines(text: str) -> Iterator[PossibleId]:
    """Yield the words that line breaks have split, each as one word."""
    for head in islice(_LINE_END.finditer(text), _MOST_LINE_ENDS):
        joined, at = head[1].removesuffix("="), head.end()
        first_part = len(joined)
        for _ in range(_MOST_BREAKS):
            tail = _LINE_START.match(text, at)
            if not tail or len(joined) + len(tail[0]) > _LONGEST_ACROSS_LINES:
                break
            joined, end = joined + tail[0], tail.end()
            for start, written in _pieces(joined):
                if start < first_part < start + len(written):
                    yield PossibleId(head.start() + start, end, written)
            following = _NEXT_LINE.match(text, end)
            if not following:
                break
            at = following.end()


def _may_be_id(written: str) -> bool:
    return (
        4 <= len(written) <= 200
        and written.isascii()
        and _LIKE_AN_ID.search(written) is not None
        and not _NUMBER_OR_TIME.fullmatch(written)
        and not _OTHER_THING.fullmatch(written)
    )
