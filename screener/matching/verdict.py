"""From what each rule came out as to the verdict of a patient."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from screener.criteria.model import Criterion
from screener.logic import NO, UNKNOWN, YES, Truth
from screener.matching.results import Outcome


class VerdictOf:
    """Judges the truths of a rule set's criteria, given in the order of the protocol."""

    def __init__(self, criteria: Sequence[Criterion]) -> None:
        # For each criterion what makes it fail, and whether that can be recovered; what is allowed never fails.
        self._failing: tuple[Truth, ...] = tuple(NO if one.kind == "inclusion" else YES for one in criteria)
        self._rows = tuple(
            (place, self._failing[place], one.recoverable) for place, one in enumerate(criteria) if one.decides
        )

    def __call__(self, truths: Iterable[Truth]) -> Outcome:
        """The verdict: any fails, else any open, else eligible. The score is the share that passes, rounded down."""
        known = tuple(truths)
        fails = still_open = 0
        recoverable = True
        for place, failing, can_recover in self._rows:
            truth = known[place]
            if truth is UNKNOWN:
                still_open += 1
            elif truth is failing:
                fails += 1
                recoverable = recoverable and can_recover
        count = len(self._rows)
        score = (count - fails - still_open) * 100 // count
        if fails:
            return Outcome("not_eligible", recoverable, score, known)
        return Outcome("needs_information" if still_open else "eligible", None, score, known)
