"""Set up customers that briefly look like a case but are not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sample_logs.simulator.cast import by_hand
from sample_logs.simulator.cast.healthy import SHARED_OFFICE, add_background
from sample_logs.simulator.cast.stage import Stage
from sample_logs.simulator.clients.client import Behaviour, Client
from sample_logs.simulator.clients.impatience import patient_when_limited
from sample_logs.simulator.clients.mistakes import body_flaws, presented
from sample_logs.simulator.clients.schedules import every, people, sittings
from sample_logs.simulator.clients.tokens import mint_for_a_batch
from sample_logs.simulator.clients.working import work
from sample_logs.simulator.clock import END, moment
from sample_logs.simulator.messages import Call


def cast(stage: Stage) -> None:
    """Set up a customer for each name in :data:`LOOKALIKES`."""
    for name, (note, play) in LOOKALIKES.items():
        customer = stage.world.add_customer()
        key = add_background(stage, customer, 15)
        client = stage.client(customer, key, retries=0)
        stage.remark(customer, name, note)
        stage.play(*play(stage, client))


def _rotation(stage: Stage, client: Client) -> list[Behaviour]:
    """Let three pods present the old key for up to ninety seconds after it was revoked, then the new key."""
    rotated = moment("11-17 12:30")
    old = stage.world.add_key(client.customer, revoked_at=rotated)

    def pod(number: int) -> Behaviour:
        program = stage.client(client.customer, old, retries=0)
        switched = rotated + 40 + 25 * number
        new = presented(client.key.secret)

        def usual(at: float) -> Call:
            return program.pageview(at) if at < switched else new(program.pageview(at))

        return work(program, every(program.rng, 17, rotated - 900, rotated + 1800, 9), usual)

    return [pod(number) for number in range(3)]


def _late_token(stage: Stage, client: Client) -> list[Behaviour]:
    times = every(client.rng, 5400, stage.start, END)
    return [mint_for_a_batch(client, times, client.pipe, 8, 2.0)]


def _patient(stage: Stage, client: Client) -> list[Behaviour]:
    starts = every(client.rng, 86400, stage.start, END, 60)
    own = stage.client(client.customer, stage.world.add_key(client.customer), retries=0)
    return [patient_when_limited(own, starts, 90, 75, own.pipe)]


def _empty_filter(stage: Stage, client: Client) -> list[Behaviour]:
    def usual(at: float) -> Call:
        filters = client.rng.choice(("from=2019-01-01&to=2019-01-31", "days=7&campaign=%C3%A9t%C3%A9-2017"))
        return client.named_pipe(at, "top_pages", filters)

    return [work(client, sittings(client.rng, client.customer, 2, 3, stage.start, END), usual)]


def _slow_once(_stage: Stage, client: Client) -> list[Behaviour]:
    times = every(client.rng, 60, moment("11-13 10:00"), moment("11-13 10:20"))
    heavy = "from=2024-01-01&to=2026-11-13&group_by=" + ",".join(f"utm_{n}" for n in range(60))
    return [work(client, times, lambda at: client.named_pipe(at, "attribution", heavy))]


def _odd_event(stage: Stage, client: Client) -> list[Behaviour]:
    spoil = body_flaws(url="String must contain at most 2048 character(s)")
    events = people(client.rng, client.customer, 90, stage.start, END)
    odd = iter(moment(when) for when in ("11-10 12:01", "11-13 19:31", "11-19 08:11"))
    return [work(client, events, client.event), work(client, odd, lambda at: spoil(client.event(at)))]


def _neighbour(stage: Stage, client: Client) -> list[Behaviour]:
    """Work correctly from an address that a customer without a header also uses."""
    viewer = replace(client, ips=(SHARED_OFFICE,))
    return [work(viewer, people(viewer.rng, viewer.customer, 30, stage.start, END), viewer.pipe)]


def _busy_not_limited(stage: Stage, client: Client) -> list[Behaviour]:
    own = stage.client(client.customer, stage.world.add_key(client.customer))
    start = moment("11-19 13:00")
    return [work(own, every(own.rng, 1.2, start, start + 900, 0.2), own.event)]


def _empty_for_minutes(stage: Stage, client: Client) -> list[Behaviour]:
    """Look at a new website twice, send its test event, then see rows."""
    website = stage.world.add_website(client.customer)
    viewer = replace(client, website=website)
    at = moment("11-16 15:00")

    def first_steps() -> Behaviour:
        for seconds, call in (
            (0, viewer.pipe),
            (20, viewer.pipe),
            (95, viewer.pageview),
            (110, viewer.pipe),
            (130, viewer.pipe),
        ):
            yield call(at + seconds)

    later = people(viewer.rng, viewer.customer, 20, at + 200, END)
    return [first_steps(), work(viewer, later, viewer.pageview)]


def _through_the_outage(stage: Stage, client: Client) -> list[Behaviour]:
    own = stage.client(client.customer, client.key, retries=3)
    return [work(own, every(own.rng, 180, moment("11-12 00:00"), moment("11-13 00:00")), own.pipe)]


LOOKALIKES: dict[str, tuple[str, Callable[[Stage, Client], list[Behaviour]]]] = {
    "tries_by_hand": ("four wrong things with curl within minutes, then success", by_hand.four_wrong_things),
    "learns_in_development": ("a dozen different refusals on one afternoon in development", by_hand.learning),
    "proper_rotation": ("pods present the old key for ninety seconds after a proper rotation", _rotation),
    "one_late_token": ("one token in eighty is two seconds too old", _late_token),
    "scopes_forgotten_for_a_minute": (
        "a key without scopes, noticed within a minute",
        by_hand.scopes_forgotten,
    ),
    "honours_retry_after": ("is limited now and then and waits as told", _patient),
    "filter_matches_nothing": ("a filter without rows on a website full of events", _empty_filter),
    "slow_once": ("twenty heavy queries on one morning", _slow_once),
    "odd_event": ("three refused events in a fortnight of thousands", _odd_event),
    "dev_key_by_hand": ("the development key in production, twice, by hand", by_hand.dev_key),
    "shared_address": ("healthy, behind an address where a neighbour fails", _neighbour),
    "typo_by_hand": ("two mistyped pipes, then the right one", by_hand.pipe_typo),
    "busy_not_limited": ("fifty requests a minute for a quarter of an hour", _busy_not_limited),
    "empty_for_minutes": ("a new website, empty for a minute and a half", _empty_for_minutes),
    "hit_by_our_outage": ("fails only while our downstream was down", _through_the_outage),
}
"""By name: a note, and the function that makes the behaviours."""
