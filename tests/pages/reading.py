"""Read what a page shows: its texts, badges, metrics, links, tables and sentences, without their layout."""

import json
import re
from typing import Any

import pandas as pd
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import elements

_BADGE = re.compile(r":(\w+)-badge\[(?::material/\w+: )?([^\]]*)\]")
_BOLD = re.compile(r"\*\*(.+?):?\*\*")


def text_of(test: AppTest) -> str:
    """Return every text, value and button label on the page, one per line. Fail on an exception."""
    assert not test.exception
    values = [str(element.value) for element in test.main if hasattr(element, "value")]
    return "\n".join([*values, *(button.label for button in test.button)])


def badges(test: AppTest) -> dict[str, str]:
    """Return the colour of each badge by its label."""
    return {label: colour for colour, label in _BADGE.findall(text_of(test))}


def bold_texts(test: AppTest) -> set[str]:
    """Return the texts in bold: the titles of diagnoses, candidates and tables."""
    return {*_BOLD.findall(text_of(test))}


def metrics(test: AppTest) -> dict[str, str]:
    """Return the value of each metric by its label. Fail on an exception."""
    assert not test.exception
    return {metric.label: metric.value for metric in test.metric}


def links(test: AppTest) -> list[tuple[str, str]]:
    """Return the URL path and the query of each link to a page."""
    return [(element.proto.page, element.proto.query_string) for element in elements(test, "page_link")]


def table(test: AppTest, alt: str) -> pd.DataFrame:
    """Return the only table whose name for screen readers begins with a text. Fail on an exception."""
    assert not test.exception
    (frame,) = [element.value for element in test.dataframe if element.proto.alt.startswith(alt)]
    assert isinstance(frame, pd.DataFrame)
    return frame


def evidence(test: AppTest) -> list[dict[str, Any]]:
    """Return the lead and the sentences of each list of evidence."""
    found = [element.proto for element in elements(test, "bidi_component")]
    lists = [proto for proto in found if "evidence_list" in proto.component_name]
    return [json.loads(proto.json) for proto in lists]


def sentences(test: AppTest) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return the sign, the text and the cited ids of each sentence of evidence."""
    return [
        (row["sign"], row["text"], tuple(link["id"] for link in row["links"]))
        for panel in evidence(test)
        for row in panel["sentences"]
    ]


def says_how_to_fill_the_store(test: AppTest) -> bool:
    """Return whether the page shows the command that fills an empty store. Fail on an exception."""
    assert not test.exception
    return any(element.value.startswith("pixeldesk ingest ") for element in test.code)
