"""Trace keys, websites and addresses to the customers that lines name together with them."""

from __future__ import annotations

from collections import defaultdict

from sample_logs.simulator.exchange import Exchange
from sample_logs.simulator.labels import Label
from sample_logs.simulator.world import fingerprint


class Traces:
    """The customers that lines name together with each key, website and address."""

    def __init__(self) -> None:
        self._owners: dict[str, set[str]] = defaultdict(set)

    def add(self, exchange: Exchange) -> None:
        """Record the key, website and address of a line that names its customer."""
        if exchange.key is None:
            return
        seen = [exchange.call.ip]
        if exchange.presented and exchange.host.logged_fields(exchange.call.at).key_fingerprint:
            seen.append(fingerprint(exchange.presented))
        if exchange.website_id and not exchange.refusal:
            seen.append(exchange.website_id)
        for value in seen:
            self._owners[value].add(exchange.key.customer_id)

    def leading_to(self, label: Label) -> list[str]:
        """Return what leads to the label's customer: its key, website or address, if it is theirs alone."""
        found = {
            name: self._owners.get(value or "", set())
            for name, value in (
                ("key", label.key_fingerprint),
                ("website", label.website_id),
                ("address", label.client_ip),
            )
        }
        return [name for name, owners in found.items() if owners == {label.customer_id}]
