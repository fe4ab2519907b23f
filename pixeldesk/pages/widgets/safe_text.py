"""Show text from outside, so that nothing in it is markup, and nothing in it turns what stands beside it.

Log text belongs into show_text, show_code, show_frame and show_json: they show it unchanged, but for the characters
that turn the direction of text, which are escaped. `code_label` and `markdown_escaped` are for elements that always
read Markdown, such as labels of buttons and pills, and for the plain text of our own catalogue.
"""

import html
import re
from typing import Any

import pandas as pd
import streamlit as st

from pixeldesk.printable import visible

_MOST_CHARACTERS = 60
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&/@])")


def show_text(text: str, **options: Any) -> None:
    """Show log text, line for line. `options` are those of st.text."""
    st.text(visible(text), **options)


def show_code(text: str) -> None:
    """Show log text in the type of code, and a button that copies it. Long lines are wrapped."""
    st.code(visible(text), language=None, wrap_lines=True)


def show_json(value: Any) -> None:
    """Show a document of a log."""
    st.json(_visible_in(value))


def show_frame(frame: pd.DataFrame, **options: Any) -> None:
    """Show a table with log text in its cells. `options` are those of st.dataframe."""
    shown = frame.copy()
    for name in frame.columns:
        if frame[name].map(type).isin((str, list)).any():
            shown[name] = frame[name].map(_visible_in)
    st.dataframe(shown, **options)


def escape(text: str) -> str:
    """Escape log text for a chart, whose texts are HTML."""
    return html.escape(visible(text))


def _visible_in(value: Any) -> Any:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {visible(name): _visible_in(each) for name, each in value.items()}
    return [_visible_in(each) for each in value] if isinstance(value, list) else value


def code_label(text: str) -> str:
    """Return log text as a label: an inert code span on one line, truncated to 60 characters. Use it for ids."""
    line = visible(" ".join(text.split())).replace("`", "'")
    short = line if len(line) <= _MOST_CHARACTERS else line[: _MOST_CHARACTERS - 1] + "…"
    return f"`` {short} ``"


def markdown_escaped(text: str) -> str:
    """Escape our own plain text, so that Markdown shows it unchanged. Bare web addresses would still become links."""
    return _MARKDOWN.sub(r"\\\1", visible(" ".join(text.split())))
