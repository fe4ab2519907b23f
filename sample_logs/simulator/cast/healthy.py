"""Set up healthy customers: collectors, dashboards, cron jobs, backfills, and a shared office."""

from __future__ import annotations

from sample_logs.simulator.cast.stage import Stage
from sample_logs.simulator.clients.client import mixture
from sample_logs.simulator.clients.schedules import every, nightly, people, sittings
from sample_logs.simulator.clients.tokens import mint_each_time
from sample_logs.simulator.clients.working import work
from sample_logs.simulator.clock import END, FORTNIGHT_START, HOUR, moment
from sample_logs.simulator.world import READ, WRITE, ApiKey, Customer

SHARED_OFFICE = "198.51.100.7"
"""An address from which several unrelated customers call."""


def cast(stage: Stage) -> None:
    """Set up forty-four healthy customers of very different sizes."""
    sizes = stage.world.rng("sizes")
    for number in range(44):
        customer = stage.world.add_customer(websites=1 + number % 3 // 2)
        per_day = min(380.0, sizes.lognormvariate(3.45, 0.95))
        shared = SHARED_OFFICE if number in (3, 9, 17) else None
        add_background(stage, customer, per_day, ip=shared)
        if number % 3 == 0:
            add_development(stage, customer, per_day / 4)
        if number % 4 == 1:
            add_reports(stage, customer, stage.world.add_key(customer, scopes=(READ,)))
        if number % 9 == 2:
            add_token_user(stage, customer)
        if number % 20 == 6:
            add_backfill(stage, customer, moment("11-13 18:00"))


def add_background(stage: Stage, customer: Customer, per_day: float, ip: str | None = None) -> ApiKey:
    """Add a customer's healthy production traffic: a collector, and people who look at dashboards. Returns its key."""
    per_day *= stage.traffic
    key = stage.world.add_key(customer)
    addresses = 1 if per_day < 60 else 3
    for website in customer.websites:
        client = stage.client(customer, key, website=website, ip=ip, addresses=addresses, retries=2)
        usual = mixture(client.rng, (client.event, 0.72), (client.identify, 0.28))
        share = per_day * 0.66 / len(customer.websites)
        stage.play(work(client, people(client.rng, customer, share, stage.start, END), usual))
    viewer = stage.client(customer, key, ip=ip, retries=1)
    usual = mixture(viewer.rng, (viewer.pipe, 0.9), (viewer.visitor, 0.1))
    times = sittings(viewer.rng, customer, per_day * 0.3 / 6, 6, stage.start, END)
    stage.play(work(viewer, times, usual))
    return key


def add_development(stage: Stage, customer: Customer, per_day: float) -> None:
    """Add a developer's key and calls, and with two websites also a preview."""
    key = stage.world.add_key(customer, "development")
    client = stage.client(customer, key)
    usual = mixture(client.rng, (client.event, 0.6), (client.pipe, 0.3), (client.identify, 0.1))
    stage.play(work(client, people(client.rng, customer, min(per_day, 30) * stage.traffic, stage.start, END), usual))
    if len(customer.websites) > 1:
        preview = stage.client(customer, stage.world.add_key(customer, "preview"))
        times = people(preview.rng, customer, min(per_day / 3, 12) * stage.traffic, stage.start, END)
        stage.play(work(preview, times, preview.pageview))


def add_reports(stage: Stage, customer: Customer, key: ApiKey) -> None:
    """Add a job that reads a pipe every quarter of an hour to every hour."""
    client = stage.client(customer, key, retries=3)
    seconds = client.rng.choice((900.0, 1800.0, HOUR)) / min(1.0, max(stage.traffic, 0.1))
    stage.play(work(client, every(client.rng, seconds, stage.start, END), client.pipe))


def add_token_user(stage: Stage, customer: Customer) -> None:
    """Add a client that mints a token for each call."""
    client = stage.client(customer, stage.world.add_key(customer, scopes=(READ,)))
    times = people(client.rng, customer, 45 * stage.traffic, stage.start, END)
    stage.play(mint_each_time(client, times, client.pipe))


def add_backfill(stage: Stage, customer: Customer, began: float) -> None:
    """Add an evening of old events, a second and a half apart, and a nightly import since."""
    client = stage.client(customer, stage.world.add_key(customer, scopes=(WRITE,)), retries=4)
    once = every(client.rng, 1.5, began, began + 0.6 * HOUR * stage.traffic, 1.0)
    stage.play(work(client, once, client.event))
    importer = stage.client(customer, client.key, retries=4)
    calls = round(40 * stage.traffic)
    nights = nightly(importer.rng, 2.5, calls, max(stage.start, FORTNIGHT_START), END, 2.0)
    stage.play(work(importer, nights, importer.event))
