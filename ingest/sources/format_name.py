"""Name the format that a source is read in."""

from dataclasses import dataclass

UNRECOGNISED = "unrecognised"
"""The name of the format of a source that fits none. It is read as the native format, so that its lines are visible in
quarantine."""
_DOCUMENTS = "documents"


@dataclass(frozen=True)
class FormatName:
    """The names of the formats of a source, the outermost first, and whether it holds JSON documents to be unfolded.

    As text it is `docker/pino` for pino inside docker, `documents/docker/pino` if the source holds documents, and
    `pino+nginx` if some lines are of one format and some of another; `others` are the layers of those further formats.
    """

    layers: tuple[str, ...]
    are_documents: bool = False
    others: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def parse(cls, text: str) -> "FormatName":
        """Return the name that a text has, in any case and with underscores for hyphens."""
        layers, *others = (tuple(each.split("/")) for each in text.lower().replace("_", "-").split("+"))
        are_documents = layers[0] == _DOCUMENTS
        return cls(layers[1:] if are_documents else layers, are_documents, tuple(others))

    def __str__(self) -> str:
        main = (_DOCUMENTS, *self.layers) if self.are_documents else self.layers
        return "+".join("/".join(layers) for layers in (main, *self.others))
