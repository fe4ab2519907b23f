"""The routes over a store, as a process of its own that can be killed: `python -m tests.server.push.server DB PORT`."""

import asyncio
import sys
from pathlib import Path

import uvicorn
from pydantic import Secret
from starlette.applications import Starlette

from pixeldesk.desk.desk import Desk
from pixeldesk.server.push.routes import Push
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.server.push.served import SENDER, TOKEN

if __name__ == "__main__":
    settings = Settings(db=Path(sys.argv[1]), push_tokens=Secret(f"{SENDER}={TOKEN}"))
    push = Push()
    with push.opened(Desk(settings, open_store(settings))):
        application = Starlette(routes=push.routes())
        config = uvicorn.Config(application, port=int(sys.argv[2]), log_level="error", lifespan="off", ws="none")
        asyncio.run(uvicorn.Server(config).serve())
