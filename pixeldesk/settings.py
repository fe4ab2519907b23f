"""Every setting, its default and its unit. Each is an environment variable `PIXELDESK_<NAME>`."""

from functools import cached_property
from pathlib import Path

from pydantic import Field, HttpUrl, Secret
from pydantic_settings import BaseSettings, SettingsConfigDict

MIB = 1024 * 1024


class Settings(BaseSettings):
    """What a person may set. Frozen: a setting is read once, when a process starts."""

    model_config = SettingsConfigDict(
        env_prefix="PIXELDESK_",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,  # Some of it is secret.
    )

    db: Path = Field(default=Path("data/pixeldesk.duckdb"), description="The store: one DuckDB file.")
    memory_mib: int = Field(
        default=1400, ge=256, description="Memory the engine may take, MiB. Raised by itself for a large index."
    )
    threads: int | None = Field(default=None, ge=1, description="Threads the engine may use; unset: one a processor.")

    host: str = Field(default="127.0.0.1", description="Address the dashboard listens on.")
    port: int = Field(default=8501, ge=0, le=65535, description="Port the dashboard listens on.")

    follow: str = Field(
        default="",
        description="Files, folders, globs and addresses that the server follows from its start, commas between them.",
    )
    follow_objects_seconds: int = Field(
        default=60, ge=1, description="How often followed addresses such as s3://bucket/logs/ are listed, seconds."
    )
    push_tokens: Secret[str] = Field(
        default=Secret(""),
        description="Who may push to /ingest: sender=token, commas between them; a token has 16 characters or more.",
    )
    push_max_bytes: int = Field(
        default=64 * MIB, ge=1024, description="A larger pushed body is refused, as sent and unpacked, bytes."
    )
    push_max_lines: int = Field(default=1_000_000, ge=1, description="A pushed body of more lines is refused.")
    push_waiting_bytes: int = Field(
        default=256 * MIB, ge=1024, description="When so much waits to be stored, senders are told to wait, bytes."
    )
    push_waiting_posts: int = Field(
        default=1000, ge=1, description="When so many posts wait to be stored, senders are told to wait."
    )
    push_vercel_verify: str = Field(
        default="", description="The code by which Vercel verifies the endpoint of a drain; unset: no drain may push."
    )
    metrics_token: Secret[str] | None = Field(
        default=None, description="The bearer token that /metrics asks for; unset: whoever can reach it may read it."
    )
    webhook_url: Secret[HttpUrl] | None = Field(
        default=None, description="Where alerts are posted, as Slack and Mattermost take them; unset: nowhere."
    )
    public_url: str | None = Field(
        default=None, description="The address people open the desk at, for links in alerts; unset: host and port."
    )
    watch_seconds: int = Field(default=30, ge=1, description="How often it is looked for alerts, seconds.")

    availability_objective: float = Field(
        default=0.999, gt=0, lt=1, description="The share of requests to answer without a server error, for the review."
    )

    max_line_bytes: int = Field(
        default=4 * MIB, ge=1024, description="A longer line is quarantined unread, bytes without its line end."
    )
    max_document_bytes: int = Field(
        default=64 * MIB, ge=1024, description="The same for a JSON document that holds many lines, bytes."
    )
    formats: Path | None = Field(
        default=None, description="Your own log formats: a TOML file, or a folder of them; docs/adding_a_format.md."
    )
    chunk_bytes: int = Field(
        default=48 * MIB, ge=4096, description="How much of a source is parsed by one statement, bytes."
    )
    batch_bytes: int = Field(
        default=512 * MIB, ge=4096, description="How much of a source is committed by one transaction, bytes."
    )
    max_expansion: int = Field(
        default=250, ge=2, description="A compressed source is given up as a bomb past this many times its size."
    )
    max_expansion_from: int = Field(
        default=1024 * MIB, ge=1024, description="The bomb rule holds only past this many bytes read, bytes."
    )
    retention: str = Field(
        default="",
        description="How long lines are kept, such as production:5xx=400d, production=90d, *=180d, or a TOML file of "
        "such rules; unset: for good.",
    )
    oldest_years: int = Field(
        default=10, ge=1, description="Lines dated further back are kept but left out of charts, years."
    )
    newest_hours: int = Field(
        default=24, ge=0, description="Lines dated further ahead are kept but left out of charts, hours."
    )

    @cached_property
    def followed_paths(self) -> list[str]:
        """What the server follows, one path each."""
        return [path.strip() for path in self.follow.split(",") if path.strip()]

    @cached_property
    def server_file(self) -> Path:
        """Where a running server writes its address and token, readable by its owner only."""
        return self.db.with_name(self.db.name + ".server.json")

    @cached_property
    def desk_url(self) -> str:
        """The address people open the desk at, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @cached_property
    def alerts_file(self) -> Path:
        """Which alerts were posted. Beside the store, and kept when the store is built anew."""
        return self.db.with_name(self.db.name + ".alerts.ndjson")

    @cached_property
    def alerts_lock_file(self) -> Path:
        """Held by the one process that posts alerts."""
        return self.db.with_name(self.db.name + ".alerts.lock")

    @cached_property
    def marks_file(self) -> Path:
        """What support says of diagnoses. Beside the store, and kept when the store is built anew."""
        return self.db.with_name(self.db.name + ".marks.ndjson")
