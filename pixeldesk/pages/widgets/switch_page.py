"""Switch to another page in a single step of the browser's history.

`st.switch_page` with parameters takes two steps: it first gives the parameters to the page that the visitor leaves, so
that the back button leads there with the wrong address. A step like the browser's own back and forward, which Streamlit
follows, does not.
"""

import streamlit as st

GO_JS = """
const go = (href) => {
  if (href === location.href) return
  history.pushState({}, "", href)
  dispatchEvent(new PopStateEvent("popstate"))
}
const address = (page, params) => new URL(`./${page}?${new URLSearchParams(params)}`, document.baseURI).href
"""
"""JavaScript: `address` returns the URL of a page of this dashboard, and `go` switches to it."""

_KEY = "switch_page"
_JS = f"""
{GO_JS}
export default function ({{ data }}) {{
  go(address(data.page, data.params))
}}
"""

_component = st.components.v2.component("pixeldesk_switch_page", html="\n<span></span>\n", js=_JS)


def request_switch(page: str, **params: str) -> None:
    """Request a switch to a page, by its URL path, with these query parameters. Call it from a callback."""
    st.session_state[_KEY] = {"page": page, "params": params}


def switch_if_requested() -> None:
    """Switch to the page that a callback has requested, if any. Every run begins with this."""
    target = st.session_state.pop(_KEY, None)
    if target:
        _component(key=_KEY + "_now", data=target, height="content")
