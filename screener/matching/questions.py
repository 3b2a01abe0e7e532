"""Questions: the smallest set of facts that could settle a patient in favour of the trial.

For every open criterion the smallest sets of facts are sought whose answers could make it pass; where it can pass no
more, those that could settle it. Of all ways to choose one set a criterion the one with the fewest facts is asked;
among equals, what stands in the record before what a patient or a clinician must be asked. The search rests on the
pattern of what is known, not on the values, so that it is done once for each pattern and remembered.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property, lru_cache
from itertools import combinations, product
from typing import Final

from screener.criteria.closures import Facts, TruthOf, fresh
from screener.criteria.model import Criterion, FactTest, fact_tests, facts_read
from screener.criteria.patterns import Group, Signature, combinations_of, fold, signatures
from screener.criteria.truth import Meaning
from screener.dates import PartialDate
from screener.facts.definitions import AGE, ANSWERED_BY, BIRTH_DATE, Vocabulary
from screener.logic import NO, NOT, UNKNOWN, YES, Truth
from screener.matching.results import Question

_MOST_FACTS: Final = 8
_MOST_CHOICES: Final = 10_000

Ways = tuple[frozenset[str], ...]
"""The smallest sets of facts that could settle a criterion; one of them is enough."""

Asked = dict[int, frozenset[str]]
"""For each test of a criterion, by its place, the facts to ask for where it is open."""


class CriterionQuestions:
    """Finds the ways to settle one criterion."""

    def __init__(self, criterion: Criterion, meaning: Meaning) -> None:
        assert criterion.rule is not None
        self.rule = criterion.rule
        self.unclear = criterion.unclear.when if criterion.unclear else None
        self.split = len(fact_tests(self.rule))
        self.tests = [*fact_tests(self.rule), *(fact_tests(self.unclear) if self.unclear else ())]
        self.truths: list[TruthOf] = [meaning.rule(test) for test in self.tests]
        self.wanted: Truth = criterion.kind == "inclusion"
        self.meaning = meaning
        self.asked = [frozenset({BIRTH_DATE if test.fact == AGE else test.fact}) for test in self.tests]
        self.comparing = tuple(place for place, test in enumerate(self.tests) if len(facts_read(test)) > 1)
        self.as_of = meaning.as_of
        self._found: dict[tuple[Signature, Ways], Ways] = {}

    @cached_property
    def groups(self) -> list[Group]:
        """The ways in which the facts can answer the tests; worked out for the first patient who needs them."""
        return signatures(self.tests, self.meaning.vocabulary, self.meaning.as_of)

    def ways(self, facts: Facts) -> Ways:
        """The ways to settle the criterion for a patient for whom it is open."""
        pattern = tuple([truth(facts) for truth in self.truths])
        compared = tuple([self._compared(self.tests[place], facts) for place in self.comparing])
        found = self._found.get((pattern, compared))
        if found is None:
            asked = dict(enumerate(self.asked)) | dict(zip(self.comparing, compared, strict=True))
            found = self._found[pattern, compared] = self._search(pattern, asked)
        return found

    def _compared(self, test: FactTest, facts: Facts) -> frozenset[str]:
        """Which of the dates that a test compares to ask for: those that are missing, else those that are imprecise."""
        missing, imprecise = set(), set()
        for name in facts_read(test):
            value = facts.get(name)
            window = test.measured_within if name == test.fact else None
            if value is None or value.value is None or (window and fresh(value, window, self.as_of) is not YES):
                missing.add(name)
            elif isinstance(value.value, PartialDate) and not value.value.exact:
                imprecise.add(name)
        return frozenset(missing or imprecise)

    def _search(self, pattern: Signature, asked: Asked) -> Ways:
        unknown = [group for group in self.groups if any(pattern[place] is UNKNOWN for place in group[0])]
        ways = self._reaching(self.wanted, pattern, unknown, asked)
        return ways or self._reaching(NOT[self.wanted], pattern, unknown, asked)

    def _reaching(self, goal: Truth, pattern: Signature, unknown: list[Group], asked_of: Asked) -> Ways:
        if len(unknown) > _MOST_FACTS:
            return (_asked(unknown, pattern, asked_of),)
        found: list[frozenset[str]] = []
        for size in range(1, len(unknown) + 1):
            for groups in combinations(unknown, size):
                asked = _asked(groups, pattern, asked_of)
                if not any(smaller <= asked for smaller in found) and self._can_reach(goal, pattern, groups):
                    found.append(asked)
        return tuple(found)

    def _can_reach(self, goal: Truth, pattern: Signature, answered: Sequence[Group]) -> bool:
        for truths in combinations_of(answered, len(pattern)):
            merged = [known if known is not UNKNOWN else new for known, new in zip(pattern, truths, strict=True)]
            if self._outcome(merged) is goal:
                return True
        return False

    def _outcome(self, truths: list[Truth]) -> Truth:
        if self.unclear is not None and fold(self.unclear, iter(truths[self.split :])) is not NO:
            return UNKNOWN
        return fold(self.rule, iter(truths[: self.split]))


def _asked(groups: Sequence[Group], pattern: Signature, asked: Asked) -> frozenset[str]:
    """The facts to ask for, so that the open tests of some groups can be answered."""
    places = (place for group, _ in groups for place in group if pattern[place] is UNKNOWN)
    return frozenset().union(*(asked[place] for place in places))


class Questions:
    """Chooses the questions of a patient from the ways to settle the open criteria."""

    def __init__(self, criteria: Sequence[Criterion], meaning: Meaning) -> None:
        self.ids = tuple(criterion.id for criterion in criteria)
        self.vocabulary: Vocabulary = meaning.vocabulary
        self.as_of: date = meaning.as_of
        self._seekers = tuple(CriterionQuestions(one, meaning) if one.rule is not None else None for one in criteria)
        self._choose = lru_cache(maxsize=65536)(self._choice)

    def ask(self, facts: Facts, places: Sequence[int]) -> tuple[Question, ...]:
        """The questions for a patient whose criteria at these places are open."""
        ways: list[tuple[int, Ways]] = []
        for place in places:
            seeker = self._seekers[place]
            found = seeker.ways(facts) if seeker is not None else ()
            if found:
                ways.append((place, found))
        return self._choose(tuple(ways))

    def _choice(self, ways: tuple[tuple[int, Ways], ...]) -> tuple[Question, ...]:
        count = 1
        for _, found in ways:
            count *= len(found)
        options = [found if count <= _MOST_CHOICES else found[:1] for _, found in ways]
        best = min(product(*options), key=self._cost, default=())
        criteria: dict[str, list[str]] = {}
        for (place, _), chosen in zip(ways, best, strict=False):
            for name in sorted(chosen, key=self._order):
                criteria.setdefault(name, []).append(self.ids[place])
        return tuple(self._question(name, tuple(ids)) for name, ids in criteria.items())

    def _question(self, name: str, criteria: tuple[str, ...]) -> Question:
        fact = self.vocabulary[name]
        return Question(name, fact.question, fact.answered_by, criteria)

    def _cost(self, chosen: tuple[frozenset[str], ...]) -> tuple[int, int, list[int]]:
        names = set().union(*chosen)
        effort = sum(ANSWERED_BY.index(self.vocabulary[name].answered_by) for name in names)
        return len(names), effort, sorted(self._order(name) for name in names)

    def _order(self, name: str) -> int:
        return list(self.vocabulary.facts).index(name)
