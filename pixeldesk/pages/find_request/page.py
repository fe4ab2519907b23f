"""Find a request: a pasted id, error body or ticket becomes cards, each with its reason, fix and reply."""

from pixeldesk.desk.desk import the_desk
from pixeldesk.errors import PixeldeskError
from pixeldesk.pages.find_request.answer import show_answer
from pixeldesk.pages.find_request.card_side import finish_side
from pixeldesk.pages.find_request.paste_box import paste_box, unread_text
from pixeldesk.pages.widgets.freshness import (
    freshness_beside,
    is_empty,
    show_empty_store,
    show_freshness,
    show_store_error,
)
from pixeldesk.pages.widgets.request_link import asked_ids
from pixeldesk.pages.widgets.welcome import show_no_id, show_welcome

freshness = freshness_beside("Find a request")
paste_box()
unread, asked = unread_text(), asked_ids()
side = None
try:
    desk = the_desk()
    if unread:
        show_no_id()
    elif asked:
        answer = desk.lookup("\n".join(asked))
        pending = desk.diagnosing(answer)
        side = show_answer(answer, pending)
    # Asked late, so that no card waits for it.
    coverage = desk.coverage()
    show_freshness(freshness, coverage)
    if is_empty(coverage) and not asked:
        show_empty_store()
    elif not (unread or asked):
        show_welcome()
    if side:
        finish_side(side, pending)
except PixeldeskError as error:
    show_store_error(error)
