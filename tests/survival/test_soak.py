"""What `make soak` runs exists."""

from pathlib import Path

import pytest

from tests.command import ROOT
from tests.survival import soak


@pytest.mark.parametrize("path", [*(path for path, _, _ in soak.OTHERS), *soak.KILLS])
def test_every_part_of_the_soak_exists(path: str) -> None:
    assert (ROOT / Path(path)).exists()
