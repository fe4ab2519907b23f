"""From the store to the detector: the failures of every error code in every environment, minute by minute."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from pixeldesk.incidents.failures import Counts, Failures
from pixeldesk.incidents.incident import ANY_SERVER_ERROR
from pixeldesk.queries import question
from pixeldesk.store import Store


@dataclass(frozen=True)
class Series:
    """The failures with one code in one environment. `callers` names the callers by their number.

    `code` is empty for failures without one, and ANY_SERVER_ERROR for all of the environment together.
    """

    environment: str | None
    code: str
    first_minute: datetime
    callers: tuple[str, ...]
    failures: Failures

    def time_of(self, minute: int) -> datetime:
        """A minute of the failures as a time, UTC."""
        return self.first_minute + timedelta(minutes=minute)


def series_of(store: Store) -> Iterator[Series]:
    """All that there are: environment by environment, each code by itself and then all codes together."""
    traffic = question("requests_by_minute").frame(store)
    errors = question("server_errors_by_minute").frame(store)
    for environment, requests in traffic.groupby("environment", dropna=False):
        name = None if pd.isna(environment) else str(environment)
        in_it = errors["environment"].isna() if name is None else errors["environment"] == name
        failed = errors[in_it].sort_values("minute", kind="stable")
        for code, of_code in failed.groupby("error_code"):
            yield _series(name, str(code), requests, of_code)
        yield _series(name, ANY_SERVER_ERROR, requests, failed)


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
