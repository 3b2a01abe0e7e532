"""The funnel: how many were assessed, what excluded them, who needs data, who was approached, who enrolled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from screener.worklist.outcomes import Outcomes, outcomes

if TYPE_CHECKING:
    from screener.matching.results import PatientResult
    from screener.worklist.cohort_view import CohortView

WITHHELD: Final = "withheld"
"""What stands in the place of a count from which, with others, a small one could be worked out."""


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


def shared(funnel: Funnel, below: int) -> dict[str, Any]:
    """The counts as they may leave the institution: small ones, which can point at somebody, are not told.

    A count from 1 to `below` - 1 is told as under the limit, none as 0. Where just one of several counts that add up
    to a told one would be missing, the smallest of the others is withheld as well; all are where that leaves a small
    one a single value, and so are the counts of the criteria where what they add up to is not told.
    """
    data: dict[str, Any] = funnel._asdict() | {"by_criterion": [one._asdict() for one in funnel.by_criterion]}
    verdicts = ("excluded", "needs_information", "eligible")
    data |= dict(zip(verdicts, _parts([data[name] for name in verdicts], below, of=funnel.assessed), strict=True))
    alone = _parts([one["alone"] for one in data["by_criterion"]], below, of=funnel.excluded)
    for one, told in zip(data["by_criterion"], alone, strict=True):
        one |= {"alone": told, **{name: _told(one[name], below) for name in ("with_others", "unknown")}}
        one |= _not_told_beside(data)
    data |= {name: _told(data[name], below) for name in ("assessed", "approached", "enrolled")}
    data |= {name: _told(data[name], below) for name in ("read_twice", "discordant")}
    hidden = isinstance(data["read_twice"], str) or isinstance(data["discordant"], str)
    return data | {"kappa": None if hidden else funnel.kappa}


def _not_told_beside(data: dict[str, Any]) -> dict[str, str]:
    """The counts of a criterion that are withheld, since one that they add up to is not told."""
    by_verdict = {"excluded": ("alone", "with_others", "unknown"), "needs_information": ("unknown",)}
    return {part: WITHHELD for name, parts in by_verdict.items() if isinstance(data[name], str) for part in parts}


def _told(count: int, below: int) -> int | str:
    return f"<{below}" if 0 < count < below else count


def _parts(counts: Sequence[int], below: int, *, of: int) -> list[int | str]:
    """Counts whose sum can be known where `of` is told; where a small one could be worked out, more are withheld.

    What is done rests only on what is told in the end, so that knowing how it is done tells no more.
    """
    told = [_told(count, below) for count in counts]
    small = [count for count in counts if 0 < count < below]
    even = sum(counts) == below == len(counts)  # where 1 for each would stand alone among what reads the same
    if not small or (not even and 1 < len(small) < sum(small) < len(small) * (below - 1)):
        return told
    rest = sorted((count, place) for place, count in enumerate(counts) if count >= below)
    if len(small) == 1 and len(rest) > 1 and not even:
        (least, place), (next_least, _) = rest[:2]
        both = small[0] + least
        if least < next_least and sum(below <= both - one < next_least for one in range(1, below)) > 1:
            told[place] = WITHHELD
            return told
    return [WITHHELD] * len(counts) if of >= below > 2 else told
