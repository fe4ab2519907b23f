"""Run the dashboard's server, by `pixeldesk serve`, `python app.py` or `uvicorn app:app`.

This process owns the store. While it runs, commands of the same user hand their work over to it.
"""

import logging
import sys
import tomllib
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import anyio.to_thread
import streamlit as st
from starlette.middleware import Middleware

from pixeldesk.alerts.watch import watching
from pixeldesk.desk.desk import Desk, close_the_desk, open_the_desk
from pixeldesk.errors import PixeldeskError
from pixeldesk.file_modes import keep_files_private
from pixeldesk.ingest.following.running import following
from pixeldesk.ingest.sources.address import is_address
from pixeldesk.log_output import configure_logging
from pixeldesk.retention.daily import daily
from pixeldesk.server.gate.connection import use_deadlines
from pixeldesk.server.gate.gate import Gate, Rules
from pixeldesk.server.gate.listening import require_sign_in
from pixeldesk.server.handover.server import handover_server
from pixeldesk.server.library_logs import hand_over_library_logs
from pixeldesk.server.push.routes import Push
from pixeldesk.server.push.senders import require_senders
from pixeldesk.server.uploads import keep_uploads_in_memory
from pixeldesk.settings import Settings
from pixeldesk.version import installed_version

_FOLDER = Path(__file__).parent
_NAVIGATION = _FOLDER.parent / "pages" / "navigation.py"
_log = logging.getLogger(__name__)
_alerts_log = logging.getLogger("pixeldesk.alerts")
_follow_log = logging.getLogger("pixeldesk.follow")
_retention_log = logging.getLogger("pixeldesk.retention")
_push = Push()
_rules = Rules()


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Open the store and start the background work before the first request; close the store at shutdown."""
    keep_files_private()
    keep_uploads_in_memory()
    try:
        desk = await anyio.to_thread.run_sync(open_the_desk)
        require_senders(desk.settings)
    except PixeldeskError as error:
        _fail(error)
    # If uvicorn was started with this app, `run_dashboard` has not run and uvicorn has configured its own logging.
    _configure_logging(desk.settings)
    use_deadlines(desk.settings)
    _rules.use(desk.settings)
    _log.info("version %s has opened %s", installed_version(), desk.store.path)
    await anyio.to_thread.run_sync(_warm_up)
    desk.warm_caches()
    try:
        with (
            handover_server(desk),
            watching(desk.settings, desk.incidents, _alerts_log.info, _alerts_log.warning),
            _following(desk),
            _retention(desk),
            _push.opened(desk),
        ):
            yield
    finally:
        await anyio.to_thread.run_sync(close_the_desk)


app = st.App(_NAVIGATION, lifespan=lifespan, routes=_push.routes(), middleware=[Middleware(Gate, rules=_rules)])


def run_dashboard(settings: Settings) -> None:
    """Serve until stopped. Raises UsageError for invalid settings, or StoreError, before the server listens."""
    require_sign_in(settings)
    require_senders(settings)
    open_the_desk(settings)
    use_deadlines(settings)
    _configure_logging(settings)
    sys.stdout.write(f"pixeldesk: {settings.own_url}\n")
    sys.stdout.flush()
    app.run(config={**_config(), "server.address": settings.host, "server.port": settings.port})


@contextmanager
def _following(desk: Desk) -> Iterator[None]:
    """Follow the configured paths: one follower for local files, one for URLs."""
    paths = desk.settings.followed_paths
    files, urls = [path for path in paths if not is_address(path)], [path for path in paths if is_address(path)]
    with ExitStack() as stack:
        for followed in filter(None, (files, urls)):
            stack.enter_context(following(partial(desk.follow, followed), _follow_log.warning))
        yield


def _retention(desk: Desk) -> AbstractContextManager[None]:
    """Run retention once a day, if it has rules."""
    if not desk.retention.rules:
        return nullcontext()
    return daily(lambda is_to_stop: desk.retention.run(is_to_stop=is_to_stop), _retention_log.warning)


def _configure_logging(settings: Settings) -> None:
    configure_logging(settings)
    hand_over_library_logs()


def _warm_up() -> None:
    import pandas  # noqa: F401  Imported here so that the first visitor need not wait.
    import pyarrow  # noqa: F401


def _config() -> dict[str, Any]:
    """Read our Streamlit settings. Streamlit itself reads only files in the working and home directories."""
    sections = tomllib.loads((_FOLDER / "streamlit.toml").read_text())
    return _flat(sections)


def _flat(section: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in section.items():
        flat |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return flat


def _fail(error: PixeldeskError) -> None:
    sys.stderr.write(f"pixeldesk: {error}\n")
    sys.exit(error.exit_code)
