"""Search the callers of the logs by anything that names them: pasted as in a ticket, or a part that was typed."""

from collections.abc import Sequence

from pixeldesk.catalogue.checks import looks_like_secret
from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.frozen_model import FrozenModel
from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.tickets.named_callers import CallerKind, named_callers

MOST_FOUND = 50
"""A search finds at most this many of each kind."""
_SHORTEST_PART, _LONGEST_PART = 2, 100


class FoundCaller(FrozenModel):
    """A customer, website, key or address of the logs, and the customer whose it is, if known."""

    kind: CallerKind
    name: str
    customer_id: str | None


def search_callers(store: Store, text: str) -> tuple[FoundCaller, ...]:
    """Return the callers that a text names; if it names none that is known, those with the text in their name."""
    known = [each for each in named_callers(store, text) if each.is_known]
    if known:
        return tuple(FoundCaller(kind=each.kind, name=each.name, customer_id=each.customer_id) for each in known)
    part = text.strip().strip(".\u2026*")
    if not _SHORTEST_PART <= len(part) <= _LONGEST_PART or looks_like_secret(part.partition("_")[2] or part):
        return ()
    rows = question("callers_like").rows(store, part=part.lower(), beginning=part, count=MOST_FOUND)
    return tuple(FoundCaller.of_rows(rows))


def diagnoses_of_callers(diagnoses: Sequence[Diagnosis], callers: Sequence[FoundCaller]) -> list[Diagnosis]:
    """Return the diagnoses of these callers, in their order."""
    customers = {each.customer_id for each in callers if each.customer_id}
    names = {(each.kind, each.name) for each in callers}
    return [each for each in diagnoses if each.customer_id in customers or not names.isdisjoint(_names(each))]


def _names(diagnosis: Diagnosis) -> set[tuple[str, str | None]]:
    return {
        ("customer", diagnosis.customer_id),
        ("website", diagnosis.website_id),
        ("key", diagnosis.key_fingerprint),
        ("key", diagnosis.key_prefix),
        ("address", diagnosis.client_ip),
    }
