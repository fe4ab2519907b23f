"""Collect what is set up before a simulation: clients with their addresses, behaviours, labels and remarks."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from sample_logs.simulator.clients.client import Behaviour, Client
from sample_logs.simulator.clock import DAY
from sample_logs.simulator.labels import Label
from sample_logs.simulator.servers import SAMPLE_SERVERS, Servers
from sample_logs.simulator.world import ApiKey, Customer, World, fingerprint

USER_AGENTS = (
    "admaxxer-pixel-node/2.4.1 node/22.11.0",
    "admaxxer-pixel-node/2.3.0 node/20.18.1",
    "admaxxer-pixel-python/1.9.2 CPython/3.12.7",
    "python-requests/2.32.3",
    "axios/1.7.7",
    "node-fetch/3.3.2",
    "Go-http-client/2.0",
    "okhttp/4.12.0",
    "GuzzleHttp/7",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15",
    "Ruby/3.3.5 Faraday/2.12.0",
    "Bäckerei-Müller-Shop/3.2 (+https://shop.example)",
)
CURL = "curl/8.9.1"


@dataclass(slots=True)
class Remark:
    """A note on a healthy customer that looks like a case but is not."""

    customer_id: str
    lookalike: str
    note: str


@dataclass(slots=True)
class Stage:
    """Everything that is set up before the simulation runs.

    ``start`` is the first second of the logs. ``traffic`` scales the requests of healthy clients.
    """

    world: World
    start: float
    traffic: float = 1.0
    servers: Servers = SAMPLE_SERVERS
    behaviours: list[Behaviour] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    _clients: int = 0
    _ips: set[str] = field(default_factory=set)

    @property
    def rng(self) -> random.Random:
        """A new random stream for the next client."""
        self._clients += 1
        return self.world.rng(f"client {self._clients}")

    def some_days_before(self, began: float) -> float:
        """Return when a client whose mistake begins at ``began`` starts: early enough to be seen working."""
        return max(self.start, began - 3 * DAY)

    def ip(self) -> str:
        """Return an unused address from the ranges reserved for documentation and benchmarks."""
        rng = self.world.rng(f"ip {len(self._ips)}")
        while True:
            if rng.random() < 0.18:
                ip = f"2001:db8:{rng.randrange(0x1000, 0xFFFF):x}:{rng.randrange(0x1000, 0xFFFF):x}::1"
            elif rng.random() < 0.5:
                ip = f"198.{rng.choice((18, 19))}.{rng.randrange(10, 256)}.{rng.randrange(10, 255)}"
            else:
                ip = f"{rng.choice(('192.0.2', '198.51.100', '203.0.113'))}.{rng.randrange(100, 255)}"
            if ip not in self._ips:
                self._ips.add(ip)
                return ip

    def client(
        self,
        customer: Customer,
        key: ApiKey,
        *,
        ip: str | None = None,
        user_agent: str | None = None,
        website: str | None = None,
        environment: str = "",
        retries: int = 1,
        addresses: int = 1,
    ) -> Client:
        """Make a client with its own addresses and user agent, unless given."""
        rng = self.rng
        ips = (ip,) if ip else tuple(self.ip() for _ in range(addresses))
        return Client(
            customer,
            key,
            ips,
            user_agent or rng.choice(USER_AGENTS),
            rng,
            website or customer.websites[0],
            retries,
            environment,
        )

    def play(self, *behaviours: Behaviour) -> None:
        """Add behaviours to the simulation."""
        self.behaviours.extend(behaviours)

    def label(
        self, case: str, client: Client, variation: str, *, presented: str | None = "", website: bool = True
    ) -> Label:
        """Add a label for a mistake of ``client``, and return it.

        ``presented`` is the text sent as the key: the client's own unless given, None for no key at all.
        """
        key = client.key.secret if presented == "" else presented
        label = Label(
            case,
            client.environment,
            variation,
            client.customer.id,
            fingerprint(key) if key is not None else None,
            client.website if website else None,
            client.ips[0],
        )
        self.labels.append(label)
        return label

    def remark(self, customer: Customer, lookalike: str, note: str) -> None:
        """Note that a customer only looks like a case."""
        self.remarks.append(Remark(customer.id, lookalike, note))
