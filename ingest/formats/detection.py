"""Detect the formats of a source from its first bytes, or from lines that no format of it knows.

Each line scores, for each format, the size of the largest group of paths in `detected_by` that it has completely; a
format of text that has no such groups scores the number of its named groups. The format with the highest mean is the
main format of the source. The lines that it does not know are scored again, for the next format. The content of an
envelope is scored in the same way, three levels deep. Python parses these lines, a few dozen, and no others.
"""

from collections.abc import Sequence
from pathlib import Path

from pixeldesk.errors import FormatUnclear, TextUnknown
from pixeldesk.ingest.formats.log_format import (
    MAX_FORMATS,
    MAX_LAYERS,
    LogFormat,
    custom_formats,
    log_format,
    log_formats,
)
from pixeldesk.ingest.formats.samples import (
    MAX_LINES,
    Line,
    Record,
    contents_of,
    elements_in,
    lines_of,
    opened,
    text_of,
    values_of,
)

# If one format knows the first lines, the others are not scored: a format that appears later is found when it does.
_FEW = 8
# The fewest lines of text that make a source a log in a format of text, and not a log with a few bad lines.
_MIN_TEXT_LINES = 8
# With a smaller lead, in times the score of the second format, it is open which one is right.
_CLEAR_LEAD = 1.25
# Whoever writes a custom format wants it to be used.
_CUSTOM_WEIGHT = 2.0
# A generic format counts only where no other one does.
_GENERIC_WEIGHT = 0.01
_NATIVE = "pixel"


def detect_format(sample: bytes, is_whole: bool, requested: str, custom: Path | None) -> LogFormat:
    """Return the format of a source that begins with `sample`, with the others of a mixture; UNRECOGNISED if none fits.

    `is_whole`: the sample is the whole source. `requested`: "auto", or the name of a format; a named format is only
    checked for whether it comes as JSON documents. `custom`: the user's own formats. Raises FormatUnclear if two
    formats fit equally well, and TextUnknown if the source is text that no format reads.
    """
    text = text_of(sample, custom)
    lines, characters_in_lines = lines_of(text, is_whole)
    # If every line is an object, the sample need not be parsed as documents too.
    are_objects = len(lines) == MAX_LINES and all(isinstance(line, dict) for line in lines)
    values, characters_in_values = ([], 0) if are_objects else values_of(text)
    is_truncated = (
        characters_in_lines < len(text) // 2
        and not characters_in_values
        and "\n" in text.strip()
        and bool(elements_in(text, custom))
    )
    are_documents = characters_in_values > characters_in_lines or is_truncated
    if requested != "auto":
        return log_format(requested, custom).in_documents(are_documents)
    documents: Sequence[Line] = values or elements_in(text, custom)
    found = formats_of(documents if are_documents else lines, custom)
    if found:
        return found[0].as_main().with_others(tuple(found[1:])).in_documents(are_documents)
    if not are_documents and len(lines) >= _MIN_TEXT_LINES and all(map(_is_text, lines)):
        raise TextUnknown(_Detection(custom).timeless_format_of(lines))
    return unrecognised(custom).in_documents(are_documents)


def unrecognised(custom: Path | None) -> LogFormat:
    """Return the format of a source that no format fits."""
    return log_format(_NATIVE, custom).as_fallback()


def formats_of(lines: Sequence[Line], custom: Path | None) -> list[LogFormat]:
    """Return the formats of some lines, the main one first; none for lines that no format knows.

    Raises FormatUnclear if two formats fit equally well.
    """
    return _Detection(custom).formats_of(lines)


def _is_text(line: Line) -> bool:
    """Return whether a line is text as a program writes it for people: neither JSON nor binary."""
    return isinstance(line, str) and line[:1] not in ("{", "[") and line.strip().replace("\t", " ").isprintable()


class _Detection:
    """Scores lines with all formats."""

    def __init__(self, custom: Path | None) -> None:
        self._formats = log_formats(custom)
        self._by_name = {each.format_name: each for each in self._formats}
        own = {each.format_name for each in custom_formats(custom)}
        self._weights = {
            each.format_name: _GENERIC_WEIGHT if each.generic else _CUSTOM_WEIGHT if each.format_name in own else 1.0
            for each in self._formats
        }

    def formats_of(self, lines: Sequence[Line], envelopes: tuple[str, ...] = ()) -> list[LogFormat]:
        """Return the formats of the lines, the main one first, with the formats inside them.

        `envelopes`: the names of those around the lines.
        """
        is_inside = bool(envelopes)
        if len(lines) > _FEW:
            of_few = self.formats_of(lines[:_FEW], envelopes)
            if len(of_few) == 1 and self._reads_all(of_few[0], lines[:_FEW], is_inside):
                return of_few
        has_time = any("timestamp" in self._by_name[name].columns for name in envelopes)
        scores = {
            each.format_name: [
                self._score(each, line, is_inside) if has_time or not each.is_timeless else 0 for line in lines
            ]
            for each in self._formats
        }
        remaining = set(range(len(lines)))
        found: list[LogFormat] = []
        while remaining and len(found) < MAX_FORMATS:
            best = self._best(scores, remaining, envelopes)
            if best is None:
                break
            known = {index for index in remaining if scores[best.format_name][index]}
            found += self._with_inner(best, [lines[index] for index in sorted(known)], envelopes)
            remaining -= known
        return [each for index, each in enumerate(found) if not _is_inside(each, found[:index])][:MAX_FORMATS]

    def timeless_format_of(self, lines: Sequence[Line]) -> str | None:
        """Return the title of a format that would read the lines if they had a time; None if there is none."""
        inside = [
            content
            for each in self._formats
            if each.is_text and each.content
            for content in contents_of(each, [record for line in lines for record in opened(each, line)])
        ]
        timeless = (each for each in self._formats if each.is_timeless)
        return next(
            (each.title for each in timeless for line in (*lines, *inside) if self._score(each, line, True)), None
        )

    def _reads_all(self, found: LogFormat, lines: Sequence[Line], is_inside: bool) -> bool:
        is_whole = not found.content or found.inner is not None
        return is_whole and all(self._score(found, line, is_inside) for line in lines)

    def _best(
        self, scores: dict[str, list[float]], remaining: set[int], envelopes: tuple[str, ...]
    ) -> LogFormat | None:
        """Return the format with the highest mean score. Raises FormatUnclear if another one fits its lines as well."""
        best = max(self._formats, key=lambda each: _sum(scores[each.format_name], remaining))
        of_best = scores[best.format_name]
        known = {index for index in remaining if of_best[index]}
        if not known:
            return None
        rivals = [each for each in self._formats if each is not best]
        rival = max(rivals, key=lambda each: _sum(scores[each.format_name], known))
        if _sum(of_best, known) < _CLEAR_LEAD * _sum(scores[rival.format_name], known):
            this, that = ("/".join((*envelopes, each.format_name)) for each in (best, rival))
            raise FormatUnclear(f"its first lines could be {this} or {that}", (this, that))
        return best

    def _with_inner(self, best: LogFormat, lines: Sequence[Line], envelopes: tuple[str, ...]) -> list[LogFormat]:
        if not best.content or len(envelopes) + 1 == MAX_LAYERS:
            return [best]
        contents = contents_of(best, [record for line in lines for record in opened(best, line)])
        if best.content_is_json:
            contents = [line for line in contents if isinstance(line, dict)]
        inner = self.formats_of(contents[:MAX_LINES], (*envelopes, best.format_name))
        return [best.around(each) for each in inner] or [best]

    def _score(self, candidate: LogFormat, line: Line, is_inside: bool) -> float:
        """Return the score of a line; that of a document is the mean of its elements."""
        records = opened(candidate, line)
        scores = [self._score_of_record(candidate, record, is_inside) for record in records]
        return self._weights[candidate.format_name] * sum(scores) / len(scores) if scores else 0

    def _score_of_record(self, candidate: LogFormat, record: Record, is_inside: bool) -> int:
        if not candidate.detected_by and not candidate.recognised_by:
            return len(record) if self._is_readable(candidate, record) else 0
        return candidate.score(record, is_inside)

    def _is_readable(self, candidate: LogFormat, record: Record) -> bool:
        """Return whether a text is more than words: it has a time, or a line that is known follows its first words."""
        if not candidate.content or "timestamp" in candidate.columns:
            return True
        contents = contents_of(candidate, [record])
        return any(self._score(each, line, True) for line in contents for each in self._formats if not each.is_timeless)


def _is_inside(candidate: LogFormat, envelopes: Sequence[LogFormat]) -> bool:
    """Return whether a format is inside one of the envelopes, which also read lines that came without them."""
    layers = candidate.name.layers
    return any(each.name.layers[-len(layers) :] == layers for each in envelopes)


def _sum(scores: Sequence[float], indexes: set[int]) -> float:
    return sum(scores[index] for index in indexes)
