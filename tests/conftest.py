"""A store of a test's own, and the sample's, loaded once."""

import fcntl
import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.settings import Settings
from pixeldesk.store import open_store

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "sample_logs" / "logs"
_TAKE_LONG = (
    "tests/survival/test_kills.py",
    "tests/survival/test_follow_kills.py",
    "tests/browser/",
    "tests/ingest/test_load.py",
    "tests/cli/",
    "tests/pages/",
    "tests/diagnosis/test_cases.py",
    "tests/survival/",
    "tests/server/",
)


def pytest_sessionstart() -> None:
    """Look for garbage less often, since most of what tests and imports make stays for good."""
    gc.set_threshold(100_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take long, so that no worker is left alone with one at the end."""
    items.sort(key=lambda item: [item.nodeid.startswith(path) for path in _TAKE_LONG], reverse=True)


def pytest_collection_finish() -> None:
    """Never look through what the imports have made."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _no_settings_from_outside() -> Iterator[None]:
    """Tests see the defaults, whatever settings the person who runs them has in the environment.

    But the engine has one thread, here and in each process that a test starts: their stores are too small for two.
    """
    ours = {f"PIXELDESK_{name}".upper() for name in Settings.model_fields}
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.upper() in ours]:
            patch.delenv(name)
        patch.setenv("PIXELDESK_THREADS", "1")
        yield


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The defaults, and a store that is not there yet."""
    return Settings(db=tmp_path / "store" / "pixeldesk.duckdb")


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory, _no_settings_from_outside: None) -> Path:
    """A store without a line. Copying it takes half of making one."""
    settings = Settings(db=tmp_path_factory.mktemp("empty") / "pixeldesk.duckdb")
    open_store(settings).close()
    return settings.db


@pytest.fixture(scope="session")
def empty_desk(empty_store: Path) -> Iterator[Desk]:
    """A desk over an empty store, for reading only."""
    settings = Settings(db=empty_store)
    store = open_store(settings, read_only=True)
    yield Desk(settings, store)
    store.close()


@pytest.fixture
def desk(settings: Settings, empty_store: Path) -> Iterator[Desk]:
    """A desk over an empty store."""
    settings.db.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(empty_store, settings.db)
    store = open_store(settings)
    yield Desk(settings, store)
    store.close()


@pytest.fixture(scope="session")
def sample_desk(tmp_path_factory: pytest.TempPathFactory, _no_settings_from_outside: None) -> Iterator[Desk]:
    """A desk over the whole sample, for reading only; loaded once by two threads, whatever the number of workers."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    settings = Settings(db=folder / "sample.duckdb")
    with (folder / "sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not settings.db.exists():
            _load_sample(folder / "loading.duckdb")
            (folder / "loading.duckdb").rename(settings.db)
    store = open_store(settings, read_only=True)
    yield Desk(settings, store)
    store.close()


def _load_sample(path: Path) -> None:
    settings = Settings(db=path, threads=2)
    store = open_store(settings)
    Desk(settings, store).ingest([str(SAMPLE)])
    store.close()
