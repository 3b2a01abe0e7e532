"""What the matcher says of a patient. Named tuples: they are made by the million."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Generic, Literal, NamedTuple, Protocol, TypeVar

from screener.criteria.model import Criterion, CriterionKind
from screener.facts.definitions import Value
from screener.facts.values import FactValue, State
from screener.logic import NO, UNKNOWN, YES, Truth

Verdict = Literal["eligible", "needs_information", "not_eligible"]
Result = Literal["met", "not met", "applies", "does not apply", "unknown", "allowed"]
Effect = Literal["passes", "fails", "open"]

CAUSES: Final = (
    "not_recorded",
    "stale",
    "imprecise",
    "unreadable",
    "conflicting",
    "interpretation_open",
    "rule_stale",
    "not_encoded",
)
"""Why a value is missing, in the order they are told."""


def cause_of(state: State) -> str:
    """The cause of a fact without a value: records that bear on it and do not say it leave it not recorded."""
    return "not_recorded" if state == "uncertain" else state


RESULTS: Final[dict[CriterionKind, dict[Truth, tuple[Result, Effect]]]] = {
    "inclusion": {YES: ("met", "passes"), NO: ("not met", "fails"), UNKNOWN: ("unknown", "open")},
    "exclusion": {YES: ("applies", "fails"), NO: ("does not apply", "passes"), UNKNOWN: ("unknown", "open")},
}
"""What the answer of a rule means for its criterion."""

ALLOWED: Final[tuple[Result, Effect]] = ("allowed", "passes")


def result_of(criterion: Criterion, truth: Truth) -> tuple[Result, Effect]:
    """The result and effect of a criterion whose rule came out so."""
    return RESULTS[criterion.kind][truth] if criterion.decides else ALLOWED


class CriterionResult(NamedTuple):
    """One criterion of one patient: what came out, why, and the facts it rests on."""

    id: str
    kind: CriterionKind
    result: Result
    effect: Effect
    causes: tuple[str, ...]
    reason: str
    facts: tuple[FactValue, ...]


class Question(NamedTuple):
    """A fact to find out, how to ask for it, who can answer, and the criteria it would settle."""

    fact: str
    question: str
    answered_by: str
    criteria: tuple[str, ...]


class Leaning(NamedTuple):
    """A presumption that results leaned on."""

    fact: str
    value: Value
    because: str
    criteria: tuple[str, ...]


class NoteSaid(NamedTuple):
    """A note whose condition holds for the patient."""

    id: str
    say: str
    cite: str


T = TypeVar("T")
Made = TypeVar("Made", covariant=True)


class Screened(NamedTuple, Generic[T]):
    """Everything the screening says of one patient, criteria in the order of the protocol, each in some form."""

    patient_id: str
    verdict: Verdict
    recoverable: bool | None
    score: int
    criteria: tuple[T, ...]
    questions: tuple[Question, ...]
    presumed: tuple[Leaning, ...]
    notes: tuple[NoteSaid, ...]


PatientResult = Screened[CriterionResult]


class Form(Protocol[Made]):
    """What a criterion's result is made into: what a reader asks for the words of is a `CriterionResult`.

    A writer of millions asks for less, and is spared what it does not write.
    """

    def whole(self, result: CriterionResult) -> Made:
        """The form of one result."""

    def learned(self, specimen: CriterionResult) -> Callable[[tuple[FactValue, ...]], Made]:
        """The form of every result with the same values as a specimen, by the facts it rests on.

        The dates of the specimen's facts, and their sources, are slots: see `screener.matching.slots`.
        """


def in_form(result: PatientResult, form: Form[T]) -> Screened[T]:
    """The result of a patient with each criterion's in a form."""
    criteria = tuple(map(form.whole, result.criteria))
    return Screened(*result[:4], criteria, *result[5:])


class Outcome(NamedTuple):
    """The outcome alone, without a word said: the verdict, and what each rule came out as."""

    verdict: Verdict
    recoverable: bool | None
    score: int
    truths: tuple[Truth, ...]


def rank_key(result: Screened[Any]) -> tuple[int, int, int, str]:
    """The order of a list: verdict, then score, then fewer questions, then patient id."""
    return verdict_order(result.verdict, result.recoverable), -result.score, len(result.questions), result.patient_id


def verdict_order(verdict: Verdict, recoverable: bool | None) -> int:
    """Eligible first, then what needs information, then what can still be recovered, then the rest."""
    if verdict == "not_eligible":
        return 2 if recoverable else 3
    return 0 if verdict == "eligible" else 1
