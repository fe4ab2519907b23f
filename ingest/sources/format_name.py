"""Name the format that a source is read in."""

from dataclasses import dataclass

_DOCUMENTS = "documents"


@dataclass(frozen=True)
class FormatName:
    """The names of the formats of a source, the outermost first, and whether it holds JSON documents to be unfolded.

    As text it is `docker/pino` for pino inside docker, and `documents/docker/pino` if the source holds documents.
    """

    layers: tuple[str, ...]
    are_documents: bool = False

    @classmethod
    def parse(cls, text: str) -> "FormatName":
        """Return the name that a text has, in any case and with underscores for hyphens."""
        layers = tuple(text.lower().replace("_", "-").split("/"))
        are_documents = layers[0] == _DOCUMENTS
        return cls(layers[1:] if are_documents else layers, are_documents)

    def __str__(self) -> str:
        return "/".join((_DOCUMENTS, *self.layers) if self.are_documents else self.layers)
