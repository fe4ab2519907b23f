"""Draw what every page has: a heading, how fresh the store is, and one calm line if the store cannot be read."""

from collections.abc import Callable
from functools import cached_property

import streamlit as st

from pixeldesk.desk.desk import Desk, the_desk
from pixeldesk.errors import PixeldeskError
from pixeldesk.pages.widgets.freshness import freshness_text, show_store_error
from pixeldesk.trends.coverage import Coverage


class Frame:
    """The frame of the page that is being drawn. It asks the desk each question at most once."""

    def __init__(self, title: str) -> None:
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom", gap="small"):
            self._heading = st.empty()
            self._freshness = st.empty()
        self.entitle(title)

    def entitle(self, title: str) -> None:
        """Write the heading, or replace it by a better one. `title` is Markdown without unescaped log text."""
        self._heading.header(title, anchor=False, width="content")

    @cached_property
    def desk(self) -> Desk:
        """Return the desk of this process. Raises StoreError if the store cannot be opened."""
        return the_desk()

    @cached_property
    def coverage(self) -> Coverage:
        """Return which time the store covers, and how fresh it is."""
        return self.desk.coverage()

    @property
    def is_empty(self) -> bool:
        """Return whether no request was ever stored."""
        return self.coverage.is_empty

    def show_freshness(self) -> None:
        """Fill in the line beside the heading. A page that waits for an answer calls this before it waits."""
        self._freshness.caption(freshness_text(self.coverage), width="content")


def show_page(title: str, body: Callable[[Frame], None], back: tuple[str, str] | None = None) -> None:
    """Draw a page: heading, body, and how fresh the store is. An error of the desk becomes one calm line.

    `title` is Markdown without unescaped log text. `back` is the parent page's file and the label of the link to it.
    """
    if back:
        parent, label = back
        st.page_link(parent, label=label, icon=":material/arrow_back:", help="")
    frame = Frame(title)
    try:
        body(frame)
        frame.show_freshness()
    except PixeldeskError as error:
        show_store_error(error)
