"""How text from outside is shown where Streamlit would read Markdown in it.

Log text belongs into st.text, st.code, st.json and st.dataframe, which show it as it is. These functions are
for the few places that have no such element: labels of buttons and pills, and our own catalogue's plain text.
"""

import re

_SHOWN_OF_AN_ID = 60
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&/@])")


def code_label(text: str) -> str:
    """A text from a log as a label: inert code on one line, shortened. Use it for request ids."""
    line = " ".join(text.split()).replace("`", "'")
    short = line if len(line) <= _SHOWN_OF_AN_ID else line[: _SHOWN_OF_AN_ID - 1] + "…"
    return f"`` {short} ``"


def markdown_escaped(text: str) -> str:
    """Our own plain text as Markdown that shows it unchanged. Bare web addresses would still become links."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
