"""Split a sentence of evidence into its text and the request ids it cites, so that a page can link them."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Cited:
    """A sentence without its citation, and the cited ids in their order."""

    text: str
    request_ids: tuple[str, ...] = ()


def cited(sentence: str, request_ids: Iterable[str]) -> Cited:
    """Split a sentence that ends in `(id, id).`, if each id is in `request_ids`.

    Any other sentence is returned whole: log text may contain brackets too.
    """
    rest = sentence.removesuffix(").")
    found: tuple[str, ...] = ()
    longest_first = sorted(set(request_ids), key=len, reverse=True)
    while rest != sentence and (last := next((each for each in longest_first if each and rest.endswith(each)), None)):
        rest, found = rest.removesuffix(last), (last, *found)
        if rest.endswith(" ("):
            return Cited(rest.removesuffix(" (") + ".", found)
        if not rest.endswith(", "):
            break
        rest = rest.removesuffix(", ")
    return Cited(sentence)
