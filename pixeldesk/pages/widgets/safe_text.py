"""Show text from outside where Streamlit would read Markdown in it.

Log text belongs into st.text, st.code, st.json and st.dataframe, which show it unchanged. These functions are for
elements that always read Markdown, such as labels of buttons and pills, and for the plain text of our own catalogue.
"""

import re

_MOST_CHARACTERS = 60
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&/@])")


def code_label(text: str) -> str:
    """Return log text as a label: an inert code span on one line, truncated to 60 characters. Use it for ids."""
    line = " ".join(text.split()).replace("`", "'")
    short = line if len(line) <= _MOST_CHARACTERS else line[: _MOST_CHARACTERS - 1] + "…"
    return f"`` {short} ``"


def markdown_escaped(text: str) -> str:
    """Escape our own plain text, so that Markdown shows it unchanged. Bare web addresses would still become links."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
