"""How long a test waits for what has to happen."""

import time
from collections.abc import Callable

PATIENCE_S = 300.0
"""Only a wait in vain takes so long: no test fails because a machine is slow."""

_LOOKED_AGAIN_AFTER_S = 0.02


def wait_until(is_so: Callable[[], object], what: str) -> None:
    """Return as soon as it is so. `what` names it where it never is."""
    latest = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < latest, f"never happened: {what}"
        time.sleep(_LOOKED_AGAIN_AFTER_S)
