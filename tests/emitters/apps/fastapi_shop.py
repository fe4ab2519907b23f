"""FastAPI under uvicorn, with the access log of a middleware in one of several libraries' JSON."""

import asyncio
import logging
import sys
import time
import uuid

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from shop import PATHS, PORT, status_of, wait_s

app = FastAPI()


async def shop(request: Request) -> JSONResponse:
    await asyncio.sleep(wait_s(request.url.path))
    status = status_of(request.url.path)
    return JSONResponse({"ok": status < 400}, status)


for path in PATHS:
    app.add_api_route(path, shop, methods=["GET", "POST"])


def asked(request: Request) -> str:
    query = request.url.query
    return request.url.path + (f"?{query}" if query else "")


def ecs():
    import ecs_logging

    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(ecs_logging.StdlibFormatter())
    log = logging.getLogger("shop.api")
    log.addHandler(handler)
    log.setLevel(logging.INFO)

    def write(request, request_id, status, took_s, error):
        log.info(
            "request finished",
            exc_info=error,
            extra={
                "http.request.id": request_id,
                "http.request.method": request.method,
                "http.response.status_code": status,
                "url.original": asked(request),
                "url.path": request.url.path,
                "event.duration": int(took_s * 1e9),
                "client.ip": request.client.host,
            },
        )

    return write


def python_json_logger():
    from pythonjsonlogger.json import JsonFormatter

    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        JsonFormatter(
            "%(asctime)s %(levelname)s %(name)s %(message)s",
            rename_fields={"asctime": "timestamp", "levelname": "level"},
        )
    )
    log = logging.getLogger("shop.api")
    log.addHandler(handler)
    log.setLevel(logging.INFO)

    def write(request, request_id, status, took_s, error):
        if error:
            log.error("unhandled exception", exc_info=error, extra={"request_id": request_id})
        log.info(
            "request finished",
            extra={
                "request_id": request_id,
                "method": request.method,
                "path": asked(request),
                "status_code": status,
                "duration_ms": round(took_s * 1000, 2),
                "client_ip": request.client.host,
            },
        )

    return write


def structlog():
    import structlog as library

    library.configure(
        processors=[
            library.contextvars.merge_contextvars,
            library.stdlib.add_log_level,
            library.processors.TimeStamper(fmt="iso"),
            library.processors.format_exc_info,
            library.processors.EventRenamer("event"),
            library.processors.JSONRenderer(),
        ],
        wrapper_class=library.make_filtering_bound_logger(logging.INFO),
    )
    errors, access = library.get_logger("api.error"), library.get_logger("api.access")

    def write(request, request_id, status, took_s, error):
        library.contextvars.clear_contextvars()
        library.contextvars.bind_contextvars(request_id=request_id)
        if error:
            errors.error("Uncaught exception", exc_info=error)
        host, port = request.client.host, request.client.port
        access.info(
            f'{host}:{port} - "{request.method} {asked(request)} HTTP/1.1" {status}',
            http={
                "url": str(request.url),
                "status_code": status,
                "method": request.method,
                "request_id": request_id,
                "version": "1.1",
            },
            network={"client": {"ip": host, "port": port}},
            duration=int(took_s * 1e9),
        )

    return write


def loguru():
    from loguru import logger

    logger.remove()
    logger.add(sys.stdout, serialize=True, diagnose=False)

    def write(request, request_id, status, took_s, error):
        bound = logger.bind(
            request_id=request_id,
            method=request.method,
            path=asked(request),
            status_code=status,
            duration_ms=round(took_s * 1000, 2),
            client_ip=request.client.host,
        )
        if error:
            logger.bind(request_id=request_id).opt(exception=error).error("unhandled exception")
        bound.info("request finished")

    return write


def plain():
    return lambda *_: None


write = globals()[sys.argv[1]]()


@app.middleware("http")
async def access_log(request: Request, call_next):
    request_id = request.headers.get("X-Request-Id") or str(uuid.uuid4())
    started = time.perf_counter()
    error = None
    try:
        response = await call_next(request)
    except Exception as raised:
        error = raised
        response = JSONResponse({"error": "internal"}, 500)
    write(request, request_id, response.status_code, time.perf_counter() - started, error)
    response.headers["X-Request-Id"] = request_id
    return response


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=PORT, **({} if sys.argv[1] == "plain" else {"log_config": None}))
