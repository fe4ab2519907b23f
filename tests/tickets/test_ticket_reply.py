"""The reply to a whole ticket tells nobody of another customer's request."""

from pathlib import Path

from pixeldesk.desk.desk import Desk
from tests.log_lines import failed_line, request_line, write_lines

SHARED = [
    failed_line("insufficient_scope", 403, request_id="req_shared1", customer_id="cus_ours"),
    request_line(request_id="req_shared1", customer_id="cus_other", route="/pixel/tokens"),
    failed_line("invalid_pipe", 400, request_id="req_ours22", customer_id="cus_ours"),
]


def test_a_shared_id_alone_is_nobodys(desk: Desk, tmp_path: Path) -> None:
    desk.ingest([str(write_lines(tmp_path / "a.log", SHARED))])
    answer = desk.lookup("req_shared1")
    assert len(answer.found) == 2
    assert "req_shared1" not in answer.reply


def test_the_other_ids_of_the_ticket_tell_whose_it_is(desk: Desk, tmp_path: Path) -> None:
    desk.ingest([str(write_lines(tmp_path / "a.log", SHARED))])
    reply = desk.lookup("req_shared1 and req_ours22").reply
    assert reply.count("req_shared1") == 1
    assert "insufficient_scope" in reply
    assert "/pixel/tokens" not in reply
