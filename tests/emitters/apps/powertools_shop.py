"""A WSGI application that logs with AWS Lambda Powertools, outside of Lambda."""

import time
import uuid

from aws_lambda_powertools import Logger
from shop import answer

log = Logger(service="shop")


def application(environ, start_response):
    request_id = environ.get("HTTP_X_REQUEST_ID") or str(uuid.uuid4())
    started = time.perf_counter()
    query = environ.get("QUERY_STRING")
    status = 500
    try:
        status = answer(environ["PATH_INFO"])
    except Exception:
        log.exception("unhandled exception", request_id=request_id)
    log.info(
        "request finished",
        request_id=request_id,
        http_method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"] + (f"?{query}" if query else ""),
        status_code=status,
        duration_ms=round((time.perf_counter() - started) * 1000, 3),
        client_ip=environ["REMOTE_ADDR"],
    )
    start_response(f"{status} Status", [("Content-Type", "application/json"), ("X-Request-Id", request_id)])
    return [b'{"ok": true}']
