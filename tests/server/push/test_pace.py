"""How slowly a body may come."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import pytest

from pixeldesk.server.push.pace import Pace
from pixeldesk.server.push.refusals import Refusal, too_busy
from pixeldesk.settings import MIB, Settings
from tests.patience import PATIENCE_S


def test_a_slow_line_has_time_for_the_longest_body_and_a_stalled_one_has_not() -> None:
    pace = Pace(Settings())
    # 20 KiB a second: 55 minutes for 64 MiB.
    for _ in range(64 * MIB // (20 * 1024)):
        pace.came(20 * 1024, 1)
        assert not pace.is_over
    # However much came before, it goes on or is over.
    pace.came(60 * MIB, 1)
    pace.came(1, 29)
    assert not pace.is_over
    pace.came(1, 29)
    pace.came(1, 29)
    assert pace.is_over


def test_a_body_may_be_given_up_while_it_is_waited_for_and_between_two_chunks() -> None:
    async def receive() -> None:
        pace = Pace(Settings())
        with anyio.fail_after(PATIENCE_S):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_given_up, pace)
                await anyio.wait_all_tasks_blocked()
                pace.give_up(too_busy(1))
            await _given_up(pace)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(anyio.run, receive).result()


async def _given_up(pace: Pace) -> None:
    with pytest.raises(Refusal) as refused:
        await pace.next(_drip(1000.0))
    assert refused.value.status == 429


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
        while chunk := await pace.next(chunks):
            received += len(chunk)
        return received

    # Not in this thread: a browser that other tests have opened has its loop in it.
    with ThreadPoolExecutor(1) as thread, pytest.raises(Refusal, match=says) as refused:
        thread.submit(anyio.run, receive).result()
    assert refused.value.status == 408
