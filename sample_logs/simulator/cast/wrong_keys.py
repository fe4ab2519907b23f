"""Set up cases of a key that matches no stored hash: of another environment, with whitespace, a hash, or unknown."""

from __future__ import annotations

from sample_logs.simulator.cast.healthy import add_background
from sample_logs.simulator.cast.stage import Stage
from sample_logs.simulator.clients.client import Client, Usual, mixture
from sample_logs.simulator.clients.mistakes import hash_of, presented
from sample_logs.simulator.clients.schedules import every, nightly, people
from sample_logs.simulator.clients.working import Mistake, work, work_with_mistake
from sample_logs.simulator.clock import END, moment


def cast(stage: Stage) -> None:
    """Set up six with another environment's key, five with whitespace, three with a hash, five with no key at all."""
    _dev_key(stage, "11-19 09:20", None, marked=True, shape="people")
    _dev_key(stage, "11-11 08:55", "11-11 16:20", marked=False, shape="pipes")
    _dev_key(stage, "11-22 23:00", None, marked=False, shape="clock")
    _dev_key(stage, "11-16 13:10", "11-18 10:02", marked=True, shape="people")
    _dev_key(stage, "11-14 00:10", None, marked=False, shape="nightly")
    _dev_key(stage, "11-17 12:00", "11-18 14:30", marked=True, shape="people", environment="preview")
    for before, after, variation, begins, mended in (
        ("", " ", "a space behind the key", "11-12 11:15", None),
        ("", "\n", "a newline behind the key, from a mounted secret", "11-16 08:40", "11-16 17:05"),
        ("", "\r\n", "a Windows line end behind the key", "11-20 10:00", None),
        (" ", "", "two spaces after Bearer", "11-10 12:30", "11-12 09:50"),
        ("", "\t", "a tab behind the key, copied from a table", "11-22 21:30", None),
    ):
        _spoilt_key(stage, "whitespace_in_key", variation, f"{before}{{key}}{after}", begins, mended)
    _spoilt_key(stage, "hash_pasted_as_key", "the SHA-256 from the database", "{hash}", "11-18 13:45", None)
    _spoilt_key(stage, "hash_pasted_as_key", "the SHA-256, capitals", "{HASH}", "11-11 09:30", "11-11 13:10")
    _spoilt_key(stage, "hash_pasted_as_key", "the SHA-256 in a nightly job", "{hash}", "11-15 00:00", None, 2)
    _spoilt_key(stage, "unknown_key", "the last eight characters cut off", "{key:.32}", "11-17 15:00", None)
    _spoilt_key(stage, "unknown_key", "another vendor's key", "sk_live_51Hq{hash:.24}", "11-10 10:10", "11-10 18:00")
    _spoilt_key(stage, "unknown_key", "the placeholder of the example", "YOUR_KEY", "11-21 16:20", None)
    _spoilt_key(stage, "unknown_key", "a variable never filled in", "${{PIXEL_KEY}}", "11-13 07:50", "11-16 08:20")
    _spoilt_key(stage, "unknown_key", "one character mistyped", "{key:.39}!", "11-19 00:00", None, 2)


def _usual(client: Client, shape: str) -> Usual:
    return (
        client.pipe
        if shape in ("pipes", "clock", "nightly")
        else mixture(client.rng, (client.event, 0.8), (client.identify, 0.2))
    )


def _dev_key(
    stage: Stage,
    begins: str,
    mended: str | None,
    *,
    marked: bool,
    shape: str,
    environment: str = "production",
) -> None:
    """Set up a service that is deployed with the development key, which development goes on using."""
    customer = stage.world.add_customer(marked_keys=marked)
    if environment != "production" or shape == "nightly":
        add_background(stage, customer, 30)
    proper = stage.world.add_key(customer, environment)
    developer = stage.client(customer, stage.world.add_key(customer, "development"))
    usual = mixture(developer.rng, (developer.pageview, 0.5), (developer.pipe, 0.5))
    stage.play(work(developer, people(developer.rng, customer, 22, stage.some_days_before(moment(begins)), END), usual))
    client = stage.client(customer, proper, retries=0)
    began = moment(begins)
    start = stage.some_days_before(began)
    times = {
        "people": people(client.rng, customer, 60, start, END),
        "pipes": every(client.rng, 600, start, END),
        "clock": every(client.rng, 360, began - 3600, END),
        "nightly": nightly(client.rng, 3.4, 2, start, END),
    }[shape]
    secret = developer.key.secret
    with_website = shape in ("pipes", "clock", "nightly")
    label = stage.label("dev_key_in_prod", client, f"development key, {shape}", presented=secret, website=with_website)
    until = moment(mended) if mended else float("inf")
    stage.play(work_with_mistake(client, times, _usual(client, shape), Mistake(label, presented(secret), began, until)))


def _spoilt_key(
    stage: Stage, case: str, variation: str, shape: str, begins: str, mended: str | None, per_night: int = 0
) -> None:
    """Set up a service that worked until its key was pasted again."""
    customer = stage.world.add_customer()
    key = add_background(stage, customer, 16)
    client = stage.client(customer, key, retries=0)
    start = stage.some_days_before(moment(begins))
    hashed = hash_of(key.secret)
    secret = shape.format(key=key.secret, hash=hashed, HASH=hashed.upper())
    label = stage.label(case, client, variation, presented=secret)
    times = (
        nightly(client.rng, 4.1, per_night, start, END)
        if per_night
        else every(client.rng, 480 if begins > "11-22" else 1500, start, END)
    )
    until = moment(mended) if mended else float("inf")
    mistake = Mistake(label, presented(secret), moment(begins), until)
    stage.play(
        work_with_mistake(client, times, mixture(client.rng, (client.pipe, 0.8), (client.visitor, 0.2)), mistake)
    )
