"""The diagnoses of a card: whose request it is if its line names no customer."""

from pathlib import Path

import pytest

from pixeldesk.desk.desk import Desk
from tests.log_lines import failed_line, moment, request_lines, write_lines


@pytest.mark.parametrize("website", ["web_k31", "web%5Fk31", "web_k31#top"])
def test_the_website_in_the_path_names_the_customer(website: str, desk: Desk, tmp_path: Path) -> None:
    refused = [
        failed_line(
            "missing_authorization", 401, timestamp=moment(600 * n), request_id=f"req_nameless{n}", api_key=None,
            customer_id=None, website_id=None, path=f"/pixel/pipes/top_pages?days=7&website_id={website}",
            client={"ip": "198.51.100.1", "user_agent": "curl-report/1"},
        )
        for n in range(30)
    ]  # fmt: skip
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", [*request_lines(20), *refused]))])
    (card,) = desk.diagnosed(desk.lookup("req_nameless7")).found
    (diagnosis,) = card.diagnoses
    assert (diagnosis.case, diagnosis.customer_id) == ("missing_authorization", "cus_0184")
    (whole,) = desk.diagnose()
    assert (whole.customer_id, whole.confidence) == (diagnosis.customer_id, diagnosis.confidence)


def test_a_request_is_not_explained_by_the_mistake_of_another_with_its_id(desk: Desk, tmp_path: Path) -> None:
    wrong = [
        failed_line("invalid_pipe", 400, timestamp=moment(600 * n), request_id=f"req_pipe{n}", customer_id="cus_wrong")
        for n in range(30)
    ]
    wrong[7]["request_id"] = "req_shared"
    well = request_lines(20)
    well[3]["request_id"] = "req_shared"
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", [*wrong, *well]))])
    cards = {card.customer_id: card for card in desk.diagnosed(desk.lookup("req_shared")).found}
    assert cards.keys() == {"cus_wrong", "cus_0184"}
    assert cards["cus_wrong"].explaining_diagnosis is not None
    assert cards["cus_0184"].explaining_diagnosis is None
    assert cards["cus_0184"].diagnoses == ()


def test_who_shares_an_id_and_an_address_is_not_told_of_the_others_mistake(desk: Desk, tmp_path: Path) -> None:
    lines = [
        failed_line(code, 400, timestamp=moment(600 * n), request_id=f"req_{customer}{n:04}", customer_id=customer)
        for customer, code in (("cus_anna", "invalid_pipe"), ("cus_bert", "invalid_visitor"))
        for n in range(20)
    ]
    lines[7]["request_id"] = lines[27]["request_id"] = "req_sharedId1"
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    cards = desk.diagnosed(desk.lookup("req_sharedId1")).found
    assert [card.customer_id for card in cards] == ["cus_anna", "cus_bert"]
    for card in cards:
        assert {diagnosis.customer_id for diagnosis in card.diagnoses} == {card.customer_id}
        assert card.explaining_diagnosis
