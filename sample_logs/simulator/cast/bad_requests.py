"""Set up cases of malformed requests: an unknown pipe, a blank visitor, an invalid body."""

from __future__ import annotations

from sample_logs.simulator.cast.healthy import add_background
from sample_logs.simulator.cast.stage import Stage
from sample_logs.simulator.clients.client import Client, Usual
from sample_logs.simulator.clients.mistakes import body_flaws, one_of, path_segment
from sample_logs.simulator.clients.schedules import every, nightly, people, sittings
from sample_logs.simulator.clients.working import Mistake, Spoil, work_with_mistake
from sample_logs.simulator.clock import END, moment


def cast(stage: Stage) -> None:
    """Set up four customers with unknown pipes, three with blank visitors, four with invalid bodies, one with two."""
    _unknown_pipe(stage, "top-pages", "a hyphen in one tile of six", "11-16 14:00", None, 0.17)
    _unknown_pipe(stage, "pageviews_by_day", "a pipe of another product", "11-10 09:40", "11-11 11:00", 1.0)
    _unknown_pipe(stage, "KPIs", "capitals", "11-20 07:30", None, 0.4)
    _unknown_pipe(stage, "top_pages%0A", "a newline in the name, twice a night", "11-12 00:00", None, 1.0, 2)
    _blank_visitor(stage, ("%20",), "an id of one space", "11-17 10:50", None)
    _blank_visitor(stage, ("", "%20%20"), "an empty template variable", "11-12 12:00", "11-13 14:15")
    _blank_visitor(stage, ("",), "logged-out people have no id", "11-22 19:30", None, 240.0)
    _invalid_body(
        stage, "timestamps as numbers", "11-18 16:30", None, 1.0, timestamp="Expected string, received number"
    )
    _invalid_body(stage, "website_id left out", "11-11 10:00", "11-12 16:45", 1.0, website_id="Required")
    _invalid_body(
        stage,
        "one app version of three",
        "11-14 09:00",
        None,
        0.3,
        revenue="Expected number, received string",
        currency="String must contain exactly 3 character(s)",
    )
    _invalid_body(
        stage,
        "an event name with markup",
        "11-13 12:00",
        "11-16 10:40",
        0.6,
        event="Invalid enum value: received '<script>alert(1)</script>'",
    )
    _two_cases(stage)


def _mistaken_client(stage: Stage, background: float = 14) -> Client:
    customer = stage.world.add_customer()
    return stage.client(customer, add_background(stage, customer, background), retries=0)


def _until(mended: str | None) -> float:
    return moment(mended) if mended else float("inf")


def _unknown_pipe(
    stage: Stage,
    wrong: str,
    variation: str,
    begins: str,
    mended: str | None,
    share: float,
    per_night: int = 0,
) -> None:
    client = _mistaken_client(stage)
    times = (
        nightly(client.rng, 3.0, per_night, stage.some_days_before(moment(begins)), END)
        if per_night
        else sittings(client.rng, client.customer, 6, 6, stage.some_days_before(moment(begins)), END)
    )
    label = stage.label("unknown_pipe", client, variation)
    mistake = Mistake(label, path_segment(wrong), moment(begins), _until(mended), share)
    stage.play(work_with_mistake(client, times, client.pipe, mistake))


def _blank_visitor(
    stage: Stage,
    blanks: tuple[str, ...],
    variation: str,
    begins: str,
    mended: str | None,
    per_day: float = 35.0,
) -> None:
    client = _mistaken_client(stage)
    label = stage.label("blank_visitor_id", client, variation)
    times = people(client.rng, client.customer, per_day, moment(begins) - 3600, END)
    spoil = one_of(client.rng, *(path_segment(blank) for blank in blanks))
    stage.play(
        work_with_mistake(client, times, client.visitor, Mistake(label, spoil, moment(begins), _until(mended), 0.7))
    )


def _invalid_body(stage: Stage, variation: str, begins: str, mended: str | None, share: float, **flaws: str) -> None:
    client = _mistaken_client(stage)
    label = stage.label("invalid_body", client, variation, website="website_id" not in flaws)
    times = people(client.rng, client.customer, 55, stage.some_days_before(moment(begins)), END)
    mistake = Mistake(label, body_flaws(**flaws), moment(begins), _until(mended), share)
    stage.play(work_with_mistake(client, times, client.pageview, mistake))


def _two_cases(stage: Stage) -> None:
    """Set up a program with two mistakes under one key: a renamed pipe and blank visitors."""
    client = _mistaken_client(stage)
    chores: tuple[tuple[str, Usual, Spoil], ...] = (
        ("unknown_pipe", client.pipe, path_segment("visitors-timeseries")),
        ("blank_visitor_id", client.visitor, path_segment("%20")),
    )
    for case, usual, spoil in chores:
        label = stage.label(case, client, "two cases at one customer")
        times = every(client.rng, 1700, stage.some_days_before(moment("11-19 11:00")), END, 90)
        stage.play(work_with_mistake(client, times, usual, Mistake(label, spoil, moment("11-19 11:00"))))
