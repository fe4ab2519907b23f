"""Hold the world's data: customers, their websites and keys, with one key table per environment."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field

from sample_logs.simulator.clock import DAY, FORTNIGHT_START

READ = "pixel:read"
WRITE = "pixel:write"
BOTH = (READ, WRITE)

_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_MARKS = {"production": "ak_live_", "development": "ak_test_", "preview": "ak_test_"}


def fingerprint(presented: str) -> str:
    """Return the first 16 hex digits of the SHA-256 of a key, exactly as presented."""
    return hashlib.sha256(presented.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as in its environment's table. A real table would hold only a hash of ``secret``."""

    id: str
    secret: str
    environment: str
    customer_id: str
    scopes: tuple[str, ...]
    revoked_at: float | None = None
    expires_at: float | None = None

    @property
    def fingerprint(self) -> str:
        """The fingerprint that a server logs if the key is presented unchanged."""
        return fingerprint(self.secret)

    @property
    def bearer(self) -> str:
        """The correct Authorization header."""
        return f"Bearer {self.secret}"


@dataclass(slots=True)
class Customer:
    """A customer: home region, office hours, key style, websites."""

    id: str
    region: str
    utc_offset_hours: float
    weekend: float
    marked_keys: bool
    websites: list[str] = field(default_factory=list)


class World:
    """All customers, websites and keys, and the first pageview of each website in each environment."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.customers: dict[str, Customer] = {}
        self._rng = random.Random(f"{seed}/world")
        self._used_ids: set[str] = set()
        self._keys: dict[tuple[str, str], ApiKey] = {}
        self._first_pageview: dict[tuple[str, str], float] = {}
        self._rowless: set[tuple[str, str]] = set()

    def rng(self, name: str) -> random.Random:
        """Return a separate random stream for ``name``, so that adding a client does not affect the others."""
        return random.Random(f"{self.seed}/{name}")

    def new_id(self, prefix: str) -> str:
        """Return an unused id such as ``cus_k3x9a``."""
        while True:
            new_id = prefix + "".join(self._rng.choices(_BASE36, k=5))
            if new_id not in self._used_ids:
                self._used_ids.add(new_id)
                return new_id

    def new_secret(self, environment: str, marked: bool) -> str:
        """Return a new 40-character key. ``marked`` keys show their environment in their prefix."""
        mark = _MARKS[environment] if marked else "ak_"
        return mark + "".join(self._rng.choices(_BASE62, k=40 - len(mark)))

    def add_customer(self, websites: int = 1, marked_keys: bool | None = None) -> Customer:
        """Add a customer whose websites have long had pageviews in production."""
        region, offset = self._rng.choice(
            [("iad1", -5.0), ("iad1", -6.0), ("fra1", 1.0), ("fra1", 1.0), ("fra1", 0.0), ("sfo1", -8.0)]
        )
        marked = self._rng.random() < 0.65 if marked_keys is None else marked_keys
        customer = Customer(self.new_id("cus_"), region, offset, self._rng.uniform(0.25, 0.8), marked)
        self.customers[customer.id] = customer
        for _ in range(websites):
            self.add_website(customer, pageviews_in=("production",))
        return customer

    def add_website(self, customer: Customer, pageviews_in: tuple[str, ...] = ()) -> str:
        """Add a website. ``pageviews_in`` are the environments that already have events of it."""
        website = self.new_id("web_")
        customer.websites.append(website)
        for environment in pageviews_in:
            self._first_pageview[environment, website] = FORTNIGHT_START - 400 * DAY
        return website

    def add_key(
        self,
        customer: Customer,
        environment: str = "production",
        scopes: tuple[str, ...] = BOTH,
        revoked_at: float | None = None,
        expires_at: float | None = None,
    ) -> ApiKey:
        """Add a key to an environment's table."""
        secret = self.new_secret(environment, customer.marked_keys)
        key = ApiKey(self.new_id("key_"), secret, environment, customer.id, scopes, revoked_at, expires_at)
        self._keys[environment, secret] = key
        return key

    def find_key(self, environment: str, presented: str) -> ApiKey | None:
        """Return the key that equals ``presented`` in this environment's table, if any."""
        return self._keys.get((environment, presented))

    def accept_pageview(self, environment: str, website: str, at: float) -> None:
        """Record a website's first pageview. Its rows appear three seconds later."""
        self._first_pageview.setdefault((environment, website), at + 3.0)

    def make_rowless(self, website: str, pipe: str) -> None:
        """Make a pipe have no rows for a website, however many events it has."""
        self._rowless.add((website, pipe))

    def has_rows(self, environment: str, website: str | None, at: float, pipe: str) -> bool:
        """Return whether ``pipe`` has rows for this website."""
        if website is None or (website, pipe) in self._rowless:
            return False
        return at >= self._first_pageview.get((environment, website), at + 1)
