"""Show the box to paste into. It acts on a paste at once, on typed text at Enter, and stores none of the text.

A ticket is private: it is sent once, as an event, and afterwards is neither in the address nor in the session.
A plain text input would store it as its value, join its lines into one, and look up half an id while it is typed.
"""

from contextlib import suppress

import streamlit as st

from pixeldesk.desk.desk import the_desk
from pixeldesk.errors import PixeldeskError
from pixeldesk.pages.widgets.request_link import MOST_IDS, ask_for, ask_for_ticket

_KEY = "paste_box"
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

# More characters at once than a keystroke adds come from a paste, a drop or an assistive tool.
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
    """Show the box. The ids in a pasted text become the page's address before the page runs again."""
    _component(key=_KEY, on_pasted_change=_take_paste)
    left_out = st.session_state.pop(_LEFT_OUT, 0)
    if left_out:
        st.caption(
            f"The text names {left_out} more request ids. The page shows the first {MOST_IDS};"
            " `pixeldesk lookup -` reads them all."
        )


def _take_paste() -> None:
    text = st.session_state[_KEY].pasted
    # Of a store that does not answer, the page says so as it runs again.
    with suppress(PixeldeskError):
        if isinstance(text, str):
            _ask(text)


def _ask(text: str) -> None:
    desk = the_desk()
    ids = desk.ids_in(text)
    st.session_state[_LEFT_OUT] = max(0, len(ids) - MOST_IDS)
    # The answer to more ids than are shown would be looked up in vain.
    answer = desk.lookup(text) if len(ids) <= MOST_IDS else None
    if answer is None or answer.found:
        ask_for(ids)
    else:
        ask_for_ticket(desk.recent_tickets.remember(answer), ids)
