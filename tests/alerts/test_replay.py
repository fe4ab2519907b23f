"""Check the alerts that past incidents would have caused."""

from datetime import timedelta

from pixeldesk.alerts.replay import replay
from tests.alerts.made_incidents import ONSET, after, change, ended, incident

A_WEEK = (ONSET - timedelta(days=7), ONSET)


def test_every_change_in_time_order() -> None:
    later = incident(
        change("ended", 95),
        id="in_2",
        code="internal_error",
        started_at=after(45),
        ended_at=after(60),
        changes=(change("opened", 53, 9, 2), change("ended", 95, 30, 5)),
    )
    document = replay([later, ended()], *A_WEEK).as_json()
    assert [(post["kind"], post["code"], post["minutes_after_onset"]) for post in document["posts"]] == [
        ("opened", "ingest_unavailable", 5),
        ("ended", "ingest_unavailable", 52),
        ("opened", "internal_error", 8),
        ("ended", "internal_error", 50),
    ]
    assert document["posts"][2] == {
        "at": "2026-11-16T12:53:00.000Z",
        "kind": "opened",
        "code": "internal_error",
        "environment": "production",
        "minutes_after_onset": 8,
        "requests": 9,
        "customers": 2,
        "incident": "in_2",
    }
    assert (document["incidents"], document["days"], document["median_delay_minutes"]) == (2, 7, 6.5)


def test_growth_within_half_an_hour_of_an_alert_is_not_posted() -> None:
    grown = incident(change("grew", 34), change("grew", 36), change("grew", 66))
    posts = replay([grown], *A_WEEK).posts
    expected = [("opened", after(5)), ("grew", after(36)), ("grew", after(66))]
    assert [(posted.kind, posted.at) for posted in posts] == expected


def test_without_incidents_there_are_no_alerts() -> None:
    assert replay([], ONSET, ONSET - timedelta(days=1)).as_json() == {
        "incidents": 0,
        "days": 0,
        "median_delay_minutes": None,
        "posts": [],
    }
