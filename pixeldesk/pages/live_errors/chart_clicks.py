"""Click and drag on one chart, both: Streamlit takes clicks only where a drag moves the chart.

Where a drag selects, Streamlit tells Plotly not to select on a click. This tells it to, just before it looks. Were it
not to work one day, a drag would still do.
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
    """On the chart of this key, whose figure has the dragmode `select`."""
    _component(key=f"clicks_on_{chart}", data={"chart": chart}, height="content")
