"""The evidence that all cases share: the number and time of failures, the customer, and the recovery."""

from pixeldesk.diagnosis.case_file import Evidence

CERTAINTY_OF_LINK = {
    "line": 1.0, "key": 0.99, "hash": 0.98, "prefix": 0.97, "website": 0.96, "kin": 0.9, "address": 0.88,
}  # fmt: skip
"""Certainty that the requests belong to the customer, by what links them: the log line itself, or a shared trait."""

FOR = (
    Evidence(
        says="{failing_requests:request} like this from {first_seen:moment} to {last_seen:moment}, on {days:day}",
        when="failing_requests",
        weight=0,
        cites=("first_ids", "last_ids"),
    ),
    Evidence(
        says="the refused requests name no customer; the same key belongs to {customer_id}",
        when="found_by_key",
        weight=0,
        cites=("unnamed_id", "found_by_id"),
    ),
    Evidence(
        says="the refused requests name no customer; only a key of {customer_id} begins like theirs",
        when="found_by_prefix",
        weight=0,
        cites=("unnamed_id", "found_by_id"),
    ),
    Evidence(
        says="the refused requests name no customer; what they present begins like the hash of a key of {customer_id}",
        when="found_by_hash",
        weight=0,
        cites=("unnamed_id", "found_by_id"),
    ),
    Evidence(
        says="the refused requests name no customer; the website they ask for is used by {customer_id} alone",
        when="found_by_website",
        weight=0,
        cites=("unnamed_id", "found_by_id"),
    ),
    Evidence(
        says="the refused requests name no customer; others with the same key or from the same client lead to"
        " {customer_id}",
        when="found_by_kin",
        weight=0,
        cites=("unnamed_id", "found_by_id"),
    ),
    Evidence(
        says="the refused requests name no customer; from their address {client_ip} only {customer_id} was served",
        when="found_by_address",
        weight=0,
        cites=("unnamed_id", "found_by_id"),
    ),
)

AGAINST = (
    Evidence(
        says="the same client succeeded {successes_until_last:time} at the same route meanwhile",
        when="successes_until_last",
        weight=0.01,
        cites=("success_meanwhile_id",),
    ),
    Evidence(
        says="nothing in these logs tells whose requests these are",
        when="nobody",
        weight=0,
    ),
    Evidence(
        says="on {without_fingerprint:request} the fingerprint of the key was not logged",
        when="without_fingerprint",
        weight=0.01,
    ),
)

SINCE = (
    Evidence(
        says="it has stopped: the same client succeeded at the same route at {success_since:moment},"
        " and nothing has failed this way since",
        when="client_works",
        weight=0,
        cites=("success_since_id",),
    ),
    Evidence(
        says="it has stopped: the same program succeeded at the same route at {any_success_since:moment},"
        " and nothing has failed this way since",
        when="program_works",
        weight=0,
        cites=("any_success_since_id",),
    ),
    Evidence(
        says="it has stopped: the failing client has been silent since, and another program of the customer"
        " has succeeded at the same route since {newcomer_success:moment}",
        when="customer_works",
        weight=0,
        cites=("newcomer_success_id",),
    ),
)
"""Why a mistake is over; only the first sentence that applies is used."""
