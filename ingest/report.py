"""What an ingest did: counts that always add up."""

from dataclasses import asdict, dataclass, field
from typing import Any

OUTCOMES = ("requests", "events", "quarantined", "duplicates", "blank", "unmapped")
"""What can become of a line."""


@dataclass
class LineCounts:
    """What became of the lines read. Every line is in exactly one of the six outcomes."""

    lines: int = 0
    requests: int = 0
    events: int = 0
    quarantined: int = 0
    duplicates: int = 0
    blank: int = 0
    unmapped: int = 0
    bytes: int = 0

    def add(self, other: "LineCounts") -> None:
        """Add another count to this one."""
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)

    @property
    def balanced(self) -> bool:
        """The accounting identity: lines = requests + events + quarantined + duplicates + blank + unmapped."""
        accounted: int = sum(getattr(self, outcome) for outcome in OUTCOMES)
        return self.lines == accounted


@dataclass
class IngestReport:
    """The result of `pixeldesk ingest`. `bytes` are uncompressed; `unchanged` files were not read again."""

    files: int = 0
    unchanged: int = 0
    counts: LineCounts = field(default_factory=LineCounts)
    seconds: float = 0.0
    formats: dict[str, int] = field(default_factory=dict)
    """How many sources were read as which format."""
    unreadable: list[str] = field(default_factory=list)
    """One line a source that could not be read at all."""
    damaged: list[str] = field(default_factory=list)
    """One line a source that was read in part."""
    lost: list[str] = field(default_factory=list)
    """One line each time that lines of a followed source may be lost."""

    def read_as(self, format_name: str) -> None:
        """Count a source by its format."""
        self.formats[format_name] = self.formats.get(format_name, 0) + 1

    def as_json(self) -> dict[str, Any]:
        """The JSON document of the command line's contract."""
        return {
            "files": self.files,
            **{name: value for name, value in asdict(self.counts).items() if name != "bytes"},
            "bytes": self.counts.bytes,
            "seconds": round(self.seconds, 3),
            "formats": self.formats,
            "unchanged": self.unchanged,
            "unreadable": self.unreadable,
            "damaged": self.damaged,
            "lost": self.lost,
        }
