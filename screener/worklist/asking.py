"""What to ask: which missing fact settles most patients of a cohort, and which single one settles this patient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from screener.worklist.evidence import facts_of_entries
from screener.worklist.settling import SettledBy, Settling

if TYPE_CHECKING:
    from screener.criteria.closures import Facts
    from screener.store.memory import Memory
    from screener.worklist.cohort_view import CohortView, Entry


class CohortQuestion(NamedTuple):
    """A fact to find out: `patients` are asked for it, of whom the answer settles `alone`, whatever it is."""

    fact: str
    question: str
    answered_by: str
    patients: int
    alone: int


class Asking:
    """What answers would do, as of the day of each patient's result."""

    def __init__(self, memory: Memory, view: CohortView) -> None:
        self._memory = memory
        self._view = view
        self._settling = cache(self._made)

    def settled_by(self, entry: Entry, facts: Facts) -> list[SettledBy]:
        """What the answer to each question of a patient does alone, the most useful first."""
        one = entry.standing
        return self._settling(one.basis_id, one.as_of).settled_by(facts, one.questions)

    def of_cohort(self, entries: Iterable[Entry]) -> list[CohortQuestion]:
        """The questions of everybody who needs data; first what settles most patients, then what is asked of most."""
        wanted = [one for one in entries if one.standing.questions]
        asked = Counter(name for one in wanted for name in one.standing.questions)
        # Where more than one fact is to be found out, none of them alone can settle a patient whatever it is.
        single = [one for one in wanted if len(one.standing.questions) == 1]
        alone: Counter[str] = Counter()
        for entry, facts in facts_of_entries(self._memory, self._view, single):
            alone.update(by.fact for by in self.settled_by(entry, facts) if by.settles == "always")
        found = [self._question(name, count, alone[name]) for name, count in asked.items()]
        return sorted(found, key=lambda one: (-one.alone, -one.patients, one.fact))

    def _question(self, name: str, patients: int, alone: int) -> CohortQuestion:
        fact = next(
            footing.rules.vocabulary[name]
            for footing in (self._view.footing, *self._view.footings.values())
            if name in footing.rules.vocabulary
        )
        return CohortQuestion(name, fact.question, fact.answered_by, patients, alone)

    def _made(self, basis: int, as_of: str) -> Settling:
        footing = self._view.footings[basis]
        return Settling(footing.rules, date.fromisoformat(as_of), stale=footing.stale)
