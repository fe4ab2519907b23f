"""The shop as a plain ASGI application."""

import asyncio

from shop import status_of, wait_s


async def application(scope, receive, send):
    if scope["type"] != "http":
        return
    await asyncio.sleep(wait_s(scope["path"]))
    status = status_of(scope["path"])
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b'{"ok": true}'})
