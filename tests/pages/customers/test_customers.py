"""Customers, run without a browser: filters, order, links, marks."""

import pytest
from streamlit.testing.v1 import AppTest

from pixeldesk.desk.desk import the_desk
from pixeldesk.diagnosis.overview import case_title
from tests.pages.conftest import PageRunner
from tests.pages.failing_lines import MENDED, RETRIER, SCANNER_IP, SCOPELESS, failing_lines, scopeless_lines
from tests.pages.reading import links, metrics, says_how_to_fill_the_store, table, text_of

SCANNER = f"address {SCANNER_IP}"
DIAGNOSES, MARKS = "Who is failing and why", "Right and wrong diagnoses"


def customers(test: AppTest) -> list[str]:
    assert not test.exception
    return [*table(test, DIAGNOSES)["who"]] if test.dataframe else []


def test_customers_failing_now_come_with_their_case_and_the_scanner_last(page: PageRunner) -> None:
    test = page(failing_lines(), at="customers/page.py")
    assert customers(test) == [RETRIER, SCOPELESS, SCANNER]
    rows = table(test, DIAGNOSES)
    assert [*rows["case"]] == [case_title(name) for name in ("revoked_key_in_use", "scopeless_key", "scanner")]
    assert [*rows["requests"]] == [50, 20, 40]
    assert str(rows["first"][0]) == "2026-11-16 12:00:00+00:00"
    assert str(rows["last"][1]) == "2026-11-17 07:00:00+00:00"
    assert metrics(test) == {
        "Customers failing now": "2",
        "Failed requests behind them": "70",
        "Kinds of mistake": "2",
        "Recovered, last 7 days": "1",
    }
    assert "1 scanner" in text_of(test)
    assert len(test.dataframe) == 1


def test_each_filter_is_in_the_address_and_works(page: PageRunner) -> None:
    test = page(failing_lines(), at="customers/page.py", status="Recovered")
    assert customers(test) == [MENDED]
    test.button_group(key="status").set_value("All").run()
    assert customers(test) == [RETRIER, SCOPELESS, MENDED, SCANNER]
    test.multiselect(key="case").set_value([case_title("scopeless_key"), case_title("unknown_pipe")]).run()
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


def test_invalid_parameters_are_ignored(page: PageRunner) -> None:
    test = page(failing_lines(), at="customers/page.py", status="x", time="-1", case="=cmd", environment="moon")
    assert customers(test) == [RETRIER, SCOPELESS, SCANNER]


def test_an_empty_choice_says_so(page: PageRunner) -> None:
    test = page(failing_lines(), at="customers/page.py", case=case_title("cached_jwt"))
    assert customers(test) == []
    assert "0 diagnoses" in text_of(test)
    assert metrics(test)["Customers failing now"] == "0"


def test_an_empty_store_says_how_to_fill_it(page: PageRunner) -> None:
    test = page([], at="customers/page.py")
    assert says_how_to_fill_the_store(test)


def test_marks_are_shown_in_the_table_and_as_precision(page: PageRunner) -> None:
    test = page(failing_lines(), at="customers/page.py")
    by_customer = {diagnosis.customer_id: diagnosis.id for diagnosis in the_desk().diagnosis_snapshot().answer}
    the_desk().mark(by_customer[SCOPELESS], "right")
    the_desk().mark(by_customer[RETRIER], "wrong")
    test.run()
    assert [*table(test, DIAGNOSES)["mark"]][:2] == ["wrong", "right"]
    precision = table(test, MARKS)
    assert {*zip(precision["case"], precision["right"], precision["wrong"], precision["precision"], strict=True)} == {
        (case_title("revoked_key_in_use"), 0, 1, 0.0),
        (case_title("scopeless_key"), 1, 0, 1.0),
    }


def test_a_broken_file_of_marks_is_one_calm_line(page: PageRunner) -> None:
    test = page(failing_lines(), at="customers/page.py")
    the_desk().settings.marks_file.write_text("no mark\nno mark\n")
    test.run()
    assert not test.exception
    assert any(str(the_desk().settings.marks_file) in element.value for element in test.text)


@pytest.mark.parametrize("name", ["customers/page.py", "customer/page.py"])
def test_only_a_customers_page_links_to_the_list(page: PageRunner, name: str) -> None:
    test = page(failing_lines(), at=name, id=RETRIER)
    assert {target for target, _ in links(test)} == ({"customers"} if name == "customer/page.py" else set())
