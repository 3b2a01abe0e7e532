"""From what each rule came out as to the verdict of a patient."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from screener.criteria.model import Criterion
from screener.logic import NO, UNKNOWN, YES, Truth
from screener.matching.results import Outcome

_REMEMBERED: Final = 65536


class VerdictOf:
    """Judges the truths of a rule set's criteria, given in the order of the protocol, and remembers what it judged."""

    def __init__(self, criteria: Sequence[Criterion]) -> None:
        # For each criterion that decides: its place, what makes it fail, and whether that can be recovered.
        failing = {"inclusion": NO, "exclusion": YES}
        deciding = ((place, one) for place, one in enumerate(criteria) if one.decides)
        self._rows = tuple((place, failing[one.kind], one.recoverable) for place, one in deciding)
        self._judged: dict[tuple[Truth, ...], Outcome] = {}

    def __call__(self, truths: Iterable[Truth]) -> Outcome:
        """The verdict: any fails, else any open, else eligible. The score is the share that passes, rounded down."""
        known = tuple(truths)
        outcome = self._judged.get(known)
        if outcome is None:
            if len(self._judged) >= _REMEMBERED:
                self._judged.clear()
            outcome = self._judged[known] = self._judge(known)
        return outcome

    def _judge(self, truths: tuple[Truth, ...]) -> Outcome:
        failed = [recoverable for place, failing, recoverable in self._rows if truths[place] is failing]
        still_open = sum(truths[place] is UNKNOWN for place, _, _ in self._rows)
        count = len(self._rows)
        score = (count - len(failed) - still_open) * 100 // count
        if failed:
            return Outcome("not_eligible", all(failed), score, truths)
        return Outcome("needs_information" if still_open else "eligible", None, score, truths)
