"""Set up cases of a missing or malformed Authorization header."""

from __future__ import annotations

from sample_logs.simulator.cast.healthy import SHARED_OFFICE, add_background
from sample_logs.simulator.cast.stage import CURL, Stage
from sample_logs.simulator.clients.mistakes import header, one_of
from sample_logs.simulator.clients.schedules import every, nightly, people
from sample_logs.simulator.clients.working import Mistake, work_with_mistake
from sample_logs.simulator.clock import END, HOUR, moment


def cast(stage: Stage) -> None:
    """Set up four customers without a header, and five with a malformed one."""
    _proxy_strips_header(stage)
    _pipes_without_header(stage, "11-11 10:20", "11-11 15:45", None)
    _pipes_without_header(stage, "11-20 13:05", None, SHARED_OFFICE)
    _malformed(stage, "Token {key}", "scheme Token", "11-18 09:00", None)
    _malformed(stage, "{key}", "the bare key, no scheme", "11-12 08:10", "11-13 11:25")
    _malformed(stage, "Basic {key}", "scheme Basic", "11-13 13:30", "11-16 09:15")
    _malformed(stage, "bearer:{key}", "a colon after bearer", "11-22 20:15", None)
    _nightly_empty_variable(stage)
    _untraceable(stage)


def _proxy_strips_header(stage: Stage) -> None:
    """Set up a collector whose proxy drops the header, on a machine that reads pipes without errors."""
    customer = stage.world.add_customer()
    ip = stage.ip()
    key = add_background(stage, customer, 18, ip=ip)
    client = stage.client(customer, key, ip=ip, retries=0)
    label = stage.label(
        "missing_authorization",
        client,
        "a proxy drops the header of its events",
        presented=None,
        website=False,
    )
    times = people(client.rng, customer, 40, stage.some_days_before(moment("11-17 14:40")), END)
    mistake = Mistake(label, header(None), moment("11-17 14:40"))
    stage.play(work_with_mistake(client, times, client.event, mistake))


def _pipes_without_header(stage: Stage, begins: str, mended: str | None, ip: str | None) -> None:
    customer = stage.world.add_customer()
    client = stage.client(customer, add_background(stage, customer, 25), ip=ip, retries=0)
    label = stage.label("missing_authorization", client, "a report job forgets the header", presented=None)
    times = every(client.rng, 1200, stage.some_days_before(moment(begins)), END)
    until = moment(mended) if mended else float("inf")
    mistake = Mistake(label, header(None), moment(begins), until)
    stage.play(work_with_mistake(client, times, client.pipe, mistake))


def _malformed(stage: Stage, shape: str, variation: str, begins: str, mended: str | None) -> None:
    customer = stage.world.add_customer()
    client = stage.client(customer, add_background(stage, customer, 20), retries=0)
    label = stage.label("malformed_authorization", client, variation, presented=None)
    start = stage.some_days_before(moment(begins))
    times = every(client.rng, 600 if begins > "11-22" else 2700, start, END)
    spoil = header(shape.format(key=client.key.secret))
    until = moment(mended) if mended else float("inf")
    mistake = Mistake(label, spoil, moment(begins), until)
    stage.play(work_with_mistake(client, times, client.pipe, mistake))


def _nightly_empty_variable(stage: Stage) -> None:
    """Set up a shell script with an empty variable, which sends Bearer without a key twice a night."""
    customer = stage.world.add_customer()
    key = add_background(stage, customer, 15)
    client = stage.client(customer, key, user_agent=CURL, retries=0)
    label = stage.label("malformed_authorization", client, "an empty variable, twice a night", presented=None)
    times = nightly(client.rng, 1.25, 2, moment("11-13 00:00"), END)
    mistake = Mistake(label, one_of(client.rng, header("Bearer "), header("Bearer")), moment("11-13 00:00") + HOUR)
    stage.play(work_with_mistake(client, times, client.pipe, mistake))


def _untraceable(stage: Stage) -> None:
    """Set up events without a header from an address seen nowhere else, so that no line names the customer."""
    customer = stage.world.add_customer()
    client = stage.client(customer, add_background(stage, customer, 15), retries=0)
    label = stage.label(
        "missing_authorization",
        client,
        "nothing in the logs names the customer",
        presented=None,
        website=False,
    )
    times = people(client.rng, customer, 20, moment("11-20 06:00"), END)
    stage.play(work_with_mistake(client, times, client.pageview, Mistake(label, header(None), 0.0)))
