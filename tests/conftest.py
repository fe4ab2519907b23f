"""A store of a test's own, and the sample's, loaded once."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk import Desk
from settings import Settings
from store import open_store

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "sample_logs" / "logs"


@pytest.fixture(scope="session", autouse=True)
def _no_settings_from_outside() -> Iterator[None]:
    """Tests see the defaults, whatever settings the person who runs them has in the environment."""
    ours = {f"PIXELDESK_{name}".upper() for name in Settings.model_fields}
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.upper() in ours]:
            patch.delenv(name)
        yield


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The defaults, and a store that is not there yet."""
    return Settings(db=tmp_path / "store" / "pixeldesk.duckdb")


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    """A desk over an empty store."""
    store = open_store(settings)
    yield Desk(settings, store)
    store.close()


@pytest.fixture(scope="session")
def sample_desk(tmp_path_factory: pytest.TempPathFactory, _no_settings_from_outside: None) -> Iterator[Desk]:
    """A desk over the whole sample, for reading only."""
    settings = Settings(db=tmp_path_factory.mktemp("sample") / "pixeldesk.duckdb")
    store = open_store(settings)
    Desk(settings, store).ingest([str(SAMPLE)])
    store.close()
    store = open_store(settings, read_only=True)
    yield Desk(settings, store)
    store.close()
