"""Each key may send sixty requests a minute, and the reported wait is long enough."""

from __future__ import annotations

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sample_logs.simulator.ratelimit import LIMIT, WINDOW_S, RateLimiter


@hypothesis_settings(deadline=None)
@given(st.lists(st.floats(0.0, 3.0), min_size=70, max_size=200))
def test_never_more_than_sixty_in_any_minute(gaps: list[float]) -> None:
    limiter, accepted, at = RateLimiter(), list[float](), 0.0
    for gap in gaps:
        at += gap
        wait = limiter.seconds_to_wait("key", at)
        if not wait:
            accepted.append(at)
        else:
            assert 0 < wait <= WINDOW_S
    for number in range(LIMIT, len(accepted)):
        assert accepted[number] - accepted[number - LIMIT] >= WINDOW_S - 1e-9


def test_the_reported_wait_is_long_enough() -> None:
    limiter = RateLimiter()
    assert not any(limiter.seconds_to_wait("key", second / 10) for second in range(LIMIT))
    wait = limiter.seconds_to_wait("key", 10.0)
    assert wait == WINDOW_S - 10.0
    assert limiter.seconds_to_wait("key", 10.0 + wait) == 0.0
    assert limiter.seconds_to_wait("other", 10.0) == 0.0
