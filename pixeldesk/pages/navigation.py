"""Set up the dashboard and run the page that the address names. The server runs this script for every visitor."""

import streamlit as st

from pixeldesk.pages.widgets.switch_page import switch_if_requested

# The name beside the icon has to be legible on a light and on a dark background.
_LOGO = """
<svg xmlns="http://www.w3.org/2000/svg" width="132" height="28" viewBox="0 0 132 28">
  <rect x="1" y="2" width="24" height="24" rx="6" fill="#2f5fde"/>
  <circle cx="11.5" cy="12.5" r="4.6" fill="none" stroke="#fff" stroke-width="2.2"/>
  <path d="M15 16l4.6 4.6" stroke="#fff" stroke-width="2.4" stroke-linecap="round"/>
  <text x="33" y="19.5" font-family="system-ui, sans-serif" font-size="16" font-weight="600"
    fill="#7385a3">pixeldesk</text>
</svg>
"""

# An emoji, since a page icon from the icon font would be fetched from another server.
st.set_page_config(page_title="pixeldesk", page_icon="🔎", layout="wide")
st.logo(_LOGO, size="medium")
# Every page's file is called page.py, so each page names its URL path.
pages = st.navigation(
    [
        st.Page(
            "find_request/page.py",
            title="Find a request",
            icon=":material/search:",
            default=True,
            help="Paste a request id, an error body or a ticket: what happened, why, and what to answer.",
        ),
        st.Page(
            "live_errors/page.py",
            title="Live errors",
            url_path="errors",
            icon=":material/monitoring:",
            help="Errors by code as they come, what differs about the failing requests, incidents and deploys.",
        ),
        st.Page(
            "incidents/page.py",
            title="Incidents",
            url_path="incidents",
            icon=":material/crisis_alert:",
            help="When it was our own fault: each incident with its onset, end, peak, customers and what differs.",
        ),
        st.Page(
            "incident/page.py",
            title="Incident",
            url_path="incident",
            icon=":material/crisis_alert:",
            visibility="hidden",
            help="One incident: from when to when, whom it hit, what differs about the failing requests, examples.",
        ),
        st.Page(
            "customers/page.py",
            title="Customers",
            url_path="customers",
            icon=":material/group:",
            help="Who is failing now and why, by case, status, environment and time; and how right that has been.",
        ),
        st.Page(
            "customer/page.py",
            title="Customer",
            url_path="customer",
            icon=":material/person:",
            visibility="hidden",
            help="One customer: what fails since when, why, with which keys and websites, and what to answer.",
        ),
        st.Page(
            "weekly/page.py",
            title="Weekly review",
            url_path="weekly",
            icon=":material/calendar_view_week:",
            help="One week of error rates by code and route against the weeks before, to look at and to save.",
        ),
        st.Page(
            "sources/page.py",
            title="Sources",
            url_path="sources",
            icon=":material/database:",
            help="Drop log files in; what was read, how far and how fresh; quarantine, gaps, how long lines are kept.",
        ),
    ],
    position="top",
)
# Only after st.navigation: until the browser knows the current page, it would restore the former address for a moment,
# and store it in its history with the wrong parameters.
switch_if_requested()
pages.run()
