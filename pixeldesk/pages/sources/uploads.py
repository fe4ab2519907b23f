"""Read log files that are dropped into the page: each is read once, at once, with its progress shown."""

from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.report import Ingested
from pixeldesk.pages.widgets.safe_text import code_label, show_text

if TYPE_CHECKING:
    from pixeldesk.ingest.load import Progress

_FILES, _REPORTS = "sources_files", "sources_reports"


def take_uploads(desk: Desk) -> None:
    """Show the file uploader, and what became of the files in it."""
    files = st.file_uploader(
        "Drop log files here",
        accept_multiple_files=True,
        key=_FILES,
        help="Any of the known formats, as lines, arrays or documents, packed with gzip or Zstandard or not."
        " Each line is stored once, however often it is given.",
    )
    limit = st.get_option("server.maxUploadSize")
    st.caption(f"Up to {limit} MB a file; for more, use pixeldesk ingest on the server.")
    reports: dict[str, Ingested] = st.session_state.setdefault(_REPORTS, {})
    for file in files:
        if file.file_id not in reports:
            reports[file.file_id] = _read(desk, file)
    for file in files:
        _show_report(file.name, reports[file.file_id])


def _read(desk: Desk, file: UploadedFile) -> Ingested:
    bar = st.progress(0.0, text=f"Reading {code_label(file.name)}")
    size = max(file.size, 1)

    def show_progress(state: "Progress") -> None:
        share = min(state.bytes_read / size, 1.0)
        bar.progress(share, text=f"Reading {code_label(file.name)}: {state.lines:,} lines")

    report = desk.ingest_upload(file.name, file.getvalue(), show_progress)
    bar.empty()
    return report


def _show_report(name: str, report: Ingested) -> None:
    if report.unchanged:
        show_text(f"{name}: was read before, and holds nothing new")
    elif report.readings:
        counts = ", ".join(f"{lines:,} {outcome}" for outcome, lines in report.lines_by_outcome().items() if lines)
        formats = ", ".join(report.formats)
        show_text(f"{name} ({formats}): {report.lines:,} lines: {counts or 'nothing new'}")
    for reading in report.readings:
        if reading.unread:
            show_text(f"Not read, and may be a status, a path, an id or a time: {', '.join(reading.unread)}")
    for problem in report.unreadable + report.not_understood + report.damaged:
        show_text(problem)
