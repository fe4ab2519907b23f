"""Draw what every page has: its heading, how fresh the store is, and one calm line where the store cannot be read."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import streamlit as st

from pixeldesk.desk.desk import Desk, the_desk
from pixeldesk.errors import PixeldeskError
from pixeldesk.pages.widgets.freshness import freshness_words, show_store_error


class Frame:
    """The frame of the page that is being drawn. What it asks of the desk, it asks once."""

    def __init__(self, title: str) -> None:
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom", gap="small"):
            self._heading = st.empty()
            self._freshness = st.empty()
        self.entitle(title)

    def entitle(self, title: str) -> None:
        """Write the heading, which may be a better one than at first. `title` is Markdown of ours."""
        self._heading.header(title, anchor=False, width="content")

    @cached_property
    def desk(self) -> Desk:
        """The desk of this process. Raises StoreError when the store cannot be opened."""
        return the_desk()

    @cached_property
    def coverage(self) -> dict[str, Any]:
        """Which time the store covers, and how fresh it is; see the question `coverage`."""
        return self.desk.coverage()

    @property
    def is_empty(self) -> bool:
        """Whether no request was ever read."""
        return self.coverage["oldest"] is None

    def show_freshness(self) -> None:
        """Fill in the line beside the heading. A page that waits for something calls this before it waits."""
        self._freshness.caption(freshness_words(self.coverage), width="content")


def show_page(title: str, body: Callable[[Frame], None], back: tuple[str, str] | None = None) -> None:
    """Draw a page: its heading, its body, how fresh the store is, and an error of the desk as one calm line.

    `title` is Markdown of ours. `back` is the page above this one, by its file, and the words of the link to it.
    """
    if back:
        page, label = back
        st.page_link(page, label=label, icon=":material/arrow_back:", help="")
    frame = Frame(title)
    try:
        body(frame)
        frame.show_freshness()
    except PixeldeskError as error:
        show_store_error(error)
