"""Many copies of a simulation are distinct, sound, in time order, and have the same mixture."""

from __future__ import annotations

import ipaddress
import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sample_logs.simulator.bulk import write_bulk
from sample_logs.simulator.simulation import Simulation
from sample_logs.simulator.slots import kind_of
from tests.permanent import permanent

Record = dict[str, Any]
LINES = 60_000


@pytest.fixture(scope="module")
def written(quiet: Simulation, tmp_path_factory: pytest.TempPathFactory) -> tuple[Record, dict[str, list[bytes]]]:
    folder = tmp_path_factory.mktemp("bulk")
    truth = write_bulk(folder, quiet, LINES)
    paths = sorted(path for path in (folder / "logs").rglob("*") if path.is_file())
    return truth, {path.name + path.parent.name: path.read_bytes().splitlines() for path in paths}


@pytest.fixture(scope="module")
@permanent()
def records(written: tuple[Record, dict[str, list[bytes]]]) -> list[Record]:
    return [json.loads(line) for lines in written[1].values() for line in lines]


def test_there_are_as_many_distinct_lines_as_requested(written: tuple[Record, dict[str, list[bytes]]]) -> None:
    truth, files = written
    lines = [line for found in files.values() for line in found]
    assert abs(len(lines) - LINES) <= 3
    assert len(lines) == truth["counts"]["lines"]
    assert len(set(lines)) == len(lines)


def test_request_ids_are_unique_in_each_copy(records: list[Record], quiet: Simulation) -> None:
    ids = Counter(record["request_id"] for record in records if "status" in record)
    shared = [request_id for request_id, times in ids.items() if times > 1]
    assert len(shared) <= 1 + LINES // len(quiet.lines)
    assert all(ids[request_id] == 2 for request_id in shared)


def test_counts_match_the_written_lines(
    records: list[Record], written: tuple[Record, dict[str, list[bytes]]], quiet: Simulation
) -> None:
    counts = written[0]["counts"]
    codes = Counter(record["error"]["code"] for record in records if "error" in record)
    assert codes == counts["by_code"]
    assert sum("status" in record for record in records) == counts["requests"]
    for code, times in quiet.counts.by_code.items():
        share, base_share = codes[code] / counts["requests"], times / quiet.counts.requests
        assert share == pytest.approx(base_share, rel=0.35, abs=0.001), code


def test_files_are_in_time_order(written: tuple[Record, dict[str, list[bytes]]]) -> None:
    for name, lines in written[1].items():
        times = [datetime.fromisoformat(json.loads(line)["timestamp"]) for line in lines]
        assert times == sorted(times), name


def test_a_copy_preserves_a_customers_keys_and_a_requests_lines(records: list[Record]) -> None:
    owners: dict[str, set[str]] = {}
    requests = {record["request_id"] for record in records if "status" in record}
    for record in records:
        if record.get("customer_id"):
            owners.setdefault(record["api_key"]["id"], set()).add(record["customer_id"])
        if "status" not in record and record.get("request_id"):
            assert record["request_id"] in requests
    assert all(len(customers) == 1 for customers in owners.values())


def test_copies_preserve_the_age_of_tokens_and_the_end_of_keys(records: list[Record]) -> None:
    for record in records:
        ended = datetime.fromisoformat(record["timestamp"]).timestamp()
        upstream, key = record.get("upstream", {}), record.get("api_key", {})
        if "jwt_issued_at" in upstream and "status" in record:
            age = ended - record["duration_ms"] / 1000 - datetime.fromisoformat(upstream["jwt_issued_at"]).timestamp()
            assert (age > 119.99) if upstream["status"] == 403 else (age < 120.01 or upstream["status"] >= 408)
        if "revoked_at" in key:
            assert datetime.fromisoformat(key["revoked_at"]).timestamp() <= ended


@pytest.mark.parametrize("width", range(9, 16))
def test_addresses_are_valid_at_every_width(width: int) -> None:
    made = kind_of("network", width).render(np.arange(2000, dtype=np.uint64))
    texts = {row.tobytes().decode() for row in made}
    assert all(len(text) == width and ipaddress.ip_address(text) for text in texts)
    assert len(texts) > 500
    sixes = kind_of("ipv6", 9).render(np.arange(200, dtype=np.uint64))
    assert len({str(ipaddress.ip_address(f"2001:db8:{row.tobytes().decode()}::1")) for row in sixes}) == 200


def test_fewer_lines_than_the_simulation_is_refused(quiet: Simulation, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="more than 10"):
        write_bulk(tmp_path, quiet, 10)
