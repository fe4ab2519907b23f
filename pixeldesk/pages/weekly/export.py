"""The buttons that save a weekly review as a file: made when they are clicked, of the figures that the page shows."""

from functools import partial

import streamlit as st

from pixeldesk.weekly.export import exported, file_name
from pixeldesk.weekly.review import Review

_FORMS = {"html": ("HTML", "text/html"), "md": ("Markdown", "text/markdown"), "csv": ("CSV", "text/csv")} | {
    "xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
}


def offer_files(review: Review) -> None:
    """One button a form."""
    for form, (name, mime) in _FORMS.items():
        st.download_button(
            f"Export {name}",
            data=partial(exported, review, form),
            file_name=file_name(review, form),
            mime=mime,
            key=f"weekly_export_{form}",
            on_click="ignore",
            icon=":material/download:",
        )
