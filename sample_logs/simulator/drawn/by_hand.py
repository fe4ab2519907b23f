"""Draw mistakes that people make at a keyboard and fix within minutes."""

from __future__ import annotations

import random
from dataclasses import replace

from sample_logs.simulator.cast.by_hand import try_by_hand
from sample_logs.simulator.cast.stage import CURL
from sample_logs.simulator.clients.client import Behaviour, Client
from sample_logs.simulator.clients.mistakes import body_flaws, hash_of, header, path_segment, presented
from sample_logs.simulator.clients.schedules import people
from sample_logs.simulator.clients.working import Spoil, work
from sample_logs.simulator.clock import DAY, END, MINUTE
from sample_logs.simulator.drawn.draw import Draw
from sample_logs.simulator.drawn.homes import Home, fill_website
from sample_logs.simulator.drawn.remarks import Kind


def _at_keyboard(draw: Draw, home: Home) -> Client:
    """Return a client with curl, sometimes on a machine where a healthy program runs."""
    ip = home.server.ips[0] if draw.rng.random() < 0.4 else None
    return draw.stage.client(home.customer, home.key, ip=ip, user_agent=CURL, retries=0)


def _wrong_things(rng: random.Random, secret: str, count: int) -> list[Spoil]:
    things = (
        header(None),
        header(secret),
        header(f"Token {secret}"),
        presented("YOUR_KEY"),
        presented(hash_of(secret)),
        presented(f"{secret} "),
        presented(secret[:24]),
        path_segment("toppages"),
    )
    return rng.sample(things, count)


def _four_wrong_things(draw: Draw, home: Home) -> list[Behaviour]:
    client = _at_keyboard(draw, home)
    spoils = _wrong_things(draw.rng, client.key.secret, 4)
    return [try_by_hand(client, draw.moment(), spoils, client.pipe)]


def _on_two_days(draw: Draw, home: Home) -> list[Behaviour]:
    client = _at_keyboard(draw, home)
    first = draw.moment(1, 5)
    return [
        try_by_hand(client, at, _wrong_things(draw.rng, client.key.secret, 4), client.pipe)
        for at in (first, first + draw.rng.uniform(1, 4) * DAY)
    ]


def _same_thing_on_two_days(draw: Draw, home: Home) -> list[Behaviour]:
    client = _at_keyboard(draw, home)
    spoils = _wrong_things(draw.rng, client.key.secret, 1) * 2
    first = draw.moment(1, 5)
    return [try_by_hand(client, at, spoils, client.pipe) for at in (first, first + draw.rng.uniform(1, 4) * DAY)]


def _learning(draw: Draw, home: Home) -> list[Behaviour]:
    fill_website(draw.stage, home.customer.websites[0], "development")
    key = draw.stage.world.add_key(home.customer, "development")
    client = draw.stage.client(home.customer, key, retries=0)
    at = draw.moment()
    events = [body_flaws(url="Required"), body_flaws(url="Invalid url", event="Required"), presented("undefined")]
    return [
        try_by_hand(client, at, _wrong_things(draw.rng, key.secret, 6), client.pipe),
        try_by_hand(client, at + 12 * MINUTE, [*events, *events[:2]], client.pageview),
    ]


def _scopes_forgotten(draw: Draw, home: Home) -> list[Behaviour]:
    client = _at_keyboard(draw, home)
    spoil = presented(draw.stage.world.add_key(home.customer, scopes=()).secret)
    return [try_by_hand(client, draw.moment(), [spoil, spoil], client.pageview)]


def _dev_key(draw: Draw, home: Home) -> list[Behaviour]:
    fill_website(draw.stage, home.customer.websites[0], "development")
    key = draw.stage.world.add_key(home.customer, "development")
    client = _at_keyboard(draw, home)
    developer = draw.stage.client(home.customer, key, ip=client.ips[0], user_agent=CURL)
    times = people(developer.rng, home.customer, 15, draw.stage.start, END)
    spoils = [presented(key.secret)] * draw.rng.randint(1, 3)
    return [work(developer, times, developer.pipe), try_by_hand(client, draw.moment(), spoils, client.pipe)]


def _pipe_typo(draw: Draw, home: Home) -> list[Behaviour]:
    client = _at_keyboard(draw, home)
    spoils = [path_segment(wrong) for wrong in draw.rng.sample(("toppages", "top-pages", "kpi", "funnels"), 2)]
    return [try_by_hand(client, draw.moment(), spoils, client.pipe)]


def _blank_visitor(draw: Draw, home: Home) -> list[Behaviour]:
    client = _at_keyboard(draw, home)
    spoils = [path_segment(blank) for blank in ("", "%20")]
    return [try_by_hand(client, draw.moment(), spoils, client.visitor)]


def _website_typo(draw: Draw, home: Home) -> list[Behaviour]:
    client = _at_keyboard(draw, home)
    mistyped = replace(client, website=client.website[:-1])
    at = draw.moment()

    def typing() -> Behaviour:
        for number, sender in enumerate((mistyped, mistyped, client, client, client)):
            yield sender.named_pipe(at + 25 * number, "kpis")

    return [typing()]


KINDS: dict[str, Kind] = {
    "tries_by_hand": ("four wrong things with curl within minutes, then success", _four_wrong_things),
    "tries_by_hand_twice": ("four wrong things with curl within minutes, on two different days", _on_two_days),
    "same_slip_twice": ("one wrong thing twice with curl, on two different days", _same_thing_on_two_days),
    "learns_in_development": ("a dozen different refusals on one afternoon in development", _learning),
    "scopes_forgotten_for_a_minute": ("a key without scopes, noticed within a minute", _scopes_forgotten),
    "dev_key_by_hand": ("the development key in production, a few times, by hand", _dev_key),
    "typo_by_hand": ("two mistyped pipes, then the right one", _pipe_typo),
    "blank_visitor_by_hand": ("a visitor without id twice, then a right one", _blank_visitor),
    "website_typo_by_hand": ("a mistyped website twice, then the right one", _website_typo),
}
