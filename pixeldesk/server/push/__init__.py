"""Logs pushed to the dashboard's own server: POST /ingest and /v1/logs, with /healthz and /metrics beside them."""
