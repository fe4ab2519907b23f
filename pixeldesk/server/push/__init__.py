"""Take logs over HTTP in the dashboard's server: POST /ingest and /v1/logs, with /healthz and /metrics."""
