"""Going to another page of the desk in one step of the browser's history.

`st.switch_page` with parameters takes two: it first gives them to the page that is being left, so that the way back
leads there with the wrong address. A step like the browser's own back and forward, which Streamlit follows, does not.
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

_KEY = "travel_to"
_JS = f"""
{GO_JS}
export default function ({{ data }}) {{
  go(address(data.page, data.params))
}}
"""

_component = st.components.v2.component("pixeldesk_travel", html="\n<span></span>\n", js=_JS)


def travel_to(page: str, **params: str) -> None:
    """Go to a page, by its name in the address, with these parameters. For a callback."""
    st.session_state[_KEY] = {"page": page, "params": params}


def travel() -> None:
    """Set out, where a callback has asked for it. Every page begins with this."""
    to = st.session_state.pop(_KEY, None)
    if to:
        _component(key="travel", data=to, height="content")
