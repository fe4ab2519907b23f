"""Set up homes: a customer, its healthy programs, and the addresses from which they call."""

from __future__ import annotations

from dataclasses import dataclass, field

from sample_logs.simulator.cast.stage import Stage
from sample_logs.simulator.clients.client import Client, mixture
from sample_logs.simulator.clients.schedules import people, sittings
from sample_logs.simulator.clients.working import work
from sample_logs.simulator.clock import DAY, END
from sample_logs.simulator.world import ApiKey, Customer


@dataclass(slots=True)
class Home:
    """A customer with a production key. ``server`` is the program that sends its events, if it sends any."""

    customer: Customer
    key: ApiKey
    server: Client
    cases: set[str] = field(default_factory=set)


def settle(stage: Stage, per_day: float, websites: int = 1, ip: str | None = None) -> Home:
    """Set up a new customer that makes about ``per_day`` correct calls on a weekday; none at all for 0."""
    customer = stage.world.add_customer(websites)
    key = stage.world.add_key(customer)
    addresses = 1 if per_day < 60 else 3
    servers = [
        stage.client(customer, key, website=website, ip=ip, addresses=addresses, retries=2)
        for website in customer.websites
    ]
    if per_day:
        for server in servers:
            _collect(stage, server, per_day * 0.66 / websites)
        _view(stage, customer, key, per_day * 0.34, ip)
    return Home(customer, key, servers[0])


def _collect(stage: Stage, server: Client, per_day: float) -> None:
    usual = mixture(server.rng, (server.event, 0.72), (server.identify, 0.28))
    stage.play(work(server, people(server.rng, server.customer, per_day, stage.start, END), usual))


def _view(stage: Stage, customer: Customer, key: ApiKey, per_day: float, ip: str | None) -> None:
    viewer = stage.client(customer, key, ip=ip)
    usual = mixture(viewer.rng, (viewer.pipe, 0.9), (viewer.visitor, 0.1))
    stage.play(work(viewer, sittings(viewer.rng, customer, per_day / 6, 6, stage.start, END), usual))


def fill_website(stage: Stage, website: str, environment: str) -> None:
    """Record that a website has long had pageviews in an environment."""
    stage.world.accept_pageview(environment, website, stage.start - DAY)


def key_in(stage: Stage, home: Home, environment: str) -> ApiKey:
    """Return a key of the home in an environment where its pipes have rows."""
    if environment == "production":
        return home.key
    fill_website(stage, home.customer.websites[0], environment)
    return stage.world.add_key(home.customer, environment)
