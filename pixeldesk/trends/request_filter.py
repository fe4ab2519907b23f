"""Define which requests a chart counts, and which of them are errors."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RequestFilter:
    """A filter on requests and on errors; None filters nothing. An error is answered with 400 or more.

    `error_code` and `server_errors_only` (answered with 500 or more) restrict the errors, not the requests.
    """

    environment: str | None = None
    route: str | None = None
    host: str | None = None
    customer_id: str | None = None
    error_code: str | None = None
    server_errors_only: bool = False

    @property
    def request_parameters(self) -> dict[str, str | None]:
        """The parameters by which questions filter requests, failed or not."""
        return {
            "environment": self.environment,
            "route": self.route,
            "host": self.host,
            "customer_id": self.customer_id,
        }

    @property
    def error_parameters(self) -> dict[str, str | bool | None]:
        """The parameters by which questions filter errors."""
        return {"error_code": self.error_code, "server_errors_only": self.server_errors_only}

    def is_error(self, status: int, error_code: str | None) -> bool:
        """Return whether a request with this answer counts as an error."""
        least_status = 500 if self.server_errors_only else 400
        return status >= least_status and self.error_code in (None, error_code)
