"""An incident's JSON is the incident, also of a server of another version."""

import json

from pixeldesk.incidents.incident import Incident
from tests.alerts.made_incidents import after, change, ended, incident


def test_the_json_of_an_incident_is_parsed_to_its_equal() -> None:
    for made in (incident(), ended(last_seen=after(21.123456), environment=None, failing_before=("cus_1",))):
        assert Incident.model_validate(json.loads(json.dumps(made.as_json()))) == made


def test_times_are_written_with_their_zone_and_stay_without_one() -> None:
    document = incident().as_json()
    assert (document["started_at"], document["detected_at"]) == ("2026-11-16T12:00:00.000Z", "2026-11-16T12:05:00.000Z")
    assert (document["last_seen"], document["ended_at"]) == ("2026-11-16T12:09:00.000Z", None)
    assert document["changes"][0]["at"] == "2026-11-16T12:05:00.000Z"
    assert Incident.model_validate(document).started_at == after(0)


def test_fields_of_a_newer_version_are_ignored() -> None:
    document = incident().as_json()
    document["changes"][0]["hosts"] = ["web-1"]
    assert Incident.model_validate({**document, "severity": 3}) == incident()


def test_an_incident_lasts_until_its_end_or_its_last_failure() -> None:
    assert (incident().until, ended().until) == (after(9), after(22))
    assert incident(change("grew", 20), change("grew", 50), change("ended", 90)).growths == 2
