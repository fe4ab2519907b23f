"""What is told of an incident and what is not."""

from datetime import datetime, timedelta

import pytest

from pixeldesk.alerts.alert_memory import Posted, Told
from pixeldesk.alerts.news import last_told, news
from pixeldesk.alerts.reported import ReportedIncident, reported
from pixeldesk.incidents.incident import ANY_SERVER_ERROR, ChangeKind, Incident
from tests.alerts.made_incidents import after, change, ended, incident, now

LONG_AGO = now(-60 * 24 * 30)


def read(one: Incident) -> ReportedIncident:
    """As the watch has it."""
    return reported([one.as_json()])[0]


def posted(kind: ChangeKind, minutes: float, one: Incident | None = None) -> Posted:
    """An alert about an incident, posted so many minutes after its onset."""
    told = read(one or incident())
    about = {name: getattr(told, name) for name in ("code", "environment", "started_at", "until", "growths")}
    return Posted(now(minutes), Told(kind=kind, incident=told.id, **about))


def kind_of(one: Incident, last: Posted | None, at: datetime, began: datetime = LONG_AGO) -> ChangeKind | None:
    return news(read(one), last, began, at)


def test_an_opening_is_told_once() -> None:
    assert kind_of(incident(), None, now(6)) == "opened"
    for minutes in (6.5, 40, 60 * 24 * 5):
        assert kind_of(incident(), posted("opened", 6), now(minutes)) is None


def test_growth_is_told_once_and_not_too_often() -> None:
    grown = incident(change("grew", 20))
    assert kind_of(grown, posted("opened", 6), now(35)) is None
    assert kind_of(grown, posted("opened", 6), now(36)) == "grew"
    assert kind_of(grown, posted("grew", 36, grown), now(90)) is None
    again = incident(change("grew", 20), change("grew", 60))
    assert kind_of(again, posted("grew", 36, grown), now(65)) is None
    assert kind_of(again, posted("grew", 36, grown), now(66)) == "grew"


def test_growth_that_moved_by_minutes_is_the_same() -> None:
    before, moved = incident(change("grew", 40)), incident(change("grew", 45))
    assert kind_of(moved, posted("grew", 41, before), now(120)) is None


def test_the_end_is_told_once_and_at_once() -> None:
    assert kind_of(ended(), posted("grew", 50), now(52)) == "ended"
    assert kind_of(ended(), posted("ended", 52, ended()), now(53)) is None


def test_an_incident_that_goes_on_after_all_is_told_again() -> None:
    assert kind_of(incident(), posted("ended", 52, ended()), now(81)) is None
    assert kind_of(incident(), posted("ended", 52, ended()), now(82)) == "opened"


def test_one_that_came_and_went_unseen_is_one_alert() -> None:
    assert kind_of(ended(), None, now(60)) == "ended"
    assert kind_of(incident(change("grew", 20), change("grew", 50)), None, now(60)) == "opened"


@pytest.mark.parametrize(
    ("one", "began", "expected"),
    [
        (incident(), now(20), None),
        (incident(), now(19), "opened"),
        (ended(), now(67), None),
        (ended(), now(66), "ended"),
        (incident(change("grew", 70)), now(75), "opened"),
    ],
)
def test_what_happened_before_watching_began_is_history(
    one: Incident, began: datetime, expected: ChangeKind | None
) -> None:
    assert kind_of(one, None, began + timedelta(minutes=1), began) == expected


def test_nor_is_what_nobody_was_told_for_a_day() -> None:
    assert kind_of(incident(), None, now(5 + 24 * 60)) is None
    assert kind_of(incident(), None, now(4 + 24 * 60)) == "opened"


# --- which alerts were about it -----------------------------------------------------------------------------


def last(one: Incident, *told: Posted, present: tuple[str, ...] = ()) -> Posted | None:
    return last_told(read(one), told, {one.id, *present})


def test_by_its_id() -> None:
    first, second, other = posted("opened", 6), posted("grew", 40), posted("opened", 50, incident(id="in_other"))
    assert last(incident(), first, second, other, present=("in_other",)) == second
    assert last(incident()) is None


def test_by_its_place_where_late_lines_moved_its_beginning() -> None:
    first = posted("opened", 6)
    moved = incident(id="in_moved", started_at=after(-12))
    assert last(moved, first) == first
    assert last(incident(id="in_x", started_at=after(39)), first) == first
    assert last(incident(id="in_x", started_at=after(39.5)), first) is None
    assert last(incident(id="in_x", started_at=after(-90), ended_at=after(-30), last_seen=after(-31)), first) == first
    assert last(incident(id="in_x", started_at=after(-90), ended_at=after(-31), last_seen=after(-31)), first) is None


def test_one_of_all_server_errors_that_turns_out_to_be_of_one_code() -> None:
    first = posted("opened", 6, incident(id="in_any", code=ANY_SERVER_ERROR))
    assert last(incident(), first) == first
    assert last(incident(), first, present=("in_any",)) is None
    assert last(incident(id="in_any", code=ANY_SERVER_ERROR), posted("opened", 6)) is not None


def test_never_another_code_environment_or_incident_that_is_still_there() -> None:
    first = posted("opened", 6)
    assert last(incident(id="in_x", code="internal_error"), first) is None
    assert last(incident(id="in_x", environment="preview"), first) is None
    assert last(incident(id="in_x", started_at=after(25)), first, present=("in_5d41",)) is None
