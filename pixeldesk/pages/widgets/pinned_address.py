"""Replace an address that names no time by one that names the time shown.

Whoever copies it from the browser shares what they saw. The replacement is no step of the browser's history: the back
button would otherwise lead from the page to the same page.
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
    """Put these query parameters into the address, if it has none."""
    _component(key="pinned_address", data={"params": dict(params)}, height="content")
