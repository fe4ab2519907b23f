"""Name the ids in a text or in an address: those that are certainly request ids, and one that may be."""

from collections.abc import Iterable
from dataclasses import dataclass

from pixeldesk.catalogue.checks import looks_like_secret
from pixeldesk.tickets.request_ids import find_request_ids, is_well_formed

_LONGEST_ID = 200


@dataclass(frozen=True)
class NamedId:
    """An id, and whether its form tells that it is a request id.

    Ids are opaque, so a text of unusual form counts as one too, but only if the store has it.
    """

    id: str
    is_certain: bool = True


def ids_in_text(text: str) -> tuple[NamedId, ...]:
    """Return every request id that a pasted text names, once; if there is none, the whole text if it may be an id."""
    certain = find_request_ids(text)
    if certain:
        return tuple(NamedId(request_id) for request_id in certain)
    alone = text.strip()
    return (NamedId(alone, is_certain=False),) if _may_be_id(alone) else ()


def ids_in_list(texts: Iterable[str]) -> tuple[NamedId, ...]:
    """Return the request ids in a list of ids, each once. Anybody may have written the list: see `ids_in_text`."""
    candidates = dict.fromkeys(text.strip() for text in texts)
    return tuple(NamedId(text, is_well_formed(text)) for text in candidates if _may_be_id(text))


def _may_be_id(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_ID and not any(letter.isspace() for letter in text) and not looks_like_secret(text)
