"""Show a box for private text. It acts on a paste at once, on typed text at Enter, and stores none of the text.

What a customer writes is private, and may have a key in it: it is sent once, as an event, and afterwards is neither in
the address nor in the session. A plain text input would store it as its value, join its lines into one, and look up
half an id while it is typed.
"""

from collections.abc import Callable

import streamlit as st

_HTML = """
<label for="text"></label>
<textarea id="text" rows="1" maxlength="500000" spellcheck="false" autocomplete="off" autocapitalize="off"></textarea>
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
export default function ({ parentElement, data, setTriggerValue }) {
  const box = parentElement.querySelector("textarea")
  parentElement.querySelector("label").textContent = data.label
  box.placeholder = data.placeholder
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
    if (data.isFirst && matchMedia("(hover: hover)").matches && document.activeElement === document.body) {
      box.focus({ preventScroll: true })
    }
  }
}
"""

_component = st.components.v2.component("pixeldesk_private_box", html=_HTML, css=_CSS, js=_JS)


def private_box(
    key: str, label: str, placeholder: str, on_text: Callable[[str], None], *, is_first: bool = False
) -> None:
    """Show the box. `on_text` gets each text before the page runs again. The first box of a page has the focus."""

    def take() -> None:
        text = st.session_state[key].pasted
        if isinstance(text, str):
            on_text(text)

    _component(key=key, data={"label": label, "placeholder": placeholder, "isFirst": is_first}, on_pasted_change=take)
