"""Read the failures of every error code in every environment from the store, as the detector needs them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from pixeldesk.incidents.failures import Counts, Failures
from pixeldesk.incidents.incident import ANY_SERVER_ERROR
from pixeldesk.incidents.rules import FEWEST_CALLERS, FEWEST_FAILURES
from pixeldesk.queries import question
from pixeldesk.store import Store


@dataclass(frozen=True)
class Series:
    """The failures with one code in one environment. `callers` has the name of each caller number.

    `code` is "" for failures without a code, and ANY_SERVER_ERROR for all failures of the environment.
    """

    environment: str | None
    code: str
    first_minute: datetime
    callers: tuple[str, ...]
    failures: Failures

    def time_of(self, minute: int) -> datetime:
        """Convert a minute of the failures to a time, UTC."""
        return self.first_minute + timedelta(minutes=minute)


def series_of(store: Store) -> Iterator[Series]:
    """Yield every series, by environment: each code, then all codes together."""
    traffic = question("requests_by_minute").frame(store)
    errors = question("server_errors_by_minute").frame(store)
    for environment, requests in traffic.groupby("environment", dropna=False):
        name = None if pd.isna(environment) else str(environment)
        is_here = errors["environment"].isna() if name is None else errors["environment"] == name
        failed = errors[is_here].sort_values("minute", kind="stable")
        for code, with_code in _that_may_be_incidents(failed).groupby("error_code"):
            yield _series(name, str(code), requests, with_code)
        yield _series(name, ANY_SERVER_ERROR, requests, failed)


def _that_may_be_incidents(failed: pd.DataFrame) -> pd.DataFrame:
    """Leave out the codes whose failures, or whose callers, are too few for any window.

    The detector would say the same of each, but takes 2 ms for it, and a line may hold any code.
    """
    by_code = failed.groupby("error_code")
    enough = (by_code["requests"].transform("sum") >= FEWEST_FAILURES) & (
        by_code["caller"].transform("nunique") >= FEWEST_CALLERS
    )
    return failed[enough]


def _series(environment: str | None, code: str, requests: pd.DataFrame, failed: pd.DataFrame) -> Series:
    first = requests["minute"].iloc[0]
    numbers, names = pd.factorize(failed["caller"], sort=True)
    minutes = _minutes_since(first, requests["minute"])
    traffic = np.zeros(minutes[-1] + 1, dtype=np.int64)
    traffic[minutes] = requests["requests"]
    failures = Failures(
        traffic=traffic,
        minute=_minutes_since(first, failed["minute"]),
        caller=numbers.astype(np.int64),
        requests=failed["requests"].to_numpy(np.int64),
    )
    return Series(environment, code, first.to_pydatetime(), tuple(names), failures)


def _minutes_since(first: pd.Timestamp, minutes: "pd.Series[pd.Timestamp]") -> Counts:
    return np.asarray((minutes - first) // pd.Timedelta(minutes=1), dtype=np.int64)
