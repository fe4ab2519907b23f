"""Find a request: a pasted id, error body or ticket becomes cards, each with its reason, fix and reply."""

from pixeldesk.pages.find_request.answer import show_answer
from pixeldesk.pages.find_request.card_side import finish_side
from pixeldesk.pages.find_request.paste_box import paste_box, unread_text
from pixeldesk.pages.find_request.welcome import show_no_id, show_welcome
from pixeldesk.pages.widgets.frame import Frame, show_page
from pixeldesk.pages.widgets.freshness import show_empty_store
from pixeldesk.pages.widgets.request_link import asked_ids


def _show(frame: Frame) -> None:
    paste_box()
    unread, asked = unread_text(), asked_ids()
    side = None
    if unread:
        show_no_id()
    elif asked:
        answer = frame.desk.lookup("\n".join(asked))
        pending = frame.desk.diagnosed_in_background(answer)
        side = show_answer(answer, pending)
    # Not before the answer, so that no card waits for it.
    frame.show_freshness()
    if frame.is_empty and not asked:
        show_empty_store()
    elif not (unread or asked):
        show_welcome()
    if side:
        finish_side(side, pending)


show_page("Find a request", _show)
