"""Let a chart be selected by click and by drag: Streamlit offers clicks only on charts that a drag pans.

For a chart with the dragmode `select`, Streamlit sets Plotly's clickmode so that clicks do not select. This component
sets it back just before Plotly reads it. Should that fail with a later version, drags still work.
"""

import streamlit as st

_JS = """
export default function ({ data }) {
  const selectOnClick = (event) => {
    const chart = event.target.closest?.(`.st-key-${data.chart} .js-plotly-plot`)
    if (chart?._fullLayout) chart._fullLayout.clickmode = "event+select"
  }
  document.addEventListener("pointerdown", selectOnClick, true)
  return () => document.removeEventListener("pointerdown", selectOnClick, true)
}
"""

_component = st.components.v2.component("pixeldesk_chart_clicks", html="\n<span></span>\n", js=_JS)


def allow_clicks(chart: str) -> None:
    """Let clicks select on the chart with this key, whose figure has the dragmode `select`."""
    _component(key=f"clicks_on_{chart}", data={"chart": chart}, height="content")
