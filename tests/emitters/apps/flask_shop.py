"""Flask: its own server's access log in text, or JSON of python-json-logger by after_request."""

import logging
import sys
import time
import uuid

from flask import Flask, g, request
from shop import PATHS, PORT, answer

app = Flask("shop")


def shop(**_):
    status = answer(request.path)
    return {"ok": status < 400}, status


for path in PATHS:
    app.add_url_rule(path, path, shop, methods=["GET", "POST"])

if sys.argv[1] == "json":
    from pythonjsonlogger.json import JsonFormatter

    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter(["asctime", "levelname", "name", "message", "exc_info"]))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("werkzeug").setLevel(logging.ERROR)

    @app.before_request
    def begin():
        g.request_id, g.started = request.headers.get("X-Request-Id") or uuid.uuid4().hex, time.perf_counter()

    @app.after_request
    def end(response):
        response.headers["X-Request-Id"] = g.request_id
        app.logger.info(
            "request",
            extra={
                "request_id": g.request_id,
                "http_method": request.method,
                "url": request.url,
                "status": response.status_code,
                "duration": time.perf_counter() - g.started,
                "remote_addr": request.remote_addr,
            },
        )
        return response


app.run("127.0.0.1", PORT)
