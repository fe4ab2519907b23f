"""Only the codes that may be an incident are looked at: a line may hold any code."""

from pathlib import Path

from pixeldesk.desk.desk import Desk
from pixeldesk.incidents.incident import ANY_SERVER_ERROR
from pixeldesk.incidents.series import series_of
from tests.log_lines import as_bytes, request_line


def test_codes_with_too_few_failures_or_callers_for_any_window_have_no_series(desk: Desk, tmp_path: Path) -> None:
    callers_by_code = {
        "tinybird_error": ["cus_1", "cus_1", "cus_1", "cus_1", "cus_2"],
        "of_one_caller": ["cus_1"] * 9,
        "of_few_failures": ["cus_1", "cus_2", "cus_3", "cus_4"],
    }
    failures = [(code, caller) for code, callers in callers_by_code.items() for caller in callers]
    lines = [
        request_line(
            request_id=f"req_Series{number:06}",
            status=503,
            environment="production",
            customer_id=caller,
            error={"code": code, "message": "no"},
        )
        for number, (code, caller) in enumerate(failures)
    ]
    (tmp_path / "a.log").write_bytes(as_bytes(lines))
    desk.ingest([str(tmp_path / "a.log")])
    assert [series.code for series in series_of(desk.store)] == ["tinybird_error", ANY_SERVER_ERROR]
