"""Report what an ingest did, in counts that always add up."""

from dataclasses import asdict, dataclass, field
from typing import Any

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


@dataclass
class IngestReport:
    """The result of `pixeldesk ingest`. `bytes` are uncompressed; `unchanged` files were not read again."""

    files: int = 0
    unchanged: int = 0
    counts: LineCounts = field(default_factory=LineCounts)
    seconds: float = 0.0
    formats: dict[str, int] = field(default_factory=dict)
    """How many sources were read in each format."""
    unreadable: list[Problem] = field(default_factory=list)
    """The sources that could not be read at all."""
    damaged: list[Problem] = field(default_factory=list)
    """The sources that were read in part."""
    lost: list[str] = field(default_factory=list)
    """One message for each time that lines of a followed source may have been lost."""

    def count_format(self, format_name: str) -> None:
        """Count a source by its format."""
        self.formats[format_name] = self.formats.get(format_name, 0) + 1

    def as_json(self) -> dict[str, Any]:
        """Return the JSON document of `pixeldesk ingest --json`."""
        return {
            "files": self.files,
            **{name: value for name, value in asdict(self.counts).items() if name != "bytes"},
            "bytes": self.counts.bytes,
            "seconds": round(self.seconds, 3),
            "formats": self.formats,
            "unchanged": self.unchanged,
            "unreadable": [str(problem) for problem in self.unreadable],
            "damaged": [str(problem) for problem in self.damaged],
            "lost": self.lost,
        }
