"""Score diagnoses against labels: which match, which are false, which labels are missed.

A diagnosis matches a label of the same case, the same customer and, if both name one, the same environment. For an
empty website, the websites must match too, if both name one. For a scanner, the client must match instead of the
customer. A label whose customer is not in the logs (not traceable) also matches by its key or its client, and is not
counted if missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Record = Mapping[str, Any]
SCANNER = "scanner"


@dataclass(frozen=True)
class Label:
    """A planted mistake. A ``status`` of None is not scored."""

    case: str
    variation: str
    environment: str | None
    customer_id: str | None
    key_fingerprint: str | None
    website_id: str | None
    client_ip: str | None
    status: str | None
    traceable: bool = True

    def matches(self, diagnosis: Record) -> bool:
        """Return whether a diagnosis matches this label."""
        if diagnosis["case"] != self.case or not _agree(self.environment, diagnosis.get("environment")):
            return False
        if self.case == SCANNER:
            return _equal(self.client_ip, diagnosis.get("client_ip"))
        if self.case == "empty_website" and not _agree(self.website_id, diagnosis.get("website_id")):
            return False
        if _equal(self.customer_id, diagnosis.get("customer_id")):
            return True
        return not self.traceable and diagnosis.get("customer_id") is None and self._same_caller(diagnosis)

    def _same_caller(self, diagnosis: Record) -> bool:
        return _equal(self.key_fingerprint, diagnosis.get("key_fingerprint")) or _equal(
            self.client_ip, diagnosis.get("client_ip")
        )


def _agree(first: object, second: object) -> bool:
    return first is None or second is None or first == second


def _equal(first: object, second: object) -> bool:
    return first is not None and first == second


@dataclass(frozen=True)
class World:
    """A world's truth: its labels, its healthy customers, and notes on customers that only look unhealthy."""

    labels: tuple[Label, ...]
    healthy: frozenset[str]
    notes: Mapping[str, str]


def world_of(truth: Record) -> World:
    """Read the truth from a ``truth.json`` of our own simulator, or of another with the same names."""
    healthy = [entry if isinstance(entry, Mapping) else {"customer_id": entry} for entry in truth["healthy"]]
    notes = {str(entry["customer_id"]): str(entry["note"]) for entry in healthy if entry.get("note")}
    notes |= truth.get("lookalikes") or {}
    return World(
        tuple(_label(label) for label in truth["labels"]),
        frozenset(str(entry["customer_id"]) for entry in healthy),
        notes,
    )


def _label(label: Record) -> Label:
    traceable = label.get("traceable", True)
    if "traceable_by" in label:
        traceable = bool(label["traceable_by"])
    names: dict[str, str | None] = {
        name: label.get(name) for name in ("environment", "customer_id", "key_fingerprint", "website_id", "client_ip")
    }
    return Label(
        case=label["case"],
        variation=label.get("variation") or "",
        status=label.get("status"),
        traceable=traceable or label["case"] == SCANNER,
        **names,
    )


@dataclass
class CaseScore:
    """The counts of a case, with precision, recall and F1."""

    planted: int = 0
    found: int = 0
    false: int = 0
    status_right: int = 0
    status_scored: int = 0

    @property
    def missed(self) -> int:
        """The number of planted labels that were not found."""
        return self.planted - self.found

    @property
    def precision(self) -> float | None:
        """The share of diagnoses that are true; None without a diagnosis."""
        return self.found / (self.found + self.false) if self.found + self.false else None

    @property
    def recall(self) -> float | None:
        """The share of planted labels that were found; None if nothing was planted."""
        return self.found / self.planted if self.planted else None

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.found / (2 * self.found + self.false + self.missed) if self.found else 0.0

    def add(self, other: CaseScore) -> None:
        """Add another world's counts."""
        self.planted += other.planted
        self.found += other.found
        self.false += other.false
        self.status_right += other.status_right
        self.status_scored += other.status_scored


@dataclass
class Score:
    """The score of one or more worlds' diagnoses."""

    cases: dict[str, CaseScore] = field(default_factory=dict)
    healthy: int = 0
    blamed: int = 0
    missed: list[Label] = field(default_factory=list)
    false: list[tuple[Record, str]] = field(default_factory=list)
    wrong_status: list[tuple[Label, Record]] = field(default_factory=list)

    def case(self, name: str) -> CaseScore:
        """Return the counts of a case."""
        return self.cases.setdefault(name, CaseScore())

    @property
    def macro_f1(self) -> float:
        """The mean F1 over the cases that were planted or diagnosed; 1 if there are none."""
        scored = [case.f1 for case in self.cases.values() if case.planted or case.found or case.false]
        return sum(scored) / len(scored) if scored else 1.0

    @property
    def total(self) -> CaseScore:
        """The counts of all cases together."""
        total = CaseScore()
        for case in self.cases.values():
            total.add(case)
        return total

    def add(self, other: Score) -> None:
        """Add another world's score."""
        for name, case in other.cases.items():
            self.case(name).add(case)
        self.healthy += other.healthy
        self.blamed += other.blamed
        self.missed += other.missed
        self.false += other.false
        self.wrong_status += other.wrong_status


def score(world: World, diagnoses: Iterable[Record]) -> Score:
    """Score one world's diagnoses."""
    diagnoses = list(diagnoses)
    result = Score(healthy=len(world.healthy))
    result.blamed = len(world.healthy & {diagnosis.get("customer_id") for diagnosis in diagnoses})
    for label in world.labels:
        _score_label(result, label, [diagnosis for diagnosis in diagnoses if label.matches(diagnosis)])
    for diagnosis in diagnoses:
        if not any(label.matches(diagnosis) for label in world.labels):
            result.case(diagnosis["case"]).false += 1
            result.false.append((diagnosis, _why_false(world, diagnosis.get("customer_id"))))
    return result


def _score_label(result: Score, label: Label, matching: list[Record]) -> None:
    case = result.case(label.case)
    if not matching and not label.traceable:
        return
    case.planted += 1
    if not matching:
        result.missed.append(label)
        return
    case.found += 1
    if label.status is None:
        return
    nearest = max(matching, key=lambda diagnosis: _nearness(label, diagnosis))
    case.status_scored += 1
    if nearest.get("status") == label.status:
        case.status_right += 1
    else:
        result.wrong_status.append((label, nearest))


def _nearness(label: Label, diagnosis: Record) -> tuple[bool, int]:
    """Return a sort key for several diagnoses of a label: its own key first, then the most failing requests."""
    return _equal(label.key_fingerprint, diagnosis.get("key_fingerprint")), diagnosis.get("failing_requests") or 0


def _why_false(world: World, customer: str | None) -> str:
    """Explain a false diagnosis by what the truth says about the customer."""
    if customer is None:
        return "no customer"
    if customer in world.notes:
        return world.notes[customer]
    if customer in world.healthy:
        return "healthy"
    own = [f"{label.case} ({label.variation})" for label in world.labels if label.customer_id == customer]
    return f"has {' and '.join(own)}" if own else "unknown to the truth"
