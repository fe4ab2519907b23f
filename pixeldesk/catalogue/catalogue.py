"""Read the catalogue of error codes: the meaning of each, whose fault it is, how to fix it, whether to retry.

The texts are in ``errors.toml``. A request without a listed code gets a fallback entry, by its HTTP status class.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Fault = Literal["customer", "us", "downstream"]
StatusClass = Literal["2xx", "4xx", "5xx", "other"]

_CATALOGUE_FILE = Path(__file__).with_name("errors.toml")
_LONGEST_MESSAGE_READ = 1_000
_CAMEL_CASE_STEP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]+")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EnvelopeError(_Frozen):
    """The ``error`` part of a response body."""

    code: str
    message: str
    details: dict[str, Any] | None = None


class EnvelopeMeta(_Frozen):
    """The ``meta`` part of a response body."""

    request_id: str


class Envelope(_Frozen):
    """A whole error response body, as the customer receives it."""

    error: EnvelopeError
    meta: EnvelopeMeta


class Guidance(_Frozen):
    """The texts about one kind of outcome, for support and for the customer. All are plain text, never Markdown.

    ``fault`` is None if nobody is at fault or the log does not show who is. ``reply``, ``steps`` and
    ``afterwards``, the last step, are for the customer; the first two may contain placeholders.
    """

    title: str
    meaning: str
    fix: str
    fault: Fault | None = None
    retryable: bool
    retry: str
    send: str
    causes: tuple[str, ...]
    steps: tuple[str, ...]
    reply: str
    afterwards: str = ""


class ErrorVariant(Guidance):
    """Another cause of the same code, recognised by the upstream message."""

    name: str
    matches: tuple[re.Pattern[str], ...]


class ErrorEntry(Guidance):
    """The catalogue's entry for one request's outcome.

    ``known`` is False only for a code that is not listed. ``variant`` names the cause recognised in the upstream
    message, if any. ``example`` is the response body of a listed code, ``colour`` (``#rrggbb``) its colour on every
    page.
    """

    code: str | None = None
    status: int | None = None
    known: bool = True
    variant: str | None = None
    related: tuple[str, ...] = ()
    example: Envelope | None = None
    colour: str | None = None

    @property
    def is_ours(self) -> bool:
        """Whether we have to act: our own fault, or that of a service we call."""
        return self.fault in ("us", "downstream")

    @property
    def succeeded(self) -> bool:
        """Whether the request was answered with 2xx and without an error code."""
        return self.code is None and status_class(self.status) == "2xx"


class _ListedError(Guidance):
    model_config = ConfigDict(populate_by_name=True)

    code: str
    status: int = Field(ge=400, le=599)
    colour: str = Field(pattern=r"^#[0-9a-f]{6}$")
    related: tuple[str, ...]
    example: Envelope
    variants: tuple[ErrorVariant, ...] = Field(default=(), alias="variant")


class _Fallback(Guidance):
    status_class: StatusClass
    code_present: bool


class _CatalogueFile(_Frozen):
    error: tuple[_ListedError, ...]
    fallback: tuple[_Fallback, ...]

    @model_validator(mode="after")
    def _codes_and_colours_are_unique(self) -> Self:
        for kind, values in (
            ("code", [listed.code for listed in self.error]),
            ("colour", [listed.colour for listed in self.error]),
        ):
            if repeated := sorted(value for value, times in Counter(values).items() if times > 1):
                raise ValueError(f"two errors have the {kind} {', '.join(repeated)}")
        return self


class Catalogue:
    """All listed error codes, and the fallbacks for requests without a listed code."""

    def __init__(self, file: _CatalogueFile) -> None:
        self._listed = {listed.code: listed for listed in file.error}
        self._fallbacks = {(entry.status_class, entry.code_present): entry for entry in file.fallback}

    def codes(self) -> tuple[str, ...]:
        """Return the listed codes, in the order of the file."""
        return tuple(self._listed)

    def entry(self, code: str | None, status: int | None, upstream_message: str | None = None) -> ErrorEntry:
        """Return the entry for a response with this error code and HTTP status.

        ``upstream_message``, the error message of the service we called, selects the variant of a code that has several
        causes. The entry of a listed code has the catalogue's status, every other entry the given status.
        """
        listed = self._listed.get(code) if code is not None else None
        if listed is None:
            fallback = self._fallback(status_class(status), code_present=code is not None)
            return ErrorEntry(**_guidance(fallback), code=code, status=status, known=code is None)
        variant = _matching_variant(listed.variants, upstream_message)
        return ErrorEntry(
            **_guidance(variant or listed),
            code=listed.code,
            status=listed.status,
            variant=variant.name if variant else None,
            related=listed.related,
            example=listed.example,
            colour=listed.colour,
        )

    def missing_from(self, codes_seen: Iterable[str | None]) -> tuple[str, ...]:
        """Return the codes that were seen in logs and are not listed here, sorted and unique."""
        return tuple(sorted({code for code in codes_seen if code is not None and code not in self._listed}))

    def _fallback(self, status_class: StatusClass, code_present: bool) -> Guidance:
        contradictory = code_present and status_class == "2xx"
        return self._fallbacks["other" if contradictory else status_class, code_present]


@cache
def catalogue() -> Catalogue:
    """Return the catalogue of ``errors.toml``, which is read once. Raises as `read_catalogue` does."""
    return read_catalogue(_CATALOGUE_FILE)


def read_catalogue(path: Path) -> Catalogue:
    """Read a file such as ``errors.toml``. Raises pydantic's ValidationError if it is invalid."""
    return Catalogue(_CatalogueFile.model_validate(tomllib.loads(path.read_text("utf-8"))))


def status_class(status: int | None) -> StatusClass:
    """Return the class of an HTTP status: `2xx`, `4xx`, `5xx` or `other`."""
    classes: dict[int, StatusClass] = {2: "2xx", 4: "4xx", 5: "5xx"}
    return "other" if status is None else classes.get(status // 100, "other")


def _guidance(source: Guidance) -> dict[str, Any]:
    return {name: getattr(source, name) for name in Guidance.model_fields}


def _matching_variant(variants: Iterable[ErrorVariant], message: str | None) -> ErrorVariant | None:
    if message is None:
        return None
    words = _as_plain_words(message)
    return next((each for each in variants if any(pattern.search(words) for pattern in each.matches)), None)


def _as_plain_words(message: str) -> str:
    """Normalise to lower-case words separated by one space, so that JWT_EXPIRED and TokenExpiredError match prose."""
    spaced = _CAMEL_CASE_STEP.sub(" ", message[:_LONGEST_MESSAGE_READ])
    return _NOT_ALPHANUMERIC.sub(" ", spaced.lower()).strip()
