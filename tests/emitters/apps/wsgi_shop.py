"""The shop as a plain WSGI application."""

import uuid

from shop import answer


def application(environ, start_response):
    request_id = environ.get("HTTP_X_REQUEST_ID") or str(uuid.uuid4())
    status = answer(environ["PATH_INFO"])
    start_response(f"{status} Status", [("Content-Type", "application/json"), ("X-Request-Id", request_id)])
    return [b'{"ok": true}']
