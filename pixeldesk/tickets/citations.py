"""A sentence of the evidence as a page shows it: the words, and the requests it cites as something to click."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Cited:
    """A sentence without the ids behind it, and those ids in their order."""

    text: str
    request_ids: tuple[str, ...] = ()


def cited(sentence: str, request_ids: Iterable[str]) -> Cited:
    """The parts of a sentence that ends in `(id, id).`; an id counts only if it is among these.

    A sentence that ends in any other way is left as it is: log text may hold brackets too.
    """
    rest = sentence.removesuffix(").")
    found: tuple[str, ...] = ()
    longest_first = sorted(set(request_ids), key=len, reverse=True)
    while rest != sentence and (last := next((one for one in longest_first if one and rest.endswith(one)), None)):
        rest, found = rest.removesuffix(last), (last, *found)
        if rest.endswith(" ("):
            return Cited(rest.removesuffix(" (") + ".", found)
        if not rest.endswith(", "):
            break
        rest = rest.removesuffix(", ")
    return Cited(sentence)
