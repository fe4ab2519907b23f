"""docs/push.md names the settings as they are."""

import re

from pixeldesk.settings import Settings
from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "push.md").read_text()


def test_every_setting_it_names_is_one() -> None:
    named = {name.lower() for name in re.findall(r"PIXELDESK_([A-Z_]+)", TEXT)} - {"token"}
    assert named <= set(Settings.model_fields)
    assert {name for name in Settings.model_fields if name.startswith("push_")} <= named
