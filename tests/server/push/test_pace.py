"""How slowly a body may come."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import pytest

from pixeldesk.server.push.pace import Pace
from pixeldesk.server.push.refusals import Refusal
from pixeldesk.settings import MIB, Settings


def test_a_slow_line_has_time_for_the_longest_body_and_a_stalled_one_has_not() -> None:
    pace = Pace(Settings())
    # 20 KiB a second: 55 minutes for 64 MiB.
    for received in range(0, 64 * MIB, MIB):
        pace._waited = received / (20 * 1024)
        assert pace.seconds_left(received) > 59
    pace._waited = 61
    assert pace.seconds_left(100) < 0


async def _drip(every: float) -> AsyncIterator[bytes]:
    while True:
        await anyio.sleep(every)
        yield b"x"


@pytest.mark.parametrize(
    ("given", "every", "says"),
    [
        ({"push_idle_seconds": 0.01}, 1000.0, "did not go on for 0.01 s"),
        ({"push_body_seconds": 0.05, "push_slowest_bytes": 100_000}, 0.01, "slower than 100,000 bytes a second"),
    ],
)
def test_a_body_is_given_up_for_its_pace(given: dict[str, Any], every: float, says: str) -> None:
    async def receive() -> int:
        pace, chunks, received = Pace(Settings(**given)), _drip(every), 0
        while chunk := await pace.next(chunks, received):
            received += len(chunk)
        return received

    # Not in this thread: a browser that other tests have opened has its loop in it.
    with ThreadPoolExecutor(1) as thread, pytest.raises(Refusal, match=says) as refused:
        thread.submit(anyio.run, receive).result()
    assert refused.value.status == 408
