"""A request as a table lists it: when, with which status, what was requested, by whom."""

from pydantic import ConfigDict

from pixeldesk.frozen_model import FrozenModel, Moment


class ListedRequest(FrozenModel):
    """A row of failed_requests, customer_failures or request, of whose columns it has these only."""

    model_config = ConfigDict(extra="ignore")

    timestamp: Moment
    request_id: str
    environment: str | None
    host: str | None
    method: str | None
    route: str | None
    path: str | None
    status: int | None
    error_code: str | None
    customer_id: str | None
