"""Select incidents by a page's filters and by id."""

import pytest

from pixeldesk.incidents.selection import chosen, nearest_to, with_id
from tests.alerts.made_incidents import after, ended, incident

OURS = incident(id="2026-11-16T12:00-ingest_unavailable-production")
EARLIER = ended(id="2026-11-16T06:00-ingest_unavailable-preview", started_at=after(-360), environment="preview")
OTHER = ended(id="2026-11-16T11:58-tinybird_error-production", started_at=after(-2), code="tinybird_error")
ALL = [OURS, OTHER, EARLIER]


def test_filters_choose_and_none_chooses_all() -> None:
    assert chosen(ALL) == ALL
    assert chosen(ALL, environment="preview") == [EARLIER]
    assert chosen(ALL, code="ingest_unavailable") == [OURS, EARLIER]
    assert chosen(ALL, is_open=True) == [OURS]
    assert chosen(ALL, is_open=False) == [OTHER, EARLIER]
    assert chosen(ALL, code="tinybird_error", environment="preview") == []


def test_an_id_finds_its_incident_and_no_other() -> None:
    assert with_id(ALL, OTHER.id) is OTHER
    assert with_id(ALL, OTHER.id[:-1]) is None
    assert with_id([], OTHER.id) is None


def test_an_outdated_id_leads_to_the_nearest_incident_with_its_code() -> None:
    assert nearest_to(ALL, "2026-11-16T11:57-ingest_unavailable-production") is OURS
    assert nearest_to(ALL, "2026-11-16T08:59-ingest_unavailable-production") is EARLIER
    assert nearest_to(ALL, "2026-11-16T11:57-tinybird_error-production") is OTHER


@pytest.mark.parametrize(
    "nonsense", ["", "x", "2026-11-16T11:57-", "2026-13-16T11:57-tinybird_error-production", "2026-11-16T11:57-tiny-x"]
)
def test_a_malformed_id_leads_nowhere(nonsense: str) -> None:
    assert nearest_to(ALL, nonsense) is None
