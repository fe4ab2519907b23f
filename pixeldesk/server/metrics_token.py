"""Who may read metrics: everybody who reaches them, or whoever has the token."""

import hmac

from pixeldesk.settings import Settings


def may_read_metrics(settings: Settings, authorization: str) -> bool:
    """Return whether an Authorization header has the token of the settings, or none is needed."""
    token = settings.metrics_token
    if token is None:
        return True
    return hmac.compare_digest(authorization.encode(), f"Bearer {token.get_secret_value()}".encode())
