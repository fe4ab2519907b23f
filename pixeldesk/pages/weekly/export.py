"""Offer a weekly review as files. A file is made when its button is clicked, from the figures that the page shows."""

from functools import partial

import streamlit as st

from pixeldesk.weekly.export import exported, file_name
from pixeldesk.weekly.form import Form
from pixeldesk.weekly.review import Review

_FORMS: dict[Form, tuple[str, str]] = {
    "html": ("HTML", "text/html"),
    "md": ("Markdown", "text/markdown"),
    "csv": ("CSV", "text/csv"),
    "xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def show_export(review: Review) -> None:
    """Show a button for each file format: HTML, Markdown, CSV and XLSX."""
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
