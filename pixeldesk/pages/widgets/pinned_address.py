"""An address that says which time it shows, put in place of one that does not.

Whoever copies it from the browser hands on what he saw. It is put there without a step of the browser's history: the
way back from the page would otherwise lead to the page.
"""

from collections.abc import Mapping

import streamlit as st

_JS = """
export default function ({ data }) {
  if (location.search) return
  history.replaceState(history.state, "", `${location.pathname}?${new URLSearchParams(data.params)}`)
}
"""

_component = st.components.v2.component("pixeldesk_pinned_address", html="\n<span></span>\n", js=_JS)


def pin_address(params: Mapping[str, str]) -> None:
    """Let an address without parameters have these."""
    _component(key="pinned_address", data={"params": dict(params)}, height="content")
