"""Find a request: turn a pasted id, error body or ticket into cards, each with a reason, a fix and a reply."""

from functools import partial

from pixeldesk.pages.find_request.answer import show_answer
from pixeldesk.pages.find_request.card_side import finish_side
from pixeldesk.pages.find_request.paste_box import paste_box, pasted_without_id
from pixeldesk.pages.find_request.welcome import show_no_id, show_welcome
from pixeldesk.pages.widgets.frame import Frame, show_page
from pixeldesk.pages.widgets.freshness import show_empty_store
from pixeldesk.pages.widgets.newer_lines import show_newer_lines
from pixeldesk.pages.widgets.request_link import asked_ids, asked_since
from pixeldesk.pages.widgets.waiting import wait_for


def _show(frame: Frame) -> None:
    paste_box()
    without_id, ids = pasted_without_id(), asked_ids()
    side = pending = None
    if without_id:
        show_no_id()
    elif ids:
        answer = frame.desk.lookup_ids(ids, asked_since())
        ask = partial(frame.desk.diagnosed_in_background, answer)
        pending = ask()
        side = show_answer(answer, pending)
    # After the answer, so that no card waits for it.
    frame.show_freshness()
    if frame.is_empty and not ids:
        show_empty_store()
    elif not (without_id or ids):
        show_welcome()
    if side and pending:
        finish_side(side, pending)
    if pending and pending.done() and not pending.exception():
        show_newer_lines(pending.result(), lambda: wait_for(ask()))


show_page("Find a request", _show)
