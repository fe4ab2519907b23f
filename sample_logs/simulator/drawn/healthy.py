"""Draw healthy customers, some of which share an office with others."""

from __future__ import annotations

from sample_logs.simulator.cast.healthy import add_backfill, add_development, add_reports, add_token_user
from sample_logs.simulator.drawn.draw import Draw
from sample_logs.simulator.drawn.homes import Home, fill_website
from sample_logs.simulator.world import READ


def cast(draw: Draw) -> None:
    """Draw all customers that the world still lacks, three or more of them in each office."""
    offices = [office for office in draw.offices for _ in range(draw.rng.randint(3, 5))]
    for number in range(draw.customers_to_come):
        home = draw.home(ip=offices[number] if number < len(offices) else None)
        _add_programs(draw, home)


def _add_programs(draw: Draw, home: Home) -> None:
    rng, stage, customer = draw.rng, draw.stage, home.customer
    if rng.random() < 0.3:
        for environment in ("development", "preview"):
            fill_website(stage, customer.websites[0], environment)
        add_development(stage, customer, rng.uniform(5, 40))
    if rng.random() < 0.2:
        add_reports(stage, customer, stage.world.add_key(customer, scopes=(READ,)))
    if rng.random() < 0.1:
        add_token_user(stage, customer)
    if rng.random() < 0.05:
        add_backfill(stage, customer, draw.moment())
