"""Report what an ingest did, in counts that always add up."""

from collections import Counter
from dataclasses import asdict, dataclass, field

from pixeldesk.frozen_model import FrozenModel
from pixeldesk.ingest.sources.source_name import SourceName

OUTCOMES = ("requests", "events", "quarantined", "duplicates", "blank", "unmapped")
"""The outcomes of a line."""


@dataclass
class LineCounts:
    """The outcomes of the lines read. Every line has exactly one of the six outcomes."""

    lines: int = 0
    requests: int = 0
    events: int = 0
    quarantined: int = 0
    duplicates: int = 0
    blank: int = 0
    unmapped: int = 0
    bytes: int = 0

    def add(self, other: "LineCounts") -> None:
        """Add other counts to these."""
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)

    @property
    def balanced(self) -> bool:
        """Whether each line has an outcome: lines = requests + events + quarantined + duplicates + blank + unmapped."""
        accounted: int = sum(getattr(self, outcome) for outcome in OUTCOMES)
        return self.lines == accounted


@dataclass(frozen=True)
class Problem:
    """What is wrong with a source, in one line that names it. `source` is None for a path that leads to no source."""

    source: SourceName | None
    text: str

    def __str__(self) -> str:
        return self.text


class Reading(FrozenModel):
    """What a source was read as."""

    source: str
    format: str
    """The formats of its lines: nginx, docker/pino, pino+nginx; unrecognised if there is none."""
    unread: list[str]
    """Names of fields in its first lines that look like a status, a path, an id or a time, and that the format does
    not read."""
    longest_ms: float | None = None
    """The duration of its longest request, if that is longer than the lines read now span: its unit is doubtful."""


class Ingested(FrozenModel):
    """The answer of `pixeldesk ingest`: `lines` is the sum of the six outcomes after it."""

    files: int
    lines: int
    requests: int
    """Each once: a further line of a request, such as the proxy's, counts among the events."""
    events: int
    quarantined: int
    duplicates: int
    blank: int
    unmapped: int
    bytes: int
    """Uncompressed."""
    seconds: float
    formats: dict[str, int]
    """How many sources were read in each format."""
    readings: list[Reading]
    """What each source was read as, of those that were read now."""
    unchanged: int
    """Files that were read before and hold nothing new."""
    not_understood: list[str]
    """A sentence for each source of which nothing was understood: what it seems to be, and what to do."""
    unreadable: list[str]
    """A sentence for each source that could not be read at all."""
    damaged: list[str]
    """A sentence for each source that was read in part."""
    lost: list[str]
    """A sentence for each time that lines of a followed source may have been lost."""

    def lines_by_outcome(self) -> dict[str, int]:
        """Return the number of lines of each outcome."""
        return {outcome: getattr(self, outcome) for outcome in OUTCOMES}


@dataclass
class IngestReport:
    """What an ingest has done so far. `bytes` are uncompressed; `unchanged` files were not read again."""

    files: int = 0
    unchanged: int = 0
    counts: LineCounts = field(default_factory=LineCounts)
    seconds: float = 0.0
    readings: dict[SourceName, Reading] = field(default_factory=dict)
    not_understood: list[Problem] = field(default_factory=list)
    """The sources of which nothing was understood."""
    unreadable: list[Problem] = field(default_factory=list)
    """The sources that could not be read at all."""
    damaged: list[Problem] = field(default_factory=list)
    """The sources that were read in part."""
    lost: list[str] = field(default_factory=list)
    """One message for each time that lines of a followed source may have been lost."""

    @property
    def formats(self) -> dict[str, int]:
        """How many sources were read in each format."""
        return dict(Counter(reading.format for reading in self.readings.values()))

    def ingested(self) -> Ingested:
        """Return what was done so far."""
        return Ingested(
            files=self.files,
            **asdict(self.counts),
            seconds=round(self.seconds, 3),
            formats=self.formats,
            readings=list(self.readings.values()),
            unchanged=self.unchanged,
            not_understood=[str(problem) for problem in self.not_understood],
            unreadable=[str(problem) for problem in self.unreadable],
            damaged=[str(problem) for problem in self.damaged],
            lost=list(self.lost),
        )


class Retried(FrozenModel):
    """The answer of `pixeldesk quarantine --retry`: what became of the lines tried, each with one of five outcomes."""

    tried: int
    requests: int
    events: int
    duplicates: int
    """Lines that are stored already."""
    still: int
    """Lines that are still rejected."""
    not_found: int
    """Lines whose source is gone, or holds something else at their offset."""
    not_found_in: list[str]
    """The first of those sources."""
