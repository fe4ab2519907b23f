"""Draw cases of malformed requests: an unknown pipe, a blank visitor, an invalid body, or two of them."""

from __future__ import annotations

from sample_logs.simulator.clients.client import Client
from sample_logs.simulator.clients.mistakes import body_flaws, one_of, path_segment
from sample_logs.simulator.drawn.draw import Draw
from sample_logs.simulator.drawn.homes import key_in

_CASES = ("unknown_pipe", "blank_visitor_id", "invalid_body")
_PIPES = ("top-pages", "KPIs", "pageviews_by_day", "visitors-timeseries", "top_pages%0A", "sources", "kpi", "{pipe}")
_BLANKS = (
    (("%20",), "an id of one space"),
    (("",), "no id at all"),
    (("", "%20%20"), "an empty template variable"),
)
_FLAWS: tuple[tuple[str, dict[str, str]], ...] = (
    ("timestamps as numbers", {"timestamp": "Expected string, received number"}),
    ("website_id left out", {"website_id": "Required"}),
    ("a relative url", {"url": "Invalid url"}),
    ("an event name that is none", {"event": "Invalid enum value: received 'page_view'"}),
    ("revenue as text", {"revenue": "Expected number, received string", "currency": "Required"}),
)


def cast(draw: Draw) -> None:
    """Draw customers of each kind, and one or two that make two of the mistakes with one key."""
    for case in _CASES:
        for _ in draw.several():
            home = draw.home_with(case)
            _play(draw, case, draw.program(home, key_in(draw.stage, home, draw.environment())))
    for pair in draw.rng.sample((_CASES[:2], _CASES[1:]), draw.rng.randint(1, 2)):
        home = draw.home_with(pair[0])
        home.cases.add(pair[1])
        client = draw.program(home, home.key)
        for case in pair:
            _play(draw, case, client)


def _play(draw: Draw, case: str, client: Client) -> None:
    rng = draw.rng
    if case == "unknown_pipe":
        wrong = rng.choice(_PIPES)
        draw.enact(case, wrong, client, "pipe", path_segment(wrong))
    elif case == "blank_visitor_id":
        blanks, text = rng.choice(_BLANKS)
        draw.enact(case, text, client, "visitor", one_of(client.rng, *map(path_segment, blanks)))
    else:
        text, flaws = rng.choice(_FLAWS)
        draw.enact(case, text, client, "pageview", body_flaws(**flaws), website="website_id" not in flaws)
