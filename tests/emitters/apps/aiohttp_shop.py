"""aiohttp's server with its own access log, in text."""

import asyncio
import logging
import sys

from aiohttp import web
from shop import PATHS, PORT, status_of, wait_s

logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)


async def shop(request):
    await asyncio.sleep(wait_s(request.path))
    status = status_of(request.path)
    return web.json_response({"ok": status < 400}, status=status)


app = web.Application()
for path in PATHS:
    app.router.add_route("*", path, shop)
web.run_app(app, host="127.0.0.1", port=PORT, print=None)
