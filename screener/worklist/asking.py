"""Which missing fact settles most patients: the questions of a cohort, the most useful first."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from screener.criteria.model import RuleSet
    from screener.worklist.cohort_view import Entry


class CohortQuestion(NamedTuple):
    """A fact to find out: `patients` are asked for it, of whom `alone` are settled by it and nothing else."""

    fact: str
    question: str
    answered_by: str
    patients: int
    alone: int


def cohort_questions(entries: Iterable[Entry], rules: RuleSet) -> list[CohortQuestion]:
    """The questions of everybody who needs data; first what settles most patients, then what is asked of most."""
    asked: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    for entry in entries:
        questions = entry.standing.questions
        asked.update(questions)
        if len(questions) == 1:
            alone.update(questions)
    found = [
        CohortQuestion(name, rules.vocabulary[name].question, rules.vocabulary[name].answered_by, count, alone[name])
        for name, count in asked.items()
    ]
    return sorted(found, key=lambda one: (-one.alone, -one.patients, one.fact))
