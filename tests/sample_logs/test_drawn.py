"""Drawn worlds are reproducible, differ by seed, label every case, and blame no look-alike."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from sample_logs.simulator import __main__ as command_line
from sample_logs.simulator.cast.stage import Stage
from sample_logs.simulator.clock import END, FORTNIGHT_START
from sample_logs.simulator.dirt import Damage
from sample_logs.simulator.drawn import bad_requests, cast_drawn, courses, strangers
from sample_logs.simulator.drawn.draw import Draw
from sample_logs.simulator.drawn.lookalikes import KINDS
from sample_logs.simulator.drawn.servers import draw_servers
from sample_logs.simulator.labels import CODE_OF_CASE
from sample_logs.simulator.simulation import Simulation, simulate
from sample_logs.simulator.truth import truth_of
from sample_logs.simulator.world import World
from tests.permanent import permanent

Record = dict[str, Any]
SEED = 41
FEWEST_FAILURES = 6
OURS = {"tinybird_error", "internal_error", "ingest_unavailable", "identify_unavailable"}


@pytest.fixture(scope="module")
@permanent()
def drawn() -> Simulation:
    return simulate(SEED, traffic=0.01, cast=cast_drawn)


@pytest.fixture(scope="module")
def truth(drawn: Simulation) -> Record:
    return truth_of(drawn, Damage())


def _set_up(seed: int) -> Stage:
    """Set up a stage without running the simulation."""
    stage = Stage(World(seed), FORTNIGHT_START)
    cast_drawn(stage)
    return stage


def _cast_few(stage: Stage) -> None:
    draw = Draw(stage)
    for part in (bad_requests, strangers):
        part.cast(draw)


def _lines(seed: int) -> list[bytes]:
    return [line.text for line in simulate(seed, traffic=0.01, cast=_cast_few).lines]


def test_the_same_seed_gives_the_same_lines() -> None:
    lines = _lines(SEED)
    assert len(lines) > 1000
    assert _lines(SEED) == lines


def test_a_world_depends_on_the_seed_alone() -> None:
    stages = [_set_up(seed) for seed in (SEED, SEED, SEED + 1)]
    drawn = [
        (
            [(label.case, label.customer_id, label.variation, label.client_ip) for label in stage.labels],
            stage.remarks,
            stage.servers,
            list(stage.world.customers),
        )
        for stage in stages
    ]
    assert drawn[0] == drawn[1]
    assert all(first != second for first, second in zip(drawn[1], drawn[2], strict=True))


@pytest.mark.parametrize("seed", range(5))
def test_counts_are_as_documented(seed: int) -> None:
    stage = _set_up(seed)
    assert 220 <= len(stage.world.customers) <= 320
    cases = Counter(label.case for label in stage.labels)
    assert set(cases) == set(CODE_OF_CASE)
    assert all(3 <= count <= 8 for count in cases.values()), cases
    assert len(stage.remarks) >= 40
    assert {remark.lookalike for remark in stage.remarks} == set(KINDS)
    owners = Counter(label.customer_id for label in stage.labels if label.customer_id)
    assert sum(count > 1 for count in owners.values()) >= 2
    assert sum(label.environment != "production" for label in stage.labels) >= 2


def test_every_case_fails_often_enough_to_be_one(truth: Record) -> None:
    few = [label for label in truth["labels"] if label["failing_requests"] < FEWEST_FAILURES]
    assert few == []


def test_a_lookalike_is_healthy_and_carries_no_label(drawn: Simulation, truth: Record) -> None:
    with_cases = {label["customer_id"] for label in truth["labels"]}
    remarked = {remark.customer_id for remark in drawn.stage.remarks}
    assert remarked.isdisjoint(with_cases)
    assert remarked == {healthy["customer_id"] for healthy in truth["healthy"] if healthy["lookalike"]}
    assert remarked | with_cases - {None} < set(drawn.stage.world.customers)


def test_every_refusal_of_a_named_customer_belongs_to_a_label_or_a_lookalike(drawn: Simulation, truth: Record) -> None:
    remarked = {remark.customer_id for remark in drawn.stage.remarks}
    labelled = {
        (label["customer_id"], CODE_OF_CASE[label["case"]] or "no rows", label["environment"])
        for label in truth["labels"]
    }
    for record in (json.loads(line.text) for line in drawn.lines):
        code = record.get("error", {}).get("code") or ("no rows" if record.get("response", {}).get("rows") == 0 else "")
        owner = record.get("customer_id")
        if owner and owner not in remarked and code not in OURS | {""}:
            assert (owner, code, record["environment"]) in labelled, record


def test_status_follows_the_course(truth: Record) -> None:
    """Check that cases that go on, have just begun or were given up are active, and fixed ones have recovered."""
    goes_on = {courses.ACTIVE, courses.JUST_BEGAN, courses.GAVE_UP}
    fixed = {courses.FIXED_SOON, courses.FIXED_DAYS_AGO, courses.FIXED_YESTERDAY, courses.FIXED_HOURS_AGO}
    seen = set()
    for label in truth["labels"]:
        course = label["variation"].rpartition("; ")[2]
        if course in goes_on | fixed:
            assert label["status"] == ("active" if course in goes_on else "recovered"), label
            seen.add(course)
    assert seen == goes_on | fixed


def test_there_are_a_few_untraceable_customers(truth: Record) -> None:
    lost = [label for label in truth["labels"] if not label["traceable_by"] and label["case"] != "scanner"]
    assert 1 <= len(lost) <= 8
    assert "nothing names the customer" in lost[0]["variation"]


def test_full_traffic_is_about_four_hundred_thousand_requests(drawn: Simulation) -> None:
    """Check the total with this simulation's healthy traffic scaled by a hundred. Cases are not scaled."""
    busier = simulate(SEED, traffic=0.03, cast=cast_drawn).counts.requests
    slope = (busier - drawn.counts.requests) / 0.02
    assert 330_000 < drawn.counts.requests + 0.99 * slope < 470_000


def test_servers_differ_and_development_always_logs_the_fingerprint() -> None:
    drawn = [draw_servers(World(seed).rng("servers")) for seed in range(20)]
    assert len({servers.outages for servers in drawn}) == 20
    fields = {field for servers in drawn for host in servers.hosts for field, _, _ in host.leaves_out or ()}
    assert {"scopes", "key_length", "key_fingerprint", "jwt_issued_at", "error_details", "retry_after"} <= fields
    for servers in drawn:
        (development,) = (host for host in servers.hosts if host.environment == "development")
        assert all(development.logged_fields(at).key_fingerprint for at in (FORTNIGHT_START, END - 1))


def test_a_drawn_world_never_overwrites_the_sample(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written: list[object] = []
    monkeypatch.setattr(command_line, "_write", written.append)
    monkeypatch.setattr("sys.argv", ["sample_logs", "--drawn", "--seed", "1"])
    with pytest.raises(SystemExit, match="2"):
        command_line.main()
    assert "--drawn needs --out" in capsys.readouterr().err
    assert written == []
