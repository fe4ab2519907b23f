"""Every token of tokens.toml goes, whatever its characters, wherever a word can begin."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pixeldesk.ingest.redaction import rules
from pixeldesk.ingest.redaction.in_python import redact

_TOKENS = tomllib.loads((Path(rules.__file__).parent / "tokens.toml").read_text())["tokens"]
_BASE = "[A-Za-z0-9+/=_-]"


def _pattern(token: dict[str, Any]) -> str:
    """Return the pattern of a token, of a bounded length and without other spellings of a slash."""
    pattern = (token.get("find") or token["begins"] + token.get("goes_on", "")).replace("<base>", _BASE)
    return re.sub(r"\{(\d+),\}", r"{\1}", pattern.replace(r"\\*/", "/")).replace("]*", "]{0,3}").replace("]+", "]{1,9}")


@pytest.mark.parametrize("token", _TOKENS, ids=lambda token: token["vendor"])
@settings(
    max_examples=2, deadline=None, phases=(Phase.generate,), database=None, suppress_health_check=list(HealthCheck)
)
@given(st.data())
def test_a_token_goes(token: dict[str, Any], data: st.DataObject) -> None:
    text = data.draw(st.from_regex(_pattern(token), fullmatch=True))
    assert redact(f'{{"m":"refused {text}, and"}}') == '{"m":"refused [redacted], and"}'
    assert redact(f"refused\\n{text}") == "refused\\n[redacted]"
    assert redact(f"C:\\\\{text}") == "C:\\\\[redacted]"
    if text[0] in "nrtbf":  # The letter of an escape is no part of a token: \\ntn_ is not ntn_.
        assert redact(f"refused\\{text}") == f"refused\\{text}"


@pytest.mark.parametrize("token", _TOKENS, ids=lambda token: token["vendor"])
def test_a_token_names_where_its_form_is_documented(token: dict[str, Any]) -> None:
    assert re.fullmatch(r"https://[a-z0-9.-]+\.[a-z]+(/\S*)?", token["source"])
    assert set(token) <= {"vendor", "source", "begins", "goes_on", "find", "scan", "alone"}
    assert ("begins" in token) != ("find" in token)
