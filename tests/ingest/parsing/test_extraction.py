"""The extraction of a format is complete as soon as it is made, whatever is asked of it, and in which order."""

import duckdb
import pytest

from pixeldesk.ingest.formats.log_format import LogFormat, log_formats
from pixeldesk.ingest.parsing.extraction import Extraction

_FORMATS = [pytest.param(each, id=str(each.name)) for each in log_formats()]


@pytest.mark.parametrize("log_format", _FORMATS)
def test_a_document_is_parsed_for_every_path_before_any_is_asked_for(log_format: LogFormat) -> None:
    extraction = Extraction(log_format, 0)
    at_first = extraction.document_sql("line")
    for path in log_format.paths:
        assert extraction.value(path)
    assert extraction.document_sql("line") == at_first


def test_a_format_of_which_no_line_has_a_name_can_be_extracted() -> None:
    pino = next(each for each in log_formats() if str(each.name) == "pino")
    narrowed = Extraction(pino.narrowed(()), 0)
    document = narrowed.document_sql("line")
    with duckdb.connect() as engine:
        found = engine.execute(f"SELECT {document} IS NOT NULL FROM (SELECT '{{}}' AS line)").fetchone()
    assert found == (True,)
