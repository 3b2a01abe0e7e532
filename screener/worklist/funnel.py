"""The funnel: how many were assessed, what excluded them, who needs data, who was approached, who enrolled."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from screener.worklist.log import outcomes

if TYPE_CHECKING:
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
    ids = tuple(one.id for one in view.footing.rules.criteria)
    alone: Counter[str] = Counter()
    others: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()
    for entry in view.entries:
        found = outcomes(entry.standing.results, view.criteria_of(entry))
        verdicts[entry.standing.verdict] += 1
        (alone if len(found.failing) == 1 else others).update(found.failing)
        unknown.update(found.unknown)
    read = [(one.decided.first, one.decided.second) for one in view.entries]
    pairs = [(first.state, second.state) for first, second in read if first and second]
    return Funnel(
        assessed=len(view.entries),
        excluded=verdicts["not_eligible"],
        by_criterion=tuple(CriterionLoss(name, alone[name], others[name], unknown[name]) for name in ids),
        needs_information=verdicts["needs_information"],
        eligible=verdicts["eligible"],
        approached=sum(1 for one in view.entries if one.decision is not None and one.decision.attempt_no > 0),
        enrolled=sum(1 for one in view.entries if one.bin == "enrolled"),
        read_twice=len(pairs),
        discordant=sum(one != other for one, other in pairs),
        kappa=kappa(pairs),
    )


def kappa(pairs: list[tuple[str, str]]) -> float | None:
    """Cohen's kappa (Cohen 1960): the agreement of two readers beyond that of chance; none where chance is all."""
    if not pairs:
        return None
    count = len(pairs)
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    observed = sum(one == other for one, other in pairs) / count
    expected = sum(first[name] * second[name] for name in first) / count**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def shared(value: Any, below: int) -> Any:
    """Counts as they may leave the institution: small ones, which can point at somebody, are not told."""
    if isinstance(value, Funnel):
        data = {name: shared(one, below) for name, one in value._asdict().items()}
        return data | {"kappa": value.kappa if value.read_twice >= below else None}
    if isinstance(value, CriterionLoss):
        return {name: shared(one, below) for name, one in value._asdict().items()}
    if isinstance(value, tuple):
        return [shared(one, below) for one in value]
    return f"<{below}" if isinstance(value, int) and 0 < value < below else value
