"""Show sentences of a diagnosis or a check, each with links to the requests that show it.

This is a component of our own, since Streamlit has no list with links that shows hostile text unchanged: everything
here is set as text, never as HTML or Markdown, and every link leads to this dashboard. Ctrl, Shift or Alt with a click
open a link as the browser does, such as in a new tab.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from pixeldesk.diagnosis.diagnosis import Sentence
from pixeldesk.pages.widgets.switch_page import GO_JS
from pixeldesk.printable import visible

Sign = Literal["for", "against", "over", "retries", "found", "none"]

_HTML = """
<p></p><ul></ul>
"""

_CSS = """
:host { display: block; }
p, ul { margin: 0; padding: 0; font: 400 .95rem/1.42 var(--st-font); color: var(--st-text-color); }
p { opacity: .72; margin-bottom: .6rem; overflow-wrap: anywhere; }
p:empty { display: none; }
ul { list-style: none; display: grid; gap: .4rem; }
li { display: grid; grid-template-columns: 1.15rem 1fr; overflow-wrap: anywhere; }
.sign { font-weight: 600; color: var(--st-gray-color); }
.for .sign, .over .sign, .none .sign { color: var(--st-green-color); }
.against .sign, .found .sign { color: var(--st-orange-color); }
a {
  font: 400 .84rem/1 var(--st-code-font); color: var(--st-link-color); text-decoration: none;
  display: inline-block; margin-right: .45rem;
}
a:hover { text-decoration: underline; }
a:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 1px; border-radius: 2px; }
"""

_JS = (
    GO_JS
    + """
const SIGNS = {
  for: ["✓", "For"], against: ["–", "Against"], over: ["●", "Over"], retries: ["↻", "Retries"],
  found: ["!", "Found"], none: ["✓", "None"],
}
const element = (tag, className, text = "") => {
  const made = document.createElement(tag)
  made.className = className
  made.textContent = text
  return made
}
const link = ({ id, shown }) => {
  const made = element("a", "", shown)
  made.href = address("", { request_id: id })
  made.title = "Open this request"
  made.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    go(made.href)
  }
  return made
}
const row = ({ sign, text, links }) => {
  const made = element("li", sign)
  const mark = element("span", "sign", SIGNS[sign][0])
  mark.setAttribute("role", "img")
  mark.setAttribute("aria-label", SIGNS[sign][1])
  const body = element("div", "", text)
  for (const one of links) body.append(" ", link(one))
  made.append(mark, body)
  return made
}
export default function ({ parentElement, data }) {
  parentElement.querySelector("p").textContent = data.lead
  parentElement.querySelector("ul").replaceChildren(...data.sentences.map((sentence) => row(sentence)))
}
"""
)

_component = st.components.v2.component("pixeldesk_evidence_list", html=_HTML, css=_CSS, js=_JS)


@dataclass(frozen=True)
class EvidenceRow:
    """A row of the list: its sign, its text, and the ids of the requests that it cites."""

    sign: Sign
    text: str
    ids: tuple[str, ...] = ()


def evidence_rows(sign: Sign, sentences: Iterable[Sentence]) -> list[EvidenceRow]:
    """Return a row for each sentence of an evidence."""
    return [EvidenceRow(sign, sentence.text, sentence.request_ids) for sentence in sentences]


def evidence_list(lead: str, rows: Sequence[EvidenceRow], key: str) -> None:
    """Show sentences under a summary, which may be empty."""
    shown = [
        {"sign": row.sign, "text": visible(row.text), "links": [{"id": one, "shown": visible(one)} for one in row.ids]}
        for row in rows
    ]
    _component(key=key, data={"lead": visible(lead), "sentences": shown})
