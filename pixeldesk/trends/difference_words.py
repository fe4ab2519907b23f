"""What differs about failing requests, in words. A value is raw log text: whoever shows it makes it safe."""

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
"""What the compared fields of a request are called, in the order in which they are named."""

_SENTENCES: Mapping[str, str] = {
    "host": "{value} answered {share} of them",
    "route": "{share} of them asked for {value}",
    "release": "Release {value} answered {share} of them",
    "region": "Servers in {value} answered {share} of them",
    "customer_id": "{value} sent {share} of them",
    "key_fingerprint": "The key with the fingerprint {value} sent {share} of them",
    "user_agent": "The program {value} sent {share} of them",
}


def of_them(field: str, value: str | None, failing: Proportion) -> str:
    """How many of the failing requests have the value; None is a field that was not logged."""
    share = percent(failing)
    if value is None:
        return f"{share} of them name no {FIELD_NAMES[field]}"
    return _SENTENCES[field].format(value=value, share=share)


def of_the_others(meanwhile: Proportion | None, before: Proportion | None) -> str:
    """And how many of the requests that succeeded."""
    if meanwhile is None:
        return f"{percent(before)} of the requests that succeeded in the same hours a week before"
    earlier = f" ({percent(before)} a week before)" if before else ""
    return f"{percent(meanwhile)} of the requests that succeeded meanwhile{earlier}"


def named(field: str, value: str | None) -> str:
    """A value with what its field is called."""
    return f"{FIELD_NAMES[field]} {'not logged' if value is None else value}"


def percent(proportion: Proportion | None) -> str:
    """A share in whole per cent; only none is 0 % and only all are 100 %."""
    if proportion is None or not proportion.whole:
        return "none"
    if 0 < proportion.part < proportion.whole:
        rounded = round(100 * proportion.part / proportion.whole)
        return {0: "under 1 %", 100: "over 99 %"}.get(rounded, f"{rounded} %")
    return "100 %" if proportion.part else "0 %"
