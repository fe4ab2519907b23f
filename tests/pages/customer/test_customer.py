"""A customer's page, run without a browser: what it tells, marks, and addresses that lead nowhere."""

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from pixeldesk.desk.desk import the_desk
from tests.pages.conftest import PageRunner, elements
from tests.pages.failing_lines import MENDED, RETRIER, SCANNER_IP, SCOPELESS, failing_lines


def texts(test: AppTest) -> str:
    assert not test.exception
    return "\n".join(str(element.value) for element in test.main if hasattr(element, "value"))


def evidence(test: AppTest) -> list[dict[str, Any]]:
    """What the lists of sentences were given, one a panel."""
    lists = [one.proto for one in elements(test, "bidi_component") if "evidence_list" in one.proto.component_name]
    return [json.loads(proto.json) for proto in lists]


def sentences(test: AppTest) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(one["sign"], one["text"], tuple(one["ids"])) for panel in evidence(test) for one in panel["sentences"]]


def test_the_page_tells_what_fails_why_and_with_what(page: PageRunner) -> None:
    test = page(failing_lines(), at="customer/page.py", id=RETRIER)
    text = texts(test) + "\n".join(frame.value.to_string() for frame in test.dataframe)
    for part in (
        "Customer `` cus_retrier ``",
        "50 requests, 50 failed",
        "**Revoked key still in use**",
        "Active",
        "92%, very likely",
        "ak_live_4e74…",
        "key_4e74",
        "web_rtry1",
        "req_Rtry00940",
        "We have looked into the requests that fail for you.",
    ):
        assert part in text, part
    assert evidence(test)[0]["lead"] == "50 requests in production, 16 Nov 2026 12:00 to 16 Nov 2026 21:00 UTC"
    assert ("for", "The answers say that the key is revoked.", ("req_Rtry00940",)) in sentences(test)


def test_failed_operations_stand_beside_failed_requests(page: PageRunner) -> None:
    said = sentences(page(failing_lines(), at="customer/page.py", id=RETRIER))
    counts = "Failed requests: 50. Failed operations behind them: 10; 40 were retries."
    assert next(text for sign, text, _ in said if sign == "retries") == counts
    wrong = "40 refused requests tried again unchanged, which cannot succeed."
    assert ("retries", wrong, ("req_Rtry00940",)) in said
    quiet = sentences(page([], at="customer/page.py", id=SCOPELESS))
    assert quiet[-1][1] == "Failed requests: 20. Failed operations behind them: 20; none was tried again."


def test_what_is_over_says_since_when(page: PageRunner) -> None:
    test = page(failing_lines(), at="customer/page.py", id=MENDED)
    assert "Recovered" in texts(test)
    (over,) = [one for one in sentences(test) if one[0] == "over"]
    assert over[1].startswith("It has stopped")
    assert over[2] == ("req_Good00000",)


def test_the_timeline_is_in_utc_by_code_with_the_diagnosis_above(page: PageRunner) -> None:
    test = page(failing_lines(), at="customer/page.py", id=MENDED)
    (chart,) = elements(test, "plotly_chart")
    spec = json.loads(chart.proto.spec)
    bars, lane = spec["data"]
    assert bars["name"] == "invalid_pipe"
    assert bars["x"][0].startswith("2026-11-16T12:00:00")
    assert len(bars["x"]) == 10
    assert lane["x"][1].startswith("2026-11-16T21:00:00")
    assert spec["layout"]["annotations"][0]["text"] == "Pipe that does not exist (recovered)"


def test_a_mark_is_kept_seen_and_taken_back(page: PageRunner) -> None:
    test = page(failing_lines(), at="customer/page.py", id=SCOPELESS)
    (diagnosis,) = [one for one in the_desk().diagnosis_snapshot().diagnoses if one["customer_id"] == SCOPELESS]
    key = f"mark_{diagnosis['id']}"
    assert test.button_group(key=key).value is None
    test.button_group(key=key).set_value("right").run()
    assert the_desk().marks()[diagnosis["id"]].verdict == "right"
    test.button_group(key=key).set_value("wrong").run()
    assert the_desk().marks()[diagnosis["id"]].verdict == "wrong"
    another = page([], at="customer/page.py", id=SCOPELESS)
    assert another.button_group(key=key).value == "wrong"
    another.button_group(key=key).set_value(None).run()
    assert the_desk().marks() == {}


def test_a_mark_that_cannot_be_kept_says_so(page: PageRunner) -> None:
    test = page(failing_lines(), at="customer/page.py", id=SCOPELESS)
    the_desk().settings.marks_file.mkdir()
    (group,) = [group for group in test.button_group if (group.key or "").startswith("mark_")]
    # The file is a folder now: reading it fails as well, and the page says so.
    group.set_value("right").run()
    assert not test.exception
    assert any("marks" in element.value for element in test.text)


def test_a_diagnosis_without_a_customer_has_a_page(page: PageRunner) -> None:
    page(failing_lines(), at="customers/page.py")
    (scanner,) = [one for one in the_desk().diagnosis_snapshot().diagnoses if one["case"] == "scanner"]
    text = texts(page([], at="customer/page.py", diagnosis=scanner["id"]))
    assert f"address {SCANNER_IP}" in text
    assert "Scanner guessing keys" in text


def test_addresses_that_lead_nowhere_say_so_calmly(page: PageRunner) -> None:
    assert "Nothing is known of this customer." in texts(page(failing_lines(), at="customer/page.py", id="cus_nobody"))
    assert "Nothing is known of this customer." in texts(page([], at="customer/page.py"))
    assert "There is no such diagnosis now." in texts(
        page([], at="customer/page.py", diagnosis="![x](http://evil.example)")
    )
    assert "Nothing is known of this customer." in texts(page([], at="customer/page.py", id="x" * 5000))


def test_no_page_shows_a_whole_key(page: PageRunner) -> None:
    test = page(failing_lines(), at="customer/page.py", id=SCOPELESS)
    keys = next(one.value for one in test.dataframe if "Scopes" in one.value)
    assert [*keys["Key"]] == ["ak_live_1e55… (40 characters)"]
    assert [*keys["Scopes"]] == ["none"]
