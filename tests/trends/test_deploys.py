"""Compare deploys with the sample's own lines, and with small histories of releases."""

from datetime import datetime
from itertools import pairwise
from pathlib import Path

from pixeldesk.desk.desk import Desk
from pixeldesk.trends.deploys import deploys
from pixeldesk.trends.request_filter import RequestFilter
from pixeldesk.trends.time_range import DAY, HOUR, MINUTE, TimeRange, floor
from tests import sample_lines
from tests.log_lines import moment, request_line, write_lines

NOON = datetime(2026, 11, 16, 12)
ALL = RequestFilter()


def test_the_deploys_of_the_sample(sample_desk: Desk) -> None:
    first: dict[tuple[object, ...], datetime] = {}
    for request in sorted(sample_lines.requests(), key=lambda each: each.timestamp):
        first.setdefault((request.environment, request.host, request.release), request.timestamp)
    oldest = {key: at for key, at in first.items() if at - min(first.values()) < 6 * HOUR}
    expected = {key: at.replace(minute=0, second=0, microsecond=0) for key, at in first.items() if key not in oldest}
    # It is the only host of its environment, and its first release had not answered there before.
    del expected["preview", "preview-1", "2026.46.1"]
    found = deploys(sample_desk.store, TimeRange(datetime(2026, 11, 9), datetime(2026, 11, 23)), ALL)
    assert {(deploy.environment, host, deploy.release) for deploy in found for host in deploy.hosts} == set(expected)
    for deploy in found:
        times = sorted(expected[deploy.environment, host, deploy.release] for host in deploy.hosts)
        assert deploy.at == times[0]
        assert all(later - earlier <= HOUR for earlier, later in pairwise(times))
    assert [deploy.at for deploy in found] == sorted(deploy.at for deploy in found)


def test_a_short_range_is_exact_to_the_minute(sample_desk: Desk) -> None:
    within = TimeRange(datetime(2026, 11, 20, 6), datetime(2026, 11, 20, 13))
    for chosen, host in ((RequestFilter(host="web-2"), "web-2"), (RequestFilter(environment="production"), None)):
        met = [
            request.timestamp
            for request in sample_lines.requests()
            if (request.release, request.environment) == ("2026.47.2", "production")
            and (request.host == host or host is None)
            and within.start <= request.timestamp < within.end
        ]
        found = deploys(sample_desk.store, within, chosen)
        assert found[0].at == min(met).replace(second=0, microsecond=0)
        assert {deploy.release for deploy in found} == {"2026.47.2"}


Answer = tuple[float, str, str | None]
Seen = tuple[float, str, tuple[str, ...]]

# Answers, by hours after noon, host and release, and the deploys among them.
STORIES: dict[str, tuple[list[Answer], list[Seen]]] = {
    "hosts that follow each other are one deploy": (
        [
            *((-1.0, host, "r1") for host in "abcd"),
            *((0.5, "a", "r2"), (0.75, "b", "r2"), (1.5, "c", "r2"), (9.0, "d", "r2")),
        ],
        [(0.5, "r2", ("a", "b", "c")), (9.0, "r2", ("d",))],
    ),
    "a way back is a deploy": (
        [(-1.0, "a", "r1"), (0.5, "a", "r1"), (0.75, "a", "r2"), (1.5, "a", "r2"), (2.25, "a", "r1")],
        [(0.75, "r2", ("a",)), (2.25, "r1", ("a",))],
    ),
    "both releases in an hour are one change": (
        [(-1.0, "a", "r1"), *((0.25 * n, "a", "r2" if n % 2 else "r1") for n in range(4)), (1.5, "a", "r2")],
        [(0.25, "r2", ("a",))],
    ),
    "a quiet host has not changed": ([(-1.0, "a", "r1"), (7.0, "a", "r1"), (30.0, "a", "r1")], []),
    "a new host counts only with a release that is new there": (
        [(-1.0, "a", "r1"), (3.0, "b", "r1"), (5.0, "c", "r2"), (5.25, "d", "r2")],
        [(5.0, "r2", ("c", "d"))],
    ),
    "what the logs begin with is no deploy, nor is no release": (
        [(0.5, "a", "r1"), (1.5, "a", None), (2.5, "a", "r1"), (2.75, "b", "r1")],
        [],
    ),
}


def test_histories_of_releases_to_the_minute_and_to_the_hour(desk: Desk, tmp_path: Path) -> None:
    lines = [
        request_line(
            request_id=f"req_Rel{n}{m:04}", timestamp=moment(hour * 3600), environment=name, host=host, release=release
        )
        for n, (name, (answers, _)) in enumerate(STORIES.items())
        for m, (hour, host, release) in enumerate(answers)
    ]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    for name, (_, expected) in STORIES.items():
        for length, width in ((40 * HOUR, MINUTE), (10 * DAY, HOUR)):
            found = deploys(desk.store, TimeRange(NOON, NOON + length), RequestFilter(environment=name))
            seen = [(deploy.at, deploy.release, deploy.hosts) for deploy in found]
            assert seen == [(floor(NOON + hour * HOUR, width), *rest) for hour, *rest in expected], name


def test_a_deploy_at_the_edge_of_the_range_is_found_once(desk: Desk, tmp_path: Path) -> None:
    lines = [
        request_line(request_id=f"req_Rel{n:05}", timestamp=moment(at), release=release)
        for n, (at, release) in enumerate([(-7200, "r1"), (0, "r2"), (7200, "r3")])
    ]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    for start, expected in ((NOON - MINUTE, ["r2"]), (NOON, ["r2"]), (NOON + MINUTE, [])):
        found = deploys(desk.store, TimeRange(start, NOON + 2 * HOUR), ALL)
        assert [deploy.release for deploy in found] == expected
