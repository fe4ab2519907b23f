"""Check what must be true of a store at any time."""

from pixeldesk.store import Store

_DIFFERENCES = r"""
    SELECT (SELECT coalesce(sum(requests), 0) FROM batches) - (SELECT count(*) FROM requests) AS requests,
        (SELECT coalesce(sum(events), 0) FROM batches) - (SELECT count(*) FROM events)
            - (SELECT count(*) FROM second_lines) AS events,
        (SELECT coalesce(sum(quarantined), 0) FROM batches) - (SELECT count(*) FROM quarantine) AS quarantined,
        (SELECT coalesce(sum(unmapped), 0) FROM batches) - (SELECT count(*) FROM unmapped) AS unmapped,
        (SELECT coalesce(sum(lines - requests - events - quarantined - duplicates - blank - unmapped), 0)
            FROM batches) AS unaccounted,
        (SELECT coalesce(sum(requests), 0) FROM requests_per_minute) - (SELECT count(*) FROM requests) AS per_minute,
        (SELECT coalesce(sum(requests), 0) FROM requests_per_hour) - (SELECT count(*) FROM requests) AS per_hour,
        (SELECT count(*) - count(DISTINCT request_id) FROM requests WHERE NOT id_is_counted) AS ids_twice,
        (SELECT count(*) FROM requests) - (SELECT count(DISTINCT (source_id, line_number)) FROM requests)
            AS places_twice,
        (SELECT count(*) - count(DISTINCT (path, state, retired_at)) FROM sources) AS names_twice
"""


def differences(store: Store) -> dict[str, int]:
    """Return where tables, batches, rollups and sources disagree.

    Each request of the tests has a unique id, unless its process counts its requests.
    """
    (found,) = store.rows(_DIFFERENCES)
    return {name: int(value) for name, value in found.items() if value}
