"""Name the kinds of reasons for refusing a line that other parts than ingest ask for."""

REQUEST_ID_MISSING = "request_id is missing on a request line (a line with a status)"
"""The value of `reason_kind` in the table `quarantine` for an answer that was logged without an id."""
