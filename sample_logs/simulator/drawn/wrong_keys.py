"""Draw cases of a key that matches no stored hash: of another environment, with whitespace, a hash, or unknown."""

from __future__ import annotations

from sample_logs.simulator.clients.client import Client, mixture
from sample_logs.simulator.clients.mistakes import hash_of, presented
from sample_logs.simulator.clients.schedules import people
from sample_logs.simulator.clients.working import work
from sample_logs.simulator.clock import END
from sample_logs.simulator.drawn.draw import Draw
from sample_logs.simulator.drawn.homes import Home, fill_website, key_in

_WHITESPACE = (
    ("{key} ", "a space behind the key"),
    ("{key}\n", "a newline behind the key"),
    ("{key}\r\n", "a Windows line end behind the key"),
    (" {key}", "two spaces after Bearer"),
    ("{key}\t", "a tab behind the key"),
    (" {key} ", "spaces around the key"),
)
_HASHES = (("{hash}", "the SHA-256 from the database"), ("{HASH}", "the SHA-256, capitals"))
_UNKNOWN = (
    ("{key:.32}", "the last eight characters cut off"),
    ("{key:.39}!", "one character mistyped"),
    ("sk_live_51Hq{hash:.24}", "another vendor's key"),
    ("YOUR_KEY", "the placeholder of the example"),
    ("${{PIXEL_KEY}}", "a variable never filled in"),
    ("undefined", "the word undefined"),
    ("ak_live_{hash:.32}", "a key deleted long ago"),
)


def cast(draw: Draw) -> None:
    """Draw development keys in production, and pasted keys of three kinds."""
    for _ in draw.several():
        _dev_key(draw)
    for case, shapes in (
        ("whitespace_in_key", _WHITESPACE),
        ("hash_pasted_as_key", _HASHES),
        ("unknown_key", _UNKNOWN),
    ):
        for _ in draw.several():
            _spoilt_key(draw, case, shapes)


def _dev_key(draw: Draw) -> None:
    """Draw a service that is deployed with the development key, which development goes on using."""
    alone = draw.rng.random() < 0.3
    home = draw.silent_home_with("dev_key_in_prod") if alone else draw.home_with("dev_key_in_prod")
    environment = draw.rng.choices(("production", "preview"), (85, 15))[0]
    proper = key_in(draw.stage, home, environment)
    developer = _developer(draw, home)
    client = draw.program(home, proper)
    text = f"development key, {'the only service' if alone else 'others work'}"
    what = draw.rng.choice(("everything", "event", "pipe", "dashboard", "identify"))
    secret = developer.key.secret
    draw.enact("dev_key_in_prod", text, client, what, presented(secret), presented=secret)


def _developer(draw: Draw, home: Home) -> Client:
    stage = draw.stage
    fill_website(stage, home.customer.websites[0], "development")
    developer = stage.client(home.customer, stage.world.add_key(home.customer, "development"))
    chores = mixture(developer.rng, (developer.pageview, 0.5), (developer.pipe, 0.5))
    per_day = draw.rng.uniform(8, 40)
    stage.play(work(developer, people(developer.rng, home.customer, per_day, stage.start, END), chores))
    return developer


def _spoilt_key(draw: Draw, case: str, shapes: tuple[tuple[str, str], ...]) -> None:
    """Draw a service whose key was pasted again, or was never right."""
    home = draw.home_with(case)
    client = draw.program(home, key_in(draw.stage, home, draw.environment()))
    shape, text = draw.rng.choice(shapes)
    hashed = hash_of(client.key.secret)
    secret = shape.format(key=client.key.secret, hash=hashed, HASH=hashed.upper())
    what = draw.rng.choice(("dashboard", "pipe", "everything", "event"))
    before = draw.rng.random() < 0.75
    draw.enact(case, text, client, what, presented(secret), presented=secret, worked_before=before)
