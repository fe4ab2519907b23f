"""A noun is written as JSON, and read back from it, without a loss."""

from datetime import datetime

import pytest
from pydantic import ValidationError

from pixeldesk.frozen_model import FrozenModel, Moment


class Sample(FrozenModel):
    seen: Moment
    share: float | None = None


def test_a_time_is_written_in_rfc_3339_and_read_back() -> None:
    sample = Sample(seen=datetime(2026, 11, 16, 9, 12, 44, 318000))
    assert sample.as_json() == {"seen": "2026-11-16T09:12:44.318Z", "share": None}
    assert Sample.model_validate(sample.as_json()) == sample
    assert Sample.model_validate({"seen": "2026-11-16T10:12:44.318+01:00"}) == sample


def test_json_has_no_nan() -> None:
    assert Sample(seen=datetime(2026, 11, 16), share=float("nan")).as_json()["share"] is None


def test_a_misspelt_field_is_an_error() -> None:
    with pytest.raises(ValidationError):
        Sample.model_validate({"seen": "2026-11-16T00:00:00Z", "shared": 1})


def test_values_do_not_change() -> None:
    sample = Sample(seen=datetime(2026, 11, 16))
    with pytest.raises(ValidationError):
        sample.share = 0.5  # type: ignore[misc]
