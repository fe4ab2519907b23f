"""Tornado with its own log of requests, in text."""

import asyncio

import tornado.log
import tornado.options
import tornado.web
from shop import PATHS, PORT, status_of, wait_s


class Shop(tornado.web.RequestHandler):
    async def get(self):
        await asyncio.sleep(wait_s(self.request.path))
        self.set_status(status_of(self.request.path))
        self.write({"ok": True})

    post = get


async def main():
    tornado.options.parse_command_line(["shop", "--logging=info"])
    tornado.web.Application([(path, Shop) for path in PATHS]).listen(PORT, "127.0.0.1")
    await asyncio.Event().wait()


asyncio.run(main())
