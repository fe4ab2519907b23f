"""Find a request: turn a pasted id, error body or ticket into cards, each with a reason, a fix and a reply."""

from functools import partial

from pixeldesk.pages.find_request.answer import show_answer
from pixeldesk.pages.find_request.card_side import finish_side
from pixeldesk.pages.find_request.paste_box import paste_box
from pixeldesk.pages.find_request.ticket import show_forgotten_ticket, show_ticket
from pixeldesk.pages.find_request.welcome import show_welcome
from pixeldesk.pages.widgets.frame import Frame, show_page
from pixeldesk.pages.widgets.freshness import show_empty_store
from pixeldesk.pages.widgets.newer_lines import show_newer_lines
from pixeldesk.pages.widgets.request_link import asked_ids, asked_since, asked_ticket
from pixeldesk.pages.widgets.waiting import wait_for


def _show(frame: Frame) -> None:
    paste_box()
    ids, name = asked_ids(), asked_ticket()
    ticket = frame.desk.recent_tickets.recall(name) if name else None
    # Of a ticket that names nothing but ids, the ids' own answer says all.
    is_ticket_shown = ticket is not None and bool(ticket.named or not ids)
    side = ask = None
    if ids:
        answer = frame.desk.lookup_ids(ids, asked_since())
        ask = partial(frame.desk.diagnosed_in_background, answer)
        side = show_answer(answer, ask(), is_ticket_shown=is_ticket_shown)
    # After the answer, so that no card waits for it.
    frame.show_freshness()
    if ticket and is_ticket_shown:
        show_ticket(ticket, partial(frame.desk.diagnosed_in_background, ticket))
    elif name and not ids:
        show_forgotten_ticket()
    elif frame.is_empty and not ids:
        show_empty_store()
    elif not ids:
        show_welcome()
    if ask:
        pending = ask()
        if side:
            finish_side(side, pending)
        if pending.done() and not pending.exception():
            show_newer_lines(pending.result(), lambda: wait_for(ask()))


show_page("Find a request", _show)
