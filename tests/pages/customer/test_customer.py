"""A customer's page, run without a browser: its facts, marks, and addresses of nothing."""

import json
import re

from streamlit.testing.v1 import AppTest

from pixeldesk.desk.desk import the_desk
from pixeldesk.diagnosis.overview import case_title
from tests.pages.conftest import PageRunner, elements
from tests.pages.failing_lines import MENDED, RETRIER, SCANNER_IP, SCOPELESS, failing_lines
from tests.pages.reading import badges, bold_texts, evidence, sentences, table, text_of

PAGE = "customer/page.py"


def is_empty(test: AppTest) -> bool:
    """Return whether the page has neither a diagnosis nor a table nor a chart."""
    assert not test.exception
    shown = [*test.dataframe, *elements(test, "plotly_chart"), *evidence(test)]
    return not shown and not badges(test)


def numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]


def test_the_page_shows_what_fails_why_and_with_what(page: PageRunner) -> None:
    test = page(failing_lines(), at=PAGE, id=RETRIER)
    text = text_of(test) + "\n".join(frame.value.to_string() for frame in test.dataframe)
    for part in (
        RETRIER,
        "50 requests, 50 failed",
        "92%",
        "ak_live_4e74…",
        "key_4e74",
        "web_rtry1",
        "req_Rtry00940",
    ):
        assert part in text, part
    assert case_title("revoked_key_in_use") in bold_texts(test)
    assert badges(test)["Active"] == "red"
    (diagnosis,) = [found for found in the_desk().diagnosis_snapshot().answer if found.customer_id == RETRIER]
    assert diagnosis.reply in text
    lead = evidence(test)[0]["lead"]
    for part in ("50 requests", "production", "16 Nov 2026 12:00 to 16 Nov 2026 21:00 UTC"):
        assert part in lead, part
    assert ("for", ("req_Rtry00940",)) in [(sign, ids) for sign, _, ids in sentences(test)]


def test_failed_operations_are_counted_beside_failed_requests(page: PageRunner) -> None:
    test = page(failing_lines(), at=PAGE, id=RETRIER)
    counts, *patterns = [(text, ids) for sign, text, ids in sentences(test) if sign == "retries"]
    # Failed requests, the operations behind them, and the retries.
    assert numbers(counts[0]) == [50, 10, 40]
    assert (40, ("req_Rtry00940",)) in [(numbers(text)[0], ids) for text, ids in patterns]
    once = sentences(page([], at=PAGE, id=SCOPELESS))[-1]
    assert (once[0], numbers(once[1])) == ("retries", [20, 20])


def test_a_recovered_diagnosis_cites_the_request_that_succeeded(page: PageRunner) -> None:
    test = page(failing_lines(), at=PAGE, id=MENDED)
    assert badges(test)["Recovered"] == "green"
    (over,) = [ids for sign, _, ids in sentences(test) if sign == "over"]
    assert over == ("req_Good00000",)


def test_the_timeline_is_in_utc_by_code_with_the_diagnosis_above(page: PageRunner) -> None:
    test = page(failing_lines(), at=PAGE, id=MENDED)
    (chart,) = elements(test, "plotly_chart")
    spec = json.loads(chart.proto.spec)
    bars, lane = spec["data"]
    assert bars["name"] == "invalid_pipe"
    assert bars["x"][0].startswith("2026-11-16T12:00:00")
    assert len(bars["x"]) == 10
    assert lane["x"][1].startswith("2026-11-16T21:00:00")
    assert spec["layout"]["annotations"][0]["text"] == f"{case_title('unknown_pipe')} (recovered)"


def test_a_mark_is_stored_shown_and_removed(page: PageRunner) -> None:
    test = page(failing_lines(), at=PAGE, id=SCOPELESS)
    (diagnosis,) = [found for found in the_desk().diagnosis_snapshot().answer if found.customer_id == SCOPELESS]
    key = f"mark_{diagnosis.id}"
    assert test.button_group(key=key).value is None
    test.button_group(key=key).set_value("right").run()
    assert the_desk().marks()[diagnosis.id].verdict == "right"
    test.button_group(key=key).set_value("wrong").run()
    assert the_desk().marks()[diagnosis.id].verdict == "wrong"
    another = page([], at=PAGE, id=SCOPELESS)
    assert another.button_group(key=key).value == "wrong"
    another.button_group(key=key).set_value(None).run()
    assert the_desk().marks() == {}


def test_a_mark_that_cannot_be_stored_says_so(page: PageRunner) -> None:
    test = page(failing_lines(), at=PAGE, id=SCOPELESS)
    the_desk().settings.marks_file.mkdir()
    (group,) = [group for group in test.button_group if (group.key or "").startswith("mark_")]
    # The file is a folder now: reading it fails as well, and the page says so.
    group.set_value("right").run()
    assert not test.exception
    assert any(str(the_desk().settings.marks_file) in element.value for element in test.text)


def test_a_diagnosis_without_a_customer_has_a_page(page: PageRunner) -> None:
    page(failing_lines(), at="customers/page.py")
    (scanner,) = [found for found in the_desk().diagnosis_snapshot().answer if found.case == "scanner"]
    test = page([], at=PAGE, diagnosis=scanner.id)
    assert f"address {SCANNER_IP}" in text_of(test)
    assert case_title("scanner") in bold_texts(test)


def test_an_unknown_customer_or_diagnosis_is_said_calmly(page: PageRunner) -> None:
    unknown = page(failing_lines(), at=PAGE, id="cus_nobody")
    assert is_empty(unknown)
    message = unknown.markdown[-1].value
    assert message
    for test in (page([], at=PAGE), page([], at=PAGE, id="x" * 5000)):
        assert is_empty(test)
        assert test.markdown[-1].value == message
    no_diagnosis = page([], at=PAGE, diagnosis="![x](http://evil.example)")
    assert is_empty(no_diagnosis)
    assert no_diagnosis.markdown[-1].value not in ("", message)
    assert "evil" not in text_of(no_diagnosis)


def test_no_page_shows_a_whole_key(page: PageRunner) -> None:
    test = page(failing_lines(), at=PAGE, id=SCOPELESS)
    keys = table(test, "Keys of this customer")
    assert [*keys["Key"]] == ["ak_live_1e55… (40 characters)"]
    assert [*keys["Scopes"]] == ["none"]
