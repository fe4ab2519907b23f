"""Show what happened to a request: its outcome, what that means, what to do, who sent it, who else was affected."""

import json
from typing import Any

import streamlit as st

from pixeldesk.catalogue.wording import counted
from pixeldesk.pages.find_request.raw_record import show_actions
from pixeldesk.pages.widgets.fact_grid import show_fact_grid
from pixeldesk.pages.widgets.safe_text import markdown_escaped, show_text
from pixeldesk.pages.widgets.status_colour import status_colour
from pixeldesk.pages.widgets.time_format import in_full, in_viewers_zone, to_the_minute
from pixeldesk.tickets.card import Card, KeyHint

_MOST_CHARACTERS = 400


def show_outcome(card: Card) -> None:
    """Show the outcome of a request, without its neighbours and diagnosis."""
    with st.container(border=True, gap="small"):
        _show_heading(card)
        show_text("\n".join([*_request(card), *_response(card)]))
        st.markdown(_advice(card))
        show_fact_grid(_facts(card), columns=4)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(_also_affected(card), width="stretch")
            show_actions(card)


def _show_heading(card: Card) -> None:
    status = f":{status_colour(card.status)}-badge[{card.status or 'no status'}]"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(f"{status} {markdown_escaped(card.title)}", anchor=False, width="content")
        if card.error.code:
            show_text(card.error.code)
        badges = _badges(card)
        if badges:
            st.markdown(badges, width="content")


def _badges(card: Card) -> str:
    whose = ":gray-badge[On the customer's side]" if card.fault == "customer" else ""
    if card.ours:
        whose = ":red-badge[:material/home_repair_service: Ours, not the customer's]"
    known = "" if card.known_code else ":violet-badge[:material/help: Unknown code]"
    retry = f":gray-badge[{'Retryable' if card.retryable else 'Not retryable'}]" if _failed(card) else ""
    return " ".join(badge for badge in (known, whose, retry) if badge)


def _failed(card: Card) -> bool:
    return bool(card.fault) or not card.known_code


def _request(card: Card) -> list[str]:
    """Return the lines that say what was requested, and when."""
    took = None if card.duration_ms is None else f"{card.duration_ms:.1f} ms"
    requested = " ".join(part for part in (card.method, card.path or card.route) if part)
    doubt = "the server's clock looks wrong" if card.clock_suspect else None
    when = [in_full(card.timestamp), in_viewers_zone(card.timestamp), doubt]
    return [_joined([card.request_id, requested, took]), _joined(when)]


def _advice(card: Card) -> str:
    """Return meaning, fix and retry as Markdown, from our own catalogue alone, without log text."""
    whose = "**This is ours: nothing in the customer's request has to change.** " if card.ours else ""
    return "\n\n".join(
        [
            whose + markdown_escaped(card.meaning),
            f"**Fix** {markdown_escaped(card.fix)}",
            f"**Retry** {markdown_escaped(card.retry)}",
        ]
    )


def _response(card: Card) -> list[str]:
    """Return the lines that say what we answered, and what the upstream service answered us."""
    error, upstream = card.error, card.upstream
    answer = [error.message, _compact(error.details)]
    upstream_answer = [upstream.service, upstream.status, upstream.message] if upstream.message else []
    return [
        f"{title}: {'  '.join(str(part) for part in parts if part)}"
        for title, parts in (("Answered", answer), ("Upstream", upstream_answer))
        if any(parts)
    ]


def _compact(details: Any) -> str | None:
    if not details:
        return None
    text = details if isinstance(details, str) else json.dumps(details, ensure_ascii=False)
    return text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS] + "…"


def _facts(card: Card) -> list[tuple[str, list[str]]]:
    return [
        ("Who", [card.customer_id or "customer not named", card.website_id or "website not named"]),
        ("Key", _key_lines(card.key)),
        (
            "Server",
            [
                _joined([card.host, card.region]) or "not recorded",
                _joined([card.environment, card.release]),
            ],
        ),
        ("Client", [card.client_ip or "not recorded", card.user_agent or ""]),
    ]


def _key_lines(key: KeyHint) -> list[str]:
    if not key.prefix and not key.id:
        return ["no key was sent" if not key.fingerprint else f"fingerprint {key.fingerprint}"]
    length = f" ({key.length} characters)" if key.length else ""
    hint = [f"{key.prefix}…{length}"] if key.prefix else []
    ends = (("revoked", key.revoked_at), ("expires", key.expires_at))
    ended = [f"{verb} {to_the_minute(time)}" for verb, time in ends if time]
    return [*hint, key.id or "matches no key", *ended, *_scope_line(key.scopes)]


def _scope_line(scopes: tuple[str, ...] | None) -> list[str]:
    return [] if scopes is None else [f"scopes: {', '.join(scopes) or 'none'}"]


def _joined(parts: list[str | None]) -> str:
    return "  ·  ".join(part for part in parts if part)


def _also_affected(card: Card) -> str:
    """Return how many others had the same error, as Markdown without log text."""
    if not card.error.code:
        return "No error code, so no others to compare with."
    others = card.also_affected
    affected = [
        f"**{counted(callers, name)}** ({counted(requests, 'request')})"
        for callers, requests, name in (
            (others.customers, others.requests, "other customer"),
            (others.unnamed_callers, others.unnamed_requests, "unnamed caller"),
        )
        if callers
    ]
    return f"Same error in that clock hour: {' and '.join(affected) or 'nobody else'}."
