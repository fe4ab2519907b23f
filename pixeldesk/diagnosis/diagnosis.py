"""Define a diagnosis: which mistake makes one caller's requests fail, and the evidence for and against it."""

from itertools import chain
from typing import Literal

from pydantic import Field, computed_field

from pixeldesk.diagnosis.case_file import case
from pixeldesk.frozen_model import FrozenModel, Moment

Status = Literal["active", "recovered"]
RetryFault = Literal["retries_refused", "ignores_retry_after", "no_backoff", "no_jitter"]


class Sentence(FrozenModel):
    """A sentence of evidence for people, and the requests that show it."""

    text: str
    """One plain sentence with its full stop. It may contain log text."""
    request_ids: tuple[str, ...] = ()
    """The ids of requests that show it, at most four."""
    weight: float = Field(default=0.0, ge=0, le=1)
    """How much it weighs for or against the diagnosis: from 0 (information only) to 1 (proof)."""

    def cited(self) -> str:
        """Return the sentence with its request ids in brackets at the end."""
        return f"{self.text.removesuffix('.')} ({', '.join(self.request_ids)})." if self.request_ids else self.text


class RetryFinding(FrozenModel):
    """A fault in how a caller retries, and a request that shows it."""

    fault: RetryFault
    """`retries_refused`: refusals are retried unchanged. `ignores_retry_after`: retries come before Retry-After has
    passed. `no_backoff`: waits do not grow. `no_jitter`: waits are all alike."""
    sentence: Sentence
    """The fault in words, with numbers."""


class RetryHygiene(FrozenModel):
    """How well the programs of one customer, or of all callers without one, retry failed requests."""

    failed_requests: int
    """Failed requests, retries included."""
    failed_operations: int
    """Failed requests without retries: the same client, method, path and key soon after a failure is a retry."""
    retries: int
    """Retries among the failed requests."""
    findings: tuple[RetryFinding, ...] = ()
    """What is wrong with the retries; empty if nothing is."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def faults(self) -> list[RetryFault]:
        """The faults of `findings`."""
        return [finding.fault for finding in self.findings]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def sentences(self) -> list[str]:
        """The sentences of `findings`, each with its request ids in brackets."""
        return [finding.sentence.cited() for finding in self.findings]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def request_ids(self) -> list[str]:
        """The request ids of `findings`."""
        return list(chain.from_iterable(finding.sentence.request_ids for finding in self.findings))


class Diagnosis(FrozenModel):
    """A mistake that makes one caller's requests fail, and how sure we are of it."""

    id: str
    """12 hex digits, the same in every run for the same `subject`."""
    case: str
    """The name of the case: of a file in pixeldesk/diagnosis/cases/."""
    title: str
    """The mistake in a few words."""
    subject: str
    """What `id` is made from: the case and the caller. It contains log text."""
    environment: str | None
    """The environment that the failing requests called."""
    customer_id: str | None
    """The customer, also of requests that name none, if the logs allow it; null for a scanner."""
    key_fingerprint: str | None
    """The fingerprint of the key that failed most."""
    key_prefix: str | None
    """The first characters of that key, at most twelve."""
    website_id: str | None
    """The website, if all failing requests ask for the same."""
    client_ip: str | None
    """The client address that failed most."""
    user_agent: str | None
    """The program that failed most."""
    route: str | None
    """The route that failed most, as its template."""
    status: Status
    """`recovered` if the mistake has stopped and the same customer has since succeeded at the same thing."""
    confidence: float = Field(ge=0, le=1)
    """The confidence, from 0 to 0.99."""
    first_seen: Moment
    """The time of the first failing request."""
    last_seen: Moment
    """The time of the last failing request."""
    failing_requests: int
    """How many requests failed by this mistake."""
    evidence_for: tuple[Sentence, ...]
    """What speaks for the diagnosis."""
    evidence_against: tuple[Sentence, ...]
    """What speaks against it."""
    recovery: Sentence | None
    """Why the mistake is over; null if it is active, or if its case says so in `evidence_for`."""
    retries: RetryHygiene | None
    """How the customer's failed requests are retried; null if no failure with a code of a case was logged."""
    fix: str
    """What support can do, or advise."""
    reply: str
    """A mail to the customer, plain text; for a scanner, a note to colleagues."""
    reply_section: str
    """The part of that mail about this diagnosis, for a mail about several."""
    explains: tuple[str, ...] = ()
    """The ids of the requests that were asked about and that this diagnosis explains."""

    @property
    def is_for_customer(self) -> bool:
        """Whether its reply is for a customer: that of a scanner is a note to colleagues."""
        return case(self.case).per != "client"

    @computed_field  # type: ignore[prop-decorator]
    @property
    def evidence(self) -> list[str]:
        """The ids of all requests that the sentences cite."""
        sentences = chain(self.evidence_for, self.evidence_against, [self.recovery] if self.recovery else [])
        return list(dict.fromkeys(chain.from_iterable(sentence.request_ids for sentence in sentences)))

    @computed_field(alias="for")  # type: ignore[prop-decorator]
    @property
    def for_(self) -> list[str]:
        """The sentences of `evidence_for`, each with its request ids in brackets."""
        return [sentence.cited() for sentence in self.evidence_for]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def against(self) -> list[str]:
        """The sentences of `evidence_against`, each with its request ids in brackets."""
        return [sentence.cited() for sentence in self.evidence_against]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def since(self) -> str | None:
        """The sentence of `recovery` with its request ids in brackets, or null."""
        return self.recovery.cited() if self.recovery else None
