"""Put what differs about failing requests into words. Values are raw log text: the caller must escape them."""

from collections.abc import Mapping

from pixeldesk.trends.proportions import Proportion

FIELD_NAMES: Mapping[str, str] = {
    "host": "host",
    "route": "route",
    "release": "release",
    "region": "region",
    "customer_id": "customer",
    "key_fingerprint": "key",
    "user_agent": "user agent",
}
"""The compared fields of a request and their English names, in the order in which they are listed."""

_SENTENCES: Mapping[str, str] = {
    "host": "{value} answered {share} of them",
    "route": "{share} of them asked for {value}",
    "release": "Release {value} answered {share} of them",
    "region": "Servers in {value} answered {share} of them",
    "customer_id": "{value} sent {share} of them",
    "key_fingerprint": "The key with the fingerprint {value} sent {share} of them",
    "user_agent": "The program {value} sent {share} of them",
}


def failing_share(field: str, value: str | None, failing: Proportion) -> str:
    """Say what share of the failing requests has the value; None means the field was not logged."""
    share = percent(failing)
    if value is None:
        return f"{share} of them name no {FIELD_NAMES[field]}"
    return _SENTENCES[field].format(value=value, share=share)


def succeeding_share(meanwhile: Proportion | None, before: Proportion | None) -> str:
    """Say what share of the requests that succeeded has the value, meanwhile and a week before."""
    if meanwhile is None:
        return f"{percent(before)} of the requests that succeeded in the same hours a week before"
    earlier = f" ({percent(before)} a week before)" if before else ""
    return f"{percent(meanwhile)} of the requests that succeeded meanwhile{earlier}"


def named(field: str, value: str | None) -> str:
    """Return the field's English name and the value."""
    return f"{FIELD_NAMES[field]} {'not logged' if value is None else value}"


def percent(proportion: Proportion | None) -> str:
    """Return a share in whole per cent. Only none is 0 %, and only all is 100 %."""
    if proportion is None or not proportion.whole:
        return "none"
    if 0 < proportion.part < proportion.whole:
        rounded = round(100 * proportion.part / proportion.whole)
        return {0: "under 1 %", 100: "over 99 %"}.get(rounded, f"{rounded} %")
    return "100 %" if proportion.part else "0 %"
