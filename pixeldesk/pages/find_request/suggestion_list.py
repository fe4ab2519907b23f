"""Show the requests that fit a ticket as a list of links, each with its outcome and why it fits.

A component of our own, for the reasons that the list of evidence has: it sets everything as text, and its links are
real ones, which a click follows in one step of the browser's history.
"""

from collections.abc import Sequence

import streamlit as st

from pixeldesk.pages.widgets.request_table import method_and_route
from pixeldesk.pages.widgets.status_colour import status_colour
from pixeldesk.pages.widgets.switch_page import GO_JS
from pixeldesk.pages.widgets.time_format import with_milliseconds
from pixeldesk.printable import visible
from pixeldesk.queries.values import rfc3339
from pixeldesk.tickets.answer import Suggested

_HTML = """
<ol></ol>
"""

_CSS = """
:host { display: block; }
ol { list-style: none; margin: 0; padding: 0; display: grid; gap: .6rem; font: 400 .95rem/1.45 var(--st-font); }
li {
  padding: .7rem .9rem; border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius);
  color: var(--st-text-color); overflow-wrap: anywhere;
}
.head { display: flex; flex-wrap: wrap; gap: .2rem .7rem; align-items: baseline; }
.status { font-weight: 600; }
.green { color: var(--st-green-color); }
.orange { color: var(--st-orange-color); }
.red { color: var(--st-red-color); }
.facts { opacity: .78; font-size: .88rem; }
a { font: 400 .9rem/1.4 var(--st-code-font); color: var(--st-link-color); text-decoration: none; }
a:hover { text-decoration: underline; }
a:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 1px; border-radius: 2px; }
"""

_JS = (
    GO_JS
    + """
const element = (tag, className, text = "") => {
  const made = document.createElement(tag)
  made.className = className
  made.textContent = text
  return made
}
const link = ({ id, shown, at }) => {
  const made = element("a", "", shown)
  made.href = address("", { request_id: id, from: at })
  made.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    go(made.href)
  }
  return made
}
const row = (request) => {
  const head = element("div", "head")
  const status = element("span", `status ${request.colour}`, request.status)
  head.append(status, link(request), element("span", "", request.code))
  const made = element("li", "")
  made.append(head, element("div", "facts", request.facts), element("div", "why", request.why))
  return made
}
export default function ({ parentElement, data }) {
  parentElement.querySelector("ol").replaceChildren(...data.requests.map(row))
}
"""
)

_component = st.components.v2.component("pixeldesk_suggestion_list", html=_HTML, css=_CSS, js=_JS)


def suggestion_list(suggested: Sequence[Suggested]) -> None:
    """Show the requests, each with a link to its card."""
    _component(key="suggestions", data={"requests": [_row(each) for each in suggested]})


def _row(suggested: Suggested) -> dict[str, str]:
    facts = (
        f"{with_milliseconds(suggested.timestamp)} UTC",
        suggested.customer_id or "customer not named",
        method_and_route(suggested.method, suggested.route),
    )
    return {
        "id": suggested.request_id,
        "shown": visible(suggested.request_id),
        "at": rfc3339(suggested.timestamp),
        "status": str(suggested.status),
        "colour": status_colour(suggested.status),
        "code": visible(suggested.code or "no error code"),
        "facts": visible("  ·  ".join(facts)),
        "why": visible(suggested.why),
    }
