"""Name the reason why a line was refused."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """Why a line was refused, in one sentence, and the kind of reason: without the line's own values and positions."""

    text: str
    kind: str

    @classmethod
    def of(cls, text: str) -> "Reason":
        """Return a reason whose sentence holds nothing of the line, so that it names its own kind."""
        return cls(text, text)
