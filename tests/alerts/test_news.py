"""Check which alerts are due and which are not."""

from datetime import datetime, timedelta

import pytest

from pixeldesk.alerts.alert_journal import Alert, Posted
from pixeldesk.alerts.news import last_alert, news
from pixeldesk.incidents.incident import ANY_SERVER_ERROR, ChangeKind, Incident
from tests.alerts.made_incidents import after, change, ended, incident

LONG_AGO = after(-60 * 24 * 30)


def posted(kind: ChangeKind, minutes: float, about: Incident | None = None) -> Posted:
    """Return an alert about an incident, posted this many minutes after its onset."""
    found = about or incident()
    fields = {name: getattr(found, name) for name in ("code", "environment", "started_at", "until", "growths")}
    return Posted(after(minutes), Alert(kind=kind, incident=found.id, **fields))


def kind_of(found: Incident, last: Posted | None, at: datetime, began: datetime = LONG_AGO) -> ChangeKind | None:
    return news(found, last, began, at)


def test_an_opening_is_posted_once() -> None:
    assert kind_of(incident(), None, after(6)) == "opened"
    for minutes in (6.5, 40, 60 * 24 * 5):
        assert kind_of(incident(), posted("opened", 6), after(minutes)) is None


def test_growth_is_posted_once_and_after_a_cooldown() -> None:
    grown = incident(change("grew", 20))
    assert kind_of(grown, posted("opened", 6), after(35)) is None
    assert kind_of(grown, posted("opened", 6), after(36)) == "grew"
    assert kind_of(grown, posted("grew", 36, grown), after(90)) is None
    again = incident(change("grew", 20), change("grew", 60))
    assert kind_of(again, posted("grew", 36, grown), after(65)) is None
    assert kind_of(again, posted("grew", 36, grown), after(66)) == "grew"


def test_growth_that_moved_by_minutes_is_the_same() -> None:
    before, moved = incident(change("grew", 40)), incident(change("grew", 45))
    assert kind_of(moved, posted("grew", 41, before), after(120)) is None


def test_the_end_is_posted_once_and_immediately() -> None:
    assert kind_of(ended(), posted("grew", 50), after(52)) == "ended"
    assert kind_of(ended(), posted("ended", 52, ended()), after(53)) is None


def test_an_incident_that_reopens_is_posted_again() -> None:
    assert kind_of(incident(), posted("ended", 52, ended()), after(81)) is None
    assert kind_of(incident(), posted("ended", 52, ended()), after(82)) == "opened"


def test_an_incident_that_opened_and_ended_unseen_is_one_alert() -> None:
    assert kind_of(ended(), None, after(60)) == "ended"
    assert kind_of(incident(change("grew", 20), change("grew", 50)), None, after(60)) == "opened"


@pytest.mark.parametrize(
    ("found", "began", "expected"),
    [
        (incident(), after(20), None),
        (incident(), after(19), "opened"),
        (ended(), after(67), None),
        (ended(), after(66), "ended"),
        (incident(change("grew", 70)), after(75), "opened"),
    ],
)
def test_incidents_from_before_watching_began_are_history(
    found: Incident, began: datetime, expected: ChangeKind | None
) -> None:
    assert kind_of(found, None, began + timedelta(minutes=1), began) == expected


def test_incidents_older_than_a_day_are_not_posted() -> None:
    assert kind_of(incident(), None, after(5 + 24 * 60)) is None
    assert kind_of(incident(), None, after(4 + 24 * 60)) == "opened"


# --- which alerts are about an incident ---------------------------------------------------------------------


def last(found: Incident, *alerts: Posted, present: tuple[str, ...] = ()) -> Posted | None:
    return last_alert(found, alerts, {found.id, *present})


def test_alerts_match_by_id() -> None:
    first, second, other = posted("opened", 6), posted("grew", 40), posted("opened", 50, incident(id="in_other"))
    assert last(incident(), first, second, other, present=("in_other",)) == second
    assert last(incident()) is None


def test_alerts_match_by_time_if_late_lines_moved_the_start() -> None:
    first = posted("opened", 6)
    moved = incident(id="in_moved", started_at=after(-12))
    assert last(moved, first) == first
    assert last(incident(id="in_x", started_at=after(39)), first) == first
    assert last(incident(id="in_x", started_at=after(39.5)), first) is None
    assert last(incident(id="in_x", started_at=after(-90), ended_at=after(-30), last_seen=after(-31)), first) == first
    assert last(incident(id="in_x", started_at=after(-90), ended_at=after(-31), last_seen=after(-31)), first) is None


def test_alerts_match_if_an_incident_of_all_errors_turns_out_to_be_of_one_code() -> None:
    first = posted("opened", 6, incident(id="in_any", code=ANY_SERVER_ERROR))
    assert last(incident(), first) == first
    assert last(incident(), first, present=("in_any",)) is None
    assert last(incident(id="in_any", code=ANY_SERVER_ERROR), posted("opened", 6)) is not None


def test_alerts_never_match_another_code_environment_or_present_incident() -> None:
    first = posted("opened", 6)
    assert last(incident(id="in_x", code="internal_error"), first) is None
    assert last(incident(id="in_x", environment="preview"), first) is None
    assert last(incident(id="in_x", started_at=after(25)), first, present=("in_5d41",)) is None
