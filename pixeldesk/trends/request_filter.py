"""Which requests a chart counts, and which of them as errors."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RequestFilter:
    """Equal to these values, where one is given. An error is a request that was answered with 400 or more.

    Of the errors only those with `error_code` count where one is given, or those answered with 500 or more.
    """

    environment: str | None = None
    route: str | None = None
    host: str | None = None
    customer_id: str | None = None
    error_code: str | None = None
    server_errors_only: bool = False

    @property
    def of_requests(self) -> dict[str, str | None]:
        """What the questions filter requests by, failed or not."""
        return {
            "environment": self.environment,
            "route": self.route,
            "host": self.host,
            "customer_id": self.customer_id,
        }

    @property
    def of_errors(self) -> dict[str, str | bool | None]:
        """What the questions choose errors by."""
        return {"error_code": self.error_code, "server_errors_only": self.server_errors_only}

    def is_error(self, status: int, error_code: str | None) -> bool:
        """Whether a request that was answered so counts as an error."""
        return (
            status >= (500 if self.server_errors_only else 400)
            and (self.error_code is None or error_code == self.error_code)
        )  # fmt: skip
