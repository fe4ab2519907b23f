"""Define every setting with its default and unit. Each is an environment variable `PIXELDESK_<NAME>`."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, HttpUrl, Secret
from pydantic_settings import BaseSettings, SettingsConfigDict

MIB = 1024 * 1024
_HOST_NAME = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")
_IN_ANY_CASE = BeforeValidator(lambda given: given.lower() if isinstance(given, str) else given)


def _known_timezone(name: str) -> str:
    if name not in available_timezones() - {"localtime"}:
        raise ValueError("is no time zone that is known here; write its IANA name, such as Europe/Berlin or UTC")
    return name


def _networks(addresses: str) -> str:
    for each in _listed(addresses):
        try:
            ip_network(each, strict=False)
        except ValueError:
            raise ValueError(
                f"{each} is no address and no network; write 10.0.0.5 or 172.18.0.0/16, several with commas"
            ) from None
    return addresses


def _hosts(names: str) -> str:
    for each in _listed(names):
        if not _HOST_NAME.fullmatch(each):
            raise ValueError(f"{each} is no host name; write desk.example.com, several with commas")
    return names


def _listed(values: str) -> list[str]:
    return [value.strip() for value in values.split(",") if value.strip()]


class Settings(BaseSettings):
    """The settings of a process, read once when it starts, and frozen."""

    model_config = SettingsConfigDict(
        env_prefix="PIXELDESK_",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,  # Some of it is secret.
    )

    db: Path = Field(default=Path("data/pixeldesk.duckdb"), description="The store: one DuckDB file.")
    memory_mib: int = Field(
        default=1400, ge=256, description="Memory limit of the engine, MiB. A large index raises it automatically."
    )
    threads: int | None = Field(default=None, ge=1, description="Threads of the engine; unset: one per processor.")

    host: str = Field(
        default="127.0.0.1", description="Address the dashboard listens on; off loopback only with a trusted proxy."
    )
    port: int = Field(default=8501, ge=0, le=65535, description="Port the dashboard listens on.")

    trusted_proxy: Annotated[str, AfterValidator(_networks)] = Field(
        default="",
        description="The proxy that signs people in: comma-separated addresses or networks. The dashboard then may "
        "listen off the loopback address, and answers these; unset: it answers this machine only.",
    )
    allowed_hosts: Annotated[str, AfterValidator(_hosts)] = Field(
        default="",
        description="Names by which the dashboard is reached, comma-separated, beside localhost, its own address and "
        "the host of PIXELDESK_PUBLIC_URL.",
    )
    headers_seconds: float = Field(
        default=20, gt=0, description="A connection is closed if the headers of its request take longer, seconds."
    )

    log_format: Annotated[Literal["text", "json"], _IN_ANY_CASE] = Field(
        default="text",
        description="How messages are logged, on stderr: text is a dated line each, json an object a line.",
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], _IN_ANY_CASE] = Field(
        default="info", description="The least severe messages that are logged: debug, info, warning or error."
    )

    follow: str = Field(
        default="",
        description="Comma-separated files, folders, globs and addresses that the server follows from its start.",
    )
    follow_objects_seconds: int = Field(
        default=60, ge=1, description="Seconds between listings of followed addresses such as s3://bucket/logs/."
    )
    push_tokens: Secret[str] = Field(
        default=Secret(""),
        description="Who may push to /ingest: comma-separated sender=token; a token has 16 characters or more.",
    )
    push_max_bytes: int = Field(
        default=64 * MIB, ge=1024, description="Limit of a pushed body, compressed and decompressed, bytes."
    )
    push_max_lines: int = Field(default=1_000_000, ge=1, description="Limit of a pushed body, lines.")
    push_waiting_bytes: int = Field(
        default=256 * MIB, ge=1024, description="Backpressure: senders must wait while this much is queued, bytes."
    )
    push_waiting_posts: int = Field(
        default=1000, ge=1, description="Backpressure: senders must wait while this many posts are queued."
    )
    push_idle_seconds: float = Field(
        default=30, gt=0, description="A pushed body of which no byte comes for so long is given up, seconds."
    )
    push_body_seconds: float = Field(
        default=60,
        gt=0,
        description="How long a pushed body may come slower than PIXELDESK_PUSH_SLOWEST_BYTES, seconds.",
    )
    push_slowest_bytes: int = Field(
        default=16 * 1024,
        ge=1,
        description="The lowest rate of a pushed body that lasts longer, bytes a second.",
    )
    push_vercel_verify: str = Field(
        default="", description="The code with which Vercel verifies a drain's endpoint; unset: no drain may push."
    )
    metrics_token: Secret[str] | None = Field(
        default=None, description="The bearer token that /metrics requires; unset: anyone who reaches it may read it."
    )
    webhook_url: Secret[HttpUrl] | None = Field(
        default=None, description="The webhook for alerts, of Slack or Mattermost; unset: no alerts."
    )
    public_url: str | None = Field(
        default=None, description="Address at which people open the desk, for links in alerts; unset: host and port."
    )
    watch_seconds: int = Field(default=30, ge=1, description="Seconds between checks for incidents to alert about.")

    availability_objective: float = Field(
        default=0.999, gt=0, lt=1, description="The share of requests to answer without a server error, for the review."
    )

    max_line_bytes: int = Field(
        default=4 * MIB, ge=1024, description="A longer line is quarantined unread, bytes without the line end."
    )
    max_document_bytes: int = Field(
        default=64 * MIB, ge=1024, description="A longer JSON document of many lines is quarantined unread, bytes."
    )
    formats: Path | None = Field(
        default=None, description="Your own log formats: a TOML file or a folder of them; docs/adding_a_format.md."
    )
    timezone: Annotated[str, AfterValidator(_known_timezone)] | None = Field(
        default=None,
        description="The zone of times without one, such as Europe/Berlin; unset: UTC, and the native format refuses "
        "such times.",
    )
    chunk_bytes: int = Field(default=48 * MIB, ge=4096, description="How much of a source one statement parses, bytes.")
    batch_bytes: int = Field(
        default=512 * MIB, ge=4096, description="How much of a source one transaction commits, bytes."
    )
    max_expansion: int = Field(
        default=250, ge=2, description="A source that decompresses to more than this many times its size is given up."
    )
    max_expansion_from: int = Field(
        default=1024 * MIB, ge=1024, description="Decompressed bytes from which the bomb rule applies."
    )
    personal_data: Annotated[Literal["keep", "shorten", "drop"], _IN_ANY_CASE] = Field(
        default="keep",
        description="What becomes of addresses and mail addresses before a line is stored: keep, shorten (to the "
        "network, to the domain) or drop.",
    )
    retention: str = Field(
        default="",
        description="How long lines are stored, such as production:5xx=400d, production=90d, *=180d, or a TOML file of "
        "such rules; unset: forever.",
    )
    oldest_years: int = Field(
        default=10, ge=1, description="Lines dated further back are stored but excluded from charts, years."
    )
    newest_hours: int = Field(
        default=24, ge=0, description="Lines dated further ahead are stored but excluded from charts, hours."
    )

    @property
    def followed_paths(self) -> list[str]:
        """The paths and addresses that the server follows, split at the commas."""
        return _listed(self.follow)

    @property
    def proxy_networks(self) -> list[IPv4Network | IPv6Network]:
        """The networks of the proxy that signs people in."""
        return [ip_network(each, strict=False) for each in _listed(self.trusted_proxy)]

    @property
    def other_hosts(self) -> list[str]:
        """The further names by which the dashboard is reached."""
        return _listed(self.allowed_hosts)

    @property
    def server_file(self) -> Path:
        """The file, readable by its owner only, in which a running server writes its address and token."""
        return self.db.with_name(self.db.name + ".server.json")

    @property
    def desk_url(self) -> str:
        """The address at which people open the desk, without a trailing slash."""
        return (self.public_url or self.own_url).rstrip("/")

    @property
    def own_url(self) -> str:
        """The address on which the dashboard listens."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def alerts_file(self) -> Path:
        """The journal of posted alerts. It lies beside the store and survives a rebuild of the store."""
        return self.db.with_name(self.db.name + ".alerts.ndjson")

    @property
    def alerts_lock_file(self) -> Path:
        """The lock file held by the process that posts alerts."""
        return self.db.with_name(self.db.name + ".alerts.lock")

    @property
    def marks_file(self) -> Path:
        """The journal of support's marks on diagnoses. It lies beside the store and survives a rebuild of the store."""
        return self.db.with_name(self.db.name + ".marks.ndjson")
