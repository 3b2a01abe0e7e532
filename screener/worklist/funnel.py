"""The funnel: how many were assessed, what excluded them, who needs data, who was approached, who enrolled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from screener.worklist.outcomes import Outcomes, outcomes

if TYPE_CHECKING:
    from screener.matching.results import PatientResult
    from screener.worklist.cohort_view import CohortView


class CriterionLoss(NamedTuple):
    """What one criterion does to a cohort: whom it alone excludes, with others, and for whom it is open."""

    id: str
    alone: int
    with_others: int
    unknown: int


class Funnel(NamedTuple):
    """The counts of each step; agreement is Cohen's kappa of first and second readers, none where it is not defined."""

    assessed: int
    excluded: int
    by_criterion: tuple[CriterionLoss, ...]
    needs_information: int
    eligible: int
    approached: int
    enrolled: int
    read_twice: int
    discordant: int
    kappa: float | None


def funnel_of(view: CohortView) -> Funnel:
    """Count a cohort."""
    verdicts = Counter(one.standing.verdict for one in view.entries)
    found = [outcomes(one.standing.results, view.criteria_of(one)) for one in view.entries]
    read = [(one.decided.first, one.decided.second) for one in view.entries]
    pairs = [(first.state, second.state) for first, second in read if first and second]
    return Funnel(
        assessed=len(view.entries),
        excluded=verdicts["not_eligible"],
        by_criterion=losses([one.id for one in view.footing.rules.criteria if one.decides], found),
        needs_information=verdicts["needs_information"],
        eligible=verdicts["eligible"],
        approached=sum(1 for one in view.entries if one.decision is not None and one.decision.attempt_no > 0),
        enrolled=sum(1 for one in view.entries if one.bin == "enrolled"),
        read_twice=len(pairs),
        discordant=sum(one != other for one, other in pairs),
        kappa=kappa(pairs),
    )


def losses(ids: Sequence[str], found: Iterable[Outcomes]) -> tuple[CriterionLoss, ...]:
    """What each criterion does to a cohort, in the order of the protocol."""
    alone: Counter[str] = Counter()
    others: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    for one in found:
        (alone if len(one.failing) == 1 else others).update(one.failing)
        unknown.update(one.unknown)
    return tuple(CriterionLoss(name, alone[name], others[name], unknown[name]) for name in ids)


def losses_of(ids: Sequence[str], results: Iterable[PatientResult]) -> tuple[CriterionLoss, ...]:
    """The same of results that are not remembered."""

    def outcomes_of(result: PatientResult) -> Outcomes:
        by_effect = {
            effect: tuple(one.id for one in result.criteria if one.effect == effect) for effect in ("fails", "open")
        }
        return Outcomes(by_effect["fails"], by_effect["open"], 0)

    return losses(ids, map(outcomes_of, results))


def kappa(pairs: list[tuple[str, str]]) -> float | None:
    """Cohen's kappa (Cohen 1960): the agreement of two readers beyond that of chance; none where chance is all."""
    if not pairs:
        return None
    count = len(pairs)
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    observed = sum(one == other for one, other in pairs) / count
    expected = sum(first[name] * second[name] for name in first) / count**2
    return None if expected == 1 else (observed - expected) / (1 - expected)
