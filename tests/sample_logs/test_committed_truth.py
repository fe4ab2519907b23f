"""The labels agree with the committed lines, as far as the lines show it."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

import pytest

from sample_logs.simulator.labels import CODE_OF_CASE

Record = dict[str, Any]
OURS = {"tinybird_error", "internal_error", "ingest_unavailable", "identify_unavailable"}
MATCHES_NO_HASH = {"dev_key_in_prod", "whitespace_in_key", "hash_pasted_as_key", "unknown_key"}


@pytest.fixture(scope="module")
def by_fingerprint(requests: list[Record]) -> dict[str, list[Record]]:
    found = defaultdict(list)
    for record in requests:
        found[record.get("api_key", {}).get("fingerprint", "")].append(record)
    return found


def _labels(truth: Record, *cases: str) -> list[Record]:
    return [label for label in truth["labels"] if label["case"] in cases]


def _code(record: Record) -> str | None:
    code: str | None = record.get("error", {}).get("code")
    return code


def test_examples_are_failures_of_the_case_between_first_and_last_seen(requests: list[Record], truth: Record) -> None:
    by_id = {record["request_id"]: record for record in requests}
    for label in truth["labels"]:
        first, last = (datetime.fromisoformat(label[name]).timestamp() for name in ("first_seen", "last_seen"))
        for record in (by_id[example] for example in label["examples"]):
            assert first - 0.002 <= record["ended"] <= last + 0.002
            assert record["environment"] == label["environment"]
            assert record["customer_id"] in (None, label["customer_id"])
            if label["case"] == "empty_website":
                assert record["response"]["rows"] == 0
            elif label["case"] != "scanner":
                assert _code(record) == CODE_OF_CASE[label["case"]]


def test_a_development_key_is_refused_where_it_was_deployed_and_works_at_home(
    by_fingerprint: dict[str, list[Record]], truth: Record
) -> None:
    for label in _labels(truth, "dev_key_in_prod"):
        seen = by_fingerprint[label["key_fingerprint"]]
        deployed = [record for record in seen if record["environment"] == label["environment"]]
        assert {_code(record) for record in deployed} == {"invalid_api_key"}
        at_home = [record for record in seen if record["environment"] == "development"]
        assert {record["customer_id"] for record in at_home} == {label["customer_id"]}
        assert any(record["status"] < 300 for record in at_home)


def test_a_key_that_matches_no_hash_names_no_customer(by_fingerprint: dict[str, list[Record]], truth: Record) -> None:
    for label in _labels(truth, *MATCHES_NO_HASH):
        refused = [
            record
            for record in by_fingerprint[label["key_fingerprint"]]
            if record["environment"] == label["environment"]
        ]
        assert refused
        assert all(record["customer_id"] is None and record["api_key"]["id"] is None for record in refused)


def test_unknown_whitespaced_and_hashed_keys_work_nowhere(
    by_fingerprint: dict[str, list[Record]], truth: Record
) -> None:
    for label in _labels(truth, *(MATCHES_NO_HASH - {"dev_key_in_prod"})):
        seen = by_fingerprint[label["key_fingerprint"]]
        assert {_code(record) for record in seen} == {"invalid_api_key"}


def test_whitespace_and_hashes_show_in_length_and_prefix(
    by_fingerprint: dict[str, list[Record]], truth: Record
) -> None:
    for label in _labels(truth, "whitespace_in_key", "hash_pasted_as_key"):
        keys = [record["api_key"] for record in by_fingerprint[label["key_fingerprint"]]]
        lengths = {key["length"] for key in keys if "length" in key}
        assert lengths <= ({64} if label["case"] == "hash_pasted_as_key" else {41, 42})
        assert lengths
        if label["case"] == "hash_pasted_as_key":
            assert all(int(key["prefix"], 16) >= 0 for key in keys)


def test_scopeless_keys_have_no_scopes_and_missing_scopes_are_some(
    by_fingerprint: dict[str, list[Record]], truth: Record
) -> None:
    for label in _labels(truth, "scopeless_key", "missing_scope"):
        for record in by_fingerprint[label["key_fingerprint"]]:
            scopes = record["api_key"].get("scopes")
            assert scopes is None or bool(scopes) == (label["case"] == "missing_scope")


def test_dead_keys_have_the_time_of_their_end(by_fingerprint: dict[str, list[Record]], truth: Record) -> None:
    for label in _labels(truth, "revoked_key_in_use", "expired_key_in_use"):
        field = "revoked_at" if label["case"] == "revoked_key_in_use" else "expires_at"
        for record in by_fingerprint[label["key_fingerprint"]]:
            if _code(record) == CODE_OF_CASE[label["case"]]:
                assert datetime.fromisoformat(record["api_key"][field]).timestamp() <= record["began"] + 0.002


def test_all_failing_requests_are_counted(requests: list[Record], truth: Record) -> None:
    """Check that every 4xx belongs to a label or to a customer with a remark."""
    remarked = {healthy["customer_id"] for healthy in truth["healthy"] if healthy["lookalike"]}
    labelled: dict[tuple[str | None, str | None, str], int] = defaultdict(int)
    for label in truth["labels"]:
        if label["case"] not in ("scanner", "empty_website", "cached_jwt"):
            code = CODE_OF_CASE[label["case"]]
            unnamed = label["case"].endswith("_authorization") or label["case"] in MATCHES_NO_HASH
            owner = None if unnamed else label["customer_id"]
            labelled[owner, code, label["environment"]] += label["failing_requests"]
    seen: dict[tuple[str | None, str | None, str], int] = defaultdict(int)
    for record in requests:
        if _code(record) and _code(record) not in OURS and record["customer_id"] not in remarked:
            seen[record["customer_id"], _code(record), record["environment"]] += 1
    named = {key: count for key, count in seen.items() if key[0] is not None}
    assert named == {key: count for key, count in labelled.items() if key[0] is not None}


def test_websites_are_empty_until_their_first_accepted_pageview(requests: list[Record], truth: Record) -> None:
    for label in _labels(truth, "empty_website"):
        pipes = [
            record
            for record in requests
            if record["route"] == "/pixel/pipes/{pipe}"
            and record["website_id"] == label["website_id"]
            and record["environment"] == label["environment"]
            and record["status"] == 200
        ]
        empty = [record for record in pipes if record["response"]["rows"] == 0]
        assert len(empty) == label["failing_requests"]
        assert (len(pipes) > len(empty)) == (label["status"] == "recovered")


def test_recovered_means_success_since(requests: list[Record], truth: Record) -> None:
    last_success: dict[str, float] = {}
    for record in requests:
        if record["status"] < 300:
            last_success[record["customer_id"]] = record["ended"]
    for label in truth["labels"]:
        if label["status"] == "recovered":
            assert last_success[label["customer_id"]] > datetime.fromisoformat(label["last_seen"]).timestamp()


def test_sixty_requests_a_minute(requests: list[Record]) -> None:
    """Check that a key is limited exactly if sixty of its requests were accepted in the last minute."""
    passed: dict[str, list[float]] = defaultdict(list)
    limited = 0
    for record in requests:
        key = record.get("api_key", {}).get("id")
        if key is None or _code(record) in ("api_key_revoked", "api_key_expired"):
            continue
        # Lines have milliseconds and tenths of milliseconds, too coarse for times near the window's edge.
        inside = sum(at > record["began"] - 59.99 for at in passed[key][-61:])
        if _code(record) == "rate_limit_exceeded":
            limited += 1
            assert sum(at > record["began"] - 60.01 for at in passed[key][-61:]) >= 60
        else:
            assert inside < 60
            passed[key].append(record["began"])
    assert limited > 1000


def test_tokens_are_refused_past_their_life_and_only_then(requests: list[Record]) -> None:
    refused = 0
    for record in requests:
        upstream = record.get("upstream", {})
        if "jwt_issued_at" not in upstream:
            continue
        age = record["began"] - datetime.fromisoformat(upstream["jwt_issued_at"]).timestamp()
        if upstream["status"] == 403:
            refused += 1
            assert _code(record) == "tinybird_error"
            assert "expired" in upstream["message"]
            assert age > 119.99
        elif upstream["status"] == 200:
            assert age < 120.01
    assert refused > 500


def test_outages_are_many_customers_in_their_hours_on_their_hosts(requests: list[Record], truth: Record) -> None:
    for outage in truth["outages"]:
        began, ended = (datetime.fromisoformat(outage[name]).timestamp() for name in ("started_at", "ended_at"))
        failed = [
            record
            for record in requests
            if _code(record) == outage["code"]
            and began <= record["began"] < ended
            and record.get("upstream", {}).get("status") != 403
        ]
        assert len(failed) >= 15
        assert len({record["customer_id"] for record in failed}) >= 5
        assert {record["host"] for record in failed} <= set(outage["hosts"])
        if outage["code"].endswith("_unavailable"):
            assert len(failed) == truth["counts"]["by_code"][outage["code"]]


def test_lookalikes_are_healthy_at_the_end(requests: list[Record], truth: Record) -> None:
    names = {healthy["lookalike"]: healthy["customer_id"] for healthy in truth["healthy"] if healthy["lookalike"]}
    assert len(names) == 15
    last_day = {record["customer_id"] for record in requests[-15_000:] if record["status"] < 300}
    assert set(names.values()) <= last_day


def test_an_address_is_shared_by_several_customers(requests: list[Record]) -> None:
    owners = defaultdict(set)
    for record in requests:
        owners[record["client"]["ip"]].add(record["customer_id"])
    assert max(len(customers - {None}) for customers in owners.values()) >= 4
