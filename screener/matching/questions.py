"""Questions: the smallest set of facts that could settle a patient in favour of the trial.

For every open criterion the smallest sets of facts are sought whose answers could make it pass; where it can pass no
more, those that could settle it. Of all ways to choose one set a criterion the one with the fewest facts is asked;
among equals, what stands in the record before what a patient or a clinician must be asked. The search rests on the
pattern of what is known, not on the values, so that it is done once for each pattern and remembered. Criteria that read
the same facts are settled together, because one answer can serve one and spoil the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import combinations, product
from typing import Final, NamedTuple

from screener.criteria.closures import Facts, TruthOf, fresh
from screener.criteria.model import Criterion, FactTest, Rule, fact_tests, facts_read
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


class _Part(NamedTuple):
    """One criterion of those that are settled together: where its tests stand among all of them."""

    rule: Rule
    unclear: Rule | None
    wanted: Truth
    start: int
    split: int
    end: int

    def outcome(self, truths: Sequence[Truth]) -> Truth:
        """What the criterion comes out as when its tests come out so."""
        if self.unclear is not None and fold(self.unclear, iter(truths[self.split : self.end])) is not NO:
            return UNKNOWN
        return fold(self.rule, iter(truths[self.start : self.split]))


class Settling:
    """Finds the ways to settle one criterion, or several that read the same facts: one answer must serve them all."""

    def __init__(self, criteria: Sequence[Criterion], meaning: Meaning) -> None:
        self.tests: list[FactTest] = []
        self.parts = tuple(self._part(criterion) for criterion in criteria)
        self.truths: list[TruthOf] = [meaning.rule(test) for test in self.tests]
        self.meaning = meaning
        self.asked = [frozenset({BIRTH_DATE if test.fact == AGE else test.fact}) for test in self.tests]
        self.comparing = tuple(place for place, test in enumerate(self.tests) if len(facts_read(test)) > 1)
        self.as_of = meaning.as_of
        self._found: dict[tuple[Signature, Ways], Ways] = {}

    def _part(self, criterion: Criterion) -> _Part:
        assert criterion.rule is not None
        unclear = criterion.unclear.when if criterion.unclear else None
        start = len(self.tests)
        self.tests += fact_tests(criterion.rule)
        split = len(self.tests)
        self.tests += fact_tests(unclear) if unclear else ()
        return _Part(criterion.rule, unclear, criterion.kind == "inclusion", start, split, len(self.tests))

    @cached_property
    def groups(self) -> list[Group]:
        """The ways in which the facts can answer the tests; worked out for the first patient who needs them."""
        return signatures(self.tests, self.meaning.vocabulary, self.meaning.as_of)

    def ways(self, facts: Facts) -> Ways:
        """The ways to settle the criteria for a patient for whom they are open; none where none settles them all."""
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

    def _search(self, pattern: Signature, asked_of: Asked) -> Ways:
        unknown = [group for group in self.groups if any(pattern[place] is UNKNOWN for place in group[0])]
        if len(unknown) > _MOST_FACTS:
            return (_asked(unknown, pattern, asked_of),) if len(self.parts) == 1 else ()
        goals = [(part, goal) for part in self.parts if (goal := self._goal(part, pattern, unknown)) is not UNKNOWN]
        found: list[frozenset[str]] = []
        for size in range(1, len(unknown) + 1 if goals else 1):
            for groups in combinations(unknown, size):
                asked = _asked(groups, pattern, asked_of)
                if not any(smaller <= asked for smaller in found) and _can_reach(goals, pattern, groups):
                    found.append(asked)
        return tuple(found)

    def _goal(self, part: _Part, pattern: Signature, unknown: list[Group]) -> Truth:
        """What is sought for a criterion: that it passes, else that it fails; unknown where no answer settles it."""
        for goal in (part.wanted, NOT[part.wanted]):
            if _can_reach([(part, goal)], pattern, unknown):
                return goal
        return UNKNOWN


def _can_reach(goals: Sequence[tuple[_Part, Truth]], pattern: Signature, answered: Sequence[Group]) -> bool:
    """Whether answers to some groups bring every criterion to its goal at once."""
    for truths in combinations_of(answered, len(pattern)):
        merged = [known if known is not UNKNOWN else new for known, new in zip(pattern, truths, strict=True)]
        if all(part.outcome(merged) is goal for part, goal in goals):
            return True
    return False


def _asked(groups: Sequence[Group], pattern: Signature, asked: Asked) -> frozenset[str]:
    """The facts to ask for, so that the open tests of some groups can be answered."""
    places = (place for group, _ in groups for place in group if pattern[place] is UNKNOWN)
    return frozenset().union(*(asked[place] for place in places))


class Questions:
    """Chooses the questions of a patient from the ways to settle the open criteria."""

    def __init__(self, criteria: Sequence[Criterion], meaning: Meaning) -> None:
        self.criteria = tuple(criteria)
        self.meaning = meaning
        self.vocabulary: Vocabulary = meaning.vocabulary
        self._reads = tuple(_facts_asked(one) for one in criteria)
        self._bound = _bound_together(self._reads)
        self._settling: dict[tuple[int, ...], Settling] = {}
        self._grouped = lru_cache(maxsize=4096)(self._groups)
        self._choose = lru_cache(maxsize=65536)(self._choice)

    def ask(self, facts: Facts, places: Sequence[int]) -> tuple[Question, ...]:
        """The questions for a patient whose criteria at these places are open."""
        ways: list[tuple[tuple[int, ...], Ways]] = []
        for group in self._grouped(tuple(places)):
            together = self._ways(facts, group)
            if together or len(group) == 1:
                ways.append((group, together))
            else:  # no answer serves them all: each for itself
                ways += [((place,), self._ways(facts, (place,))) for place in group]
        return self._choose(tuple([found for found in ways if found[1]]))

    def _groups(self, places: tuple[int, ...]) -> list[tuple[int, ...]]:
        """Open criteria that can be asked about, those together that read the same facts."""
        together: dict[int, list[int]] = {}
        for place in places:
            if self._reads[place]:
                together.setdefault(self._bound[place], []).append(place)
        return [tuple(group) for group in together.values()]

    def _ways(self, facts: Facts, places: tuple[int, ...]) -> Ways:
        settling = self._settling.get(places)
        if settling is None:
            criteria = [self.criteria[place] for place in places]
            settling = self._settling[places] = Settling(criteria, self.meaning)
        return settling.ways(facts)

    def _choice(self, ways: tuple[tuple[tuple[int, ...], Ways], ...]) -> tuple[Question, ...]:
        count = 1
        for _, found in ways:
            count *= len(found)
        options = [found if count <= _MOST_CHOICES else found[:1] for _, found in ways]
        best = min(product(*options), key=self._cost, default=())
        criteria: dict[str, list[str]] = {}
        for (places, _), chosen in zip(ways, best, strict=False):
            for name in sorted(chosen, key=self._order):
                criteria.setdefault(name, []).extend(
                    self.criteria[place].id for place in places if name in self._reads[place]
                )
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


def _facts_asked(criterion: Criterion) -> frozenset[str]:
    """The facts that can be asked for a criterion; of the age the date of birth."""
    if criterion.rule is None:
        return frozenset()
    rules = [criterion.rule, *([criterion.unclear.when] if criterion.unclear else [])]
    return frozenset(BIRTH_DATE if name == AGE else name for rule in rules for name in facts_read(rule))


def _bound_together(reads: Sequence[frozenset[str]]) -> tuple[int, ...]:
    """For each criterion the first one that it is bound to by facts they read, itself or through others."""
    bound = list(range(len(reads)))
    for later, names in enumerate(reads):
        for earlier in range(later):
            if names & reads[earlier]:
                old, new = bound[later], bound[earlier]
                bound = [min(old, new) if one in (old, new) else one for one in bound]
    return tuple(bound)
