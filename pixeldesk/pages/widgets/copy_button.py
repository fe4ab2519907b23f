"""Show a button that copies a text to the clipboard, and says so."""

from typing import Literal

import streamlit as st

_HTML = """
<button type="button"></button><span role="status"></span>
"""

_CSS = """
:host { display: block; }
button {
  font: 400 .875rem/1.4 var(--st-font); color: var(--st-text-color); cursor: pointer;
  min-height: 2.5rem; padding: 0 .75rem; white-space: nowrap; background: var(--st-background-color);
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius);
}
button.primary {
  color: #fff; background: var(--st-primary-color); border-color: var(--st-primary-color);
}
button:hover { border-color: var(--st-primary-color); }
button.primary:hover { filter: brightness(1.08); }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
"""

# The clipboard API needs https or localhost; elsewhere the older copy command still copies a selection.
_JS = """
const SHOWN_MS = 1600
const copyBySelection = (text) => {
  const area = document.createElement("textarea")
  area.value = text
  document.body.append(area)
  area.select()
  const done = document.execCommand("copy")
  area.remove()
  return done
}
const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}
export default function ({ parentElement, data }) {
  const button = parentElement.querySelector("button")
  const status = parentElement.querySelector("span")
  let reset
  button.textContent = data.label
  button.className = data.type
  button.onclick = async () => {
    const query = data.link && new URLSearchParams({ request_id: data.text })
    const done = await copy(query ? `${location.origin}${location.pathname}?${query}` : data.text)
    button.textContent = status.textContent = done ? "Copied" : "Select the text and copy it by hand"
    clearTimeout(reset)
    reset = setTimeout(() => { button.textContent = data.label; status.textContent = "" }, SHOWN_MS)
  }
}
"""

_component = st.components.v2.component("pixeldesk_copy_button", html=_HTML, css=_CSS, js=_JS)


def copy_button(label: str, text: str, key: str, type: Literal["primary", "secondary"] = "secondary") -> None:
    """Show a button that copies this text."""
    _component(key=key, data={"label": label, "text": text, "type": type, "link": False}, width="content")


def copy_link_button(label: str, request_id: str, key: str) -> None:
    """Show a button that copies the address of this page for one request."""
    _component(key=key, data={"label": label, "text": request_id, "type": "secondary", "link": True}, width="content")
