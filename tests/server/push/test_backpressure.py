"""The room for posts: no sender can take what the others need, and none is lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixeldesk.server.push.backpressure import Backpressure, Reservation
from pixeldesk.server.push.refusals import Refusal

SENDERS = ["web", "edge", "drain"]
WHO = st.sampled_from([*SENDERS, None])


def fill(backpressure: Backpressure, sender: str | None, size: int) -> list[Reservation]:
    """Take all the room there is for a sender, in posts of that size."""
    taken: list[Reservation] = []
    with pytest.raises(Refusal) as refused:
        while True:
            taken.append(backpressure.enter(sender))
            taken[-1].grow_to(size)
    assert refused.value.status == 429
    return taken


@pytest.mark.parametrize(("size", "posts", "total"), [(10, 10_000, 1200), (0, 120, 10**9)])
def test_a_sender_that_takes_all_it_can_leaves_their_part_to_the_others(size: int, posts: int, total: int) -> None:
    backpressure = Backpressure(posts, total, SENDERS)
    greedy = fill(backpressure, "web", size)
    # Its own sixth and the half that is common.
    assert len([one for one in greedy if one._reserved == size]) == 120 * 4 // 6
    for other in ("edge", "drain"):
        assert len([one for one in fill(backpressure, other, size) if one._reserved == size]) >= 120 // 6
    # Nobody knows who sends these.
    assert fill(backpressure, None, size)


def test_what_is_announced_or_not_yet_signed_takes_nothing_from_senders() -> None:
    backpressure = Backpressure(1000, 1000, SENDERS)
    fill(backpressure, None, 10)
    before = backpressure.bytes
    with backpressure.enter("web") as reservation:
        assert backpressure.bytes == before
        reservation.grow_to(600)
        assert backpressure.bytes == before + 600


def test_a_post_moves_to_the_sender_who_signed_it() -> None:
    backpressure = Backpressure(1000, 1000, ["drain"])
    with backpressure.enter(None) as signed:
        signed.grow_to(100)
        signed.is_of("drain")
        with backpressure.enter(None) as next_one:
            next_one.grow_to(120)
            with backpressure.enter(None) as last, pytest.raises(Refusal):
                last.grow_to(10)
        assert backpressure.bytes == 100
    assert (backpressure.posts, backpressure.bytes) == (0, 0)


def test_the_oldest_post_without_a_sender_gives_way_to_newer_ones() -> None:
    backpressure = Backpressure(1000, 1000, ["drain"], gives_way_after=0)
    given_up: list[Refusal] = []
    with backpressure.enter(None) as oldest, backpressure.enter(None) as older, backpressure.enter(None) as newest:
        oldest.on_giving_way = given_up.append
        oldest.grow_to(60)
        older.grow_to(60)
        newest.grow_to(60)
        assert ([refusal.status for refusal in given_up], backpressure.bytes) == ([429], 120)
        with pytest.raises(Refusal, match="too much is waiting"):
            oldest.grow_to(61)
        with pytest.raises(Refusal, match="too much is waiting"):
            oldest.is_of("drain")
        # Nobody gives way to itself, and no known sender to anybody.
        older.is_of("drain")
        newest.grow_to(500)
        assert backpressure.bytes == 560
    assert (backpressure.posts, backpressure.bytes) == (0, 0)


def test_a_young_post_gives_way_to_none() -> None:
    backpressure = Backpressure(1000, 1000, ["drain"], gives_way_after=1000)
    with backpressure.enter(None) as older, backpressure.enter(None) as newer:
        older.grow_to(100)
        with pytest.raises(Refusal):
            newer.grow_to(100)
        older.grow_to(120)


def test_the_only_post_of_a_sender_is_always_admitted() -> None:
    backpressure = Backpressure(1, 10, SENDERS)
    with backpressure.enter("web") as one, backpressure.enter("edge") as other, backpressure.enter(None) as third:
        for reservation in (one, other, third):
            reservation.grow_to(1_000_000)
        with pytest.raises(Refusal):
            backpressure.enter("web")


@settings(max_examples=60)
@given(st.lists(st.tuples(WHO, st.integers(0, 400)), max_size=60))
def test_all_room_is_given_back(steps: list[tuple[str | None, int]]) -> None:
    backpressure = Backpressure(20, 1000, SENDERS, gives_way_after=0)
    held: list[Reservation] = []
    for place, (sender, size) in enumerate(steps):
        if held and place % 3 == 2:
            held.pop(size % len(held)).__exit__(None, None, None)
        try:
            reservation = backpressure.enter(sender)
            held.append(reservation)
            reservation.grow_to(size)
            reservation.is_of("web")
        except Refusal as refusal:
            assert 1 <= int(refusal.headers["Retry-After"]) <= 60
        assert backpressure.posts == sum(one._refusal is None for one in held)
    for reservation in held:
        reservation.__exit__(None, None, None)
    assert (backpressure.posts, backpressure.bytes) == (0, 0)
