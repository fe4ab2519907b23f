"""The table of who fails, run without a browser: filters, order, links, marks."""

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pixeldesk.desk.desk import the_desk
from tests.pages.conftest import PageRunner, elements
from tests.pages.failing_lines import MENDED, RETRIER, SCANNER_IP, SCOPELESS, failing_lines, scopeless_lines

SCANNER = f"address {SCANNER_IP}"


def customers(test: AppTest) -> list[str]:
    assert not test.exception
    return [*table(test)["who"]] if test.dataframe else []


def table(test: AppTest) -> pd.DataFrame:
    value = test.dataframe[0].value
    assert isinstance(value, pd.DataFrame)
    return value


def metrics(test: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in test.metric}


def marked(test: AppTest) -> str:
    return "\n".join(str(element.value) for element in [*test.caption, *test.subheader])


def test_who_fails_now_comes_with_why_and_the_scanner_last(page: PageRunner) -> None:
    test = page(failing_lines(), at="customers/page.py")
    assert customers(test) == [RETRIER, SCOPELESS, SCANNER]
    rows = table(test)
    assert [*rows["case"]] == ["Revoked key still in use", "Key without any scope", "Scanner guessing keys"]
    assert [*rows["requests"]] == [50, 20, 40]
    assert str(rows["first"][0]) == "2026-11-16 12:00:00+00:00"
    assert str(rows["last"][1]) == "2026-11-17 07:00:00+00:00"
    assert metrics(test) == {
        "Customers failing now": "2",
        "Failed requests behind them": "70",
        "Kinds of mistake": "2",
        "Recovered, last 7 days": "1",
    }
    assert "Beside them: 1 scanner." in marked(test)
    assert "Nothing marked yet." in marked(test)


def test_each_filter_is_in_the_address_and_works(page: PageRunner) -> None:
    test = page(failing_lines(), at="customers/page.py", status="Recovered")
    assert customers(test) == [MENDED]
    test.button_group(key="status").set_value("All").run()
    assert customers(test) == [RETRIER, SCOPELESS, MENDED, SCANNER]
    test.multiselect(key="case").set_value(["Key without any scope", "Pipe that does not exist"]).run()
    assert customers(test) == [SCOPELESS, MENDED]
    test.selectbox(key="environment").set_value("production").run()
    assert customers(test) == [SCOPELESS, MENDED]
    bound = {element.proto.query_param_key for element in [*test.button_group, *test.selectbox, *test.multiselect]}
    assert bound == {"status", "time", "environment", "case"}


def test_a_range_counts_back_from_the_newest_record(page: PageRunner) -> None:
    days = ("2026-11-16", "2026-11-19"), ("2026-11-17", "2026-11-20")
    later = [
        {**line, "timestamp": line["timestamp"].replace(day, then)}
        for line in scopeless_lines()
        for day, then in days
        if day in line["timestamp"]
    ]
    test = page([*failing_lines(), *later], at="customers/page.py", status="All", time="24 hours")
    assert customers(test) == [SCOPELESS]
    test.button_group(key="time").set_value("Whole logs").run()
    assert len(customers(test)) == 4


def test_nonsense_in_the_address_is_as_nothing(page: PageRunner) -> None:
    test = page(failing_lines(), at="customers/page.py", status="x", time="-1", case="=cmd", environment="moon")
    assert customers(test) == [RETRIER, SCOPELESS, SCANNER]


def test_an_empty_choice_says_so(page: PageRunner) -> None:
    test = page(failing_lines(), at="customers/page.py", case="JWT kept for too long")
    assert customers(test) == []
    assert "Nobody fails like that." in marked(test)
    assert metrics(test)["Customers failing now"] == "0"


def test_an_empty_store_says_how_to_fill_it(page: PageRunner) -> None:
    test = page([], at="customers/page.py")
    assert not test.exception
    assert "There are no logs yet." in test.markdown[0].value


def test_marks_are_shown_in_the_table_and_as_precision(page: PageRunner) -> None:
    test = page(failing_lines(), at="customers/page.py")
    by_customer = {one["customer_id"]: one["id"] for one in the_desk().diagnosis_snapshot().diagnoses}
    the_desk().mark(by_customer[SCOPELESS], "right")
    the_desk().mark(by_customer[RETRIER], "wrong")
    test.run()
    assert [*table(test)["mark"]][:2] == ["wrong", "right"]
    precision = test.dataframe[1].value
    assert {*zip(precision["case"], precision["right"], precision["wrong"], precision["precision"], strict=True)} == {
        ("Revoked key still in use", 0, 1, 0.0),
        ("Key without any scope", 1, 0, 1.0),
    }
    assert "Nothing marked yet." not in marked(test)


def test_a_broken_file_of_marks_is_one_calm_line(page: PageRunner) -> None:
    test = page(failing_lines(), at="customers/page.py")
    the_desk().settings.marks_file.write_text("no mark\nno mark\n")
    test.run()
    assert not test.exception
    assert any("that is no mark" in element.value for element in test.text)


@pytest.mark.parametrize("name", ["customers/page.py", "customer/page.py"])
def test_the_pages_know_each_other(page: PageRunner, name: str) -> None:
    test = page(failing_lines(), at=name, id=RETRIER)
    links = {element.proto.page for element in elements(test, "page_link")}
    assert links == ({"customers"} if name == "customer/page.py" else set())
