"""A noun is written as JSON, and read back from it, without a loss."""

from datetime import datetime

import pytest
from pydantic import ValidationError, computed_field

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


class Doubled(FrozenModel):
    number: int

    @computed_field(alias="for")  # type: ignore[prop-decorator]
    @property
    def twice(self) -> int:
        """Twice the number."""
        return 2 * self.number


def test_a_computed_field_is_written_and_computed_again_when_read() -> None:
    assert Doubled(number=3).as_json() == {"number": 3, "for": 6}
    assert Doubled.model_validate({"number": 3, "for": 8}) == Doubled(number=3)
    with pytest.raises(ValidationError):
        Doubled.model_validate({"number": 3, "twice": 6})


@pytest.mark.parametrize("text", ["", "noon", "2026-13-01"])
def test_a_text_that_is_no_time_is_an_error_of_its_field(text: str) -> None:
    with pytest.raises(ValidationError, match="is not a time"):
        Sample.model_validate({"seen": text})
