"""A store that takes pushes too."""

from pathlib import Path

import pytest
from pydantic import Secret

from pixeldesk.settings import Settings
from tests.server.push.served import SENDER, TOKEN


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The defaults, and the sender of tests."""
    return Settings(db=tmp_path / "store" / "pixeldesk.duckdb", push_tokens=Secret(f"{SENDER}={TOKEN}"))
