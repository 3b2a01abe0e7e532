"""From patterns of outcomes, and how many patients have each, to what every criterion costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from screener.cohort.feasibility.model import Step, Verdicts
from screener.cohort.outcomes import IS_NO, IS_YES, causes_of
from screener.criteria.model import Criterion
from screener.criteria.source import quoted
from screener.matching.results import Effect

Pattern = tuple[int, ...]
"""What each criterion that decides came out as, in the order of the protocol."""


def effect_of(criterion: Criterion, outcome: int) -> Effect:
    """Whether an outcome of a criterion passes, fails, or is open."""
    wanted = IS_YES if criterion.kind == "inclusion" else IS_NO
    if outcome & wanted:
        return "passes"
    return "fails" if outcome & (IS_YES | IS_NO) else "open"


def verdicts(criteria: Sequence[Criterion], patterns: Mapping[Pattern, int], *, without: int | None = None) -> Verdicts:
    """How many patients get which verdict; `without` leaves the criterion at that place out."""
    found: Counter[str] = Counter()
    for pattern, count in patterns.items():
        effects = {
            effect_of(one, outcome)
            for place, (one, outcome) in enumerate(zip(criteria, pattern, strict=True))
            if place != without
        }
        found["not" if "fails" in effects else "needs" if "open" in effects else "eligible"] += count
    return Verdicts(found["eligible"], found["needs"], found["not"])


def steps(criteria: Sequence[Criterion], patterns: Mapping[Pattern, int]) -> tuple[Step, ...]:
    """What each criterion costs, in the order of the protocol."""
    effects = {
        pattern: [effect_of(one, outcome) for one, outcome in zip(criteria, pattern, strict=True)]
        for pattern in patterns
    }
    found, left = [], dict(patterns)
    for place, criterion in enumerate(criteria):
        here: Counter[Effect] = Counter()
        causes: Counter[str] = Counter()
        alone = 0
        for pattern, count in patterns.items():
            effect = effects[pattern][place]
            here[effect] += count
            if effect == "open":
                causes.update(dict.fromkeys(causes_of(pattern[place]), count))
            elif effect == "fails" and effects[pattern].count("fails") == 1:
                alone += count
        excluded = sum(count for pattern, count in left.items() if effects[pattern][place] == "fails")
        left = {pattern: count for pattern, count in left.items() if effects[pattern][place] != "fails"}
        still_open = sum(count for pattern, count in left.items() if "open" in effects[pattern][: place + 1])
        found.append(
            Step(
                criterion.id, criterion.kind, quoted(criterion), excluded, sum(left.values()), still_open,
                here["passes"], here["fails"], here["open"], alone, dict(causes.most_common()),
                verdicts(criteria, patterns, without=place),
            )
        )  # fmt: skip
    return tuple(found)
