"""The box to paste into. It acts on a paste at once and on typing only at Enter, and keeps none of the text.

A ticket is private: it is sent once, as an event, and is in neither the address nor the session afterwards.
A plain text input would hold it as its value, would turn its lines into one, and would look up half an id
while it is typed.
"""

from contextlib import suppress

import streamlit as st

from pixeldesk.desk.desk import the_desk
from pixeldesk.errors import PixeldeskError
from pixeldesk.pages.widgets.request_link import MOST_IDS, ask_for
from pixeldesk.tickets.request_ids import find_request_ids

_KEY = "paste_box"
_UNREAD = "paste_box_unread"
_LEFT_OUT = "paste_box_left_out"

_HTML = """
<label for="ticket">Request id, error body or ticket</label>
<textarea id="ticket" rows="1" maxlength="500000" spellcheck="false" autocomplete="off" autocapitalize="off"
  placeholder="Paste a request id, an error body or the whole ticket"></textarea>
"""

_CSS = """
:host { display: block; }
label { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
textarea {
  box-sizing: border-box; display: block; width: 100%; height: 42px; padding: 11px 14px;
  resize: none; overflow: hidden;
  font: 400 var(--st-base-font-size)/18px var(--st-font); color: var(--st-text-color); white-space: pre;
  background: var(--st-secondary-background-color);
  border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius);
}
textarea::placeholder { color: var(--st-text-color); opacity: .62; }
textarea:focus { outline: 2px solid var(--st-primary-color); outline-offset: -1px; }
"""

# More characters at once than a keystroke brings are a paste, a drop or an assistive tool filling the box.
_JS = """
const PASTE_FROM = 6
export default function ({ parentElement, setTriggerValue }) {
  const box = parentElement.querySelector("textarea")
  let before = box.value.length
  const send = () => {
    const text = box.value
    box.value = ""
    before = 0
    if (text.trim()) setTriggerValue("pasted", text)
  }
  box.oninput = () => {
    const added = box.value.length - before
    before = box.value.length
    if (added >= PASTE_FROM) send()
  }
  box.onkeydown = (event) => {
    if (event.key !== "Enter" || event.isComposing) return
    event.preventDefault()
    send()
  }
  if (!box.dataset.ready) {
    box.dataset.ready = "1"
    if (matchMedia("(hover: hover)").matches && document.activeElement === document.body) {
      box.focus({ preventScroll: true })
    }
  }
}
"""

_component = st.components.v2.component("pixeldesk_paste_box", html=_HTML, css=_CSS, js=_JS)


def paste_box() -> None:
    """Draw the box. What is pasted into it becomes the page's address before the page runs again."""
    _component(key=_KEY, on_pasted_change=_take_paste)
    left_out = st.session_state.pop(_LEFT_OUT, 0)
    if left_out:
        st.caption(
            f"The text names {left_out} more request ids. The page shows the first {MOST_IDS};"
            " `pixeldesk lookup -` reads them all."
        )


def unread_text() -> bool:
    """Whether the last paste held no request id. True once a paste."""
    return bool(st.session_state.pop(_UNREAD, False))


def _take_paste() -> None:
    text = st.session_state[_KEY].pasted
    ids = _ids_in(text) if isinstance(text, str) else ()
    if ids:
        ask_for(ids)
    st.session_state[_UNREAD] = not ids
    st.session_state[_LEFT_OUT] = max(0, len(ids) - MOST_IDS)


def _ids_in(text: str) -> tuple[str, ...]:
    """The ids of a text; the store is asked where it may be one id of an unusual form."""
    ids = find_request_ids(text)
    with suppress(PixeldeskError):
        ids = ids or the_desk().lookup(text).ids
    return ids
