"""Rules as functions of the truths of their tests: which of them can come out together, and what follows.

A test of a fact splits the fact's values into those that hold and those that do not. For each fact the few
distinct ways its values can answer all of a rule's tests (its *signatures*) stand for the whole domain, so that a
rule can be asked of every possible patient.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations, pairwise, product
from typing import Final

from screener.criteria.model import (
    All,
    AnyOf,
    AtLeastOf,
    BetweenTest,
    Condition,
    DateTest,
    FactReference,
    FactTest,
    HappenedWithin,
    NoneOf,
    Not,
    NumberTest,
    Rule,
    SetTest,
    fact_tests,
    parts_of,
)
from screener.criteria.tests import compare_dates, of_one_value
from screener.criteria.truth import few_values
from screener.dates import PartialDate, anniversary, earliest_within, exactly
from screener.facts.definitions import FactDefinition, Value, Vocabulary
from screener.logic import NOT, YES, Truth, count_at_least, every, some

_MANY_OPTIONS: Final = 10

Signature = tuple[Truth, ...]
"""What one possible value answers to each of the tests in question, in their order."""

Group = tuple[tuple[int, ...], set[Signature]]
"""The places of the tests of some facts, and the distinct answers the facts can give to them."""


def fold(rule: Rule, truths: Iterator[Truth]) -> Truth:
    """What a rule comes out as, from the truths of its tests in reading order: the definition of the combinators."""
    match rule:
        case FactTest():
            return next(truths)
        case All(parts):
            return every([fold(part, truths) for part in parts])
        case AnyOf(parts):
            return some([fold(part, truths) for part in parts])
        case NoneOf(parts):
            return NOT[some([fold(part, truths) for part in parts])]
        case Not(part):
            return NOT[fold(part, truths)]
        case AtLeastOf(count, parts):
            return count_at_least(count, [fold(part, truths) for part in parts])
        case Condition(_, inner):
            return fold(inner, truths)


def deciding(rule: Rule, truths: Iterator[Truth]) -> tuple[Truth, list[int]]:
    """What a rule comes out as, and the places of the tests that decide it.

    Of every node those parts decide that came out as the node itself did: of a failed `all` the failed parts, of an
    open one the open parts, of a satisfied one all; of a satisfied `any` the first is enough. So every near miss is
    named, and nothing beside the point.
    """
    return _deciding(rule, truths, iter(range(len(fact_tests(rule)))))


def _deciding(rule: Rule, truths: Iterator[Truth], places: Iterator[int]) -> tuple[Truth, list[int]]:
    if isinstance(rule, FactTest):
        return next(truths), [next(places)]
    parts = [_deciding(part, truths, places) for part in parts_of(rule)]
    outcomes = [truth for truth, _ in parts]
    match rule:
        case All():
            inner = every(outcomes)
        case AnyOf() | NoneOf():
            inner = some(outcomes)
        case AtLeastOf(count):
            inner = count_at_least(count, outcomes)
        case Not() | Condition():
            (inner,) = outcomes
    truth = NOT[inner] if isinstance(rule, Not | NoneOf) else inner
    deciding_parts = [decided for outcome, decided in parts if outcome is inner]
    if isinstance(rule, AnyOf) and inner is YES:
        deciding_parts = deciding_parts[:1]
    return truth, [place for decided in deciding_parts for place in decided]


def signatures(tests: Sequence[FactTest], vocabulary: Vocabulary, as_of: date) -> list[Group]:
    """Every way the values of the facts can answer the tests.

    Returns:
        For each group of facts that tests compare with each other (mostly of one fact): the places of its tests, and
        the distinct answers its values can give to them.
    """
    groups = _groups(tests)
    return [(places, _answers([tests[place] for place in places], vocabulary, as_of)) for places in groups]


def combinations_of(groups: Sequence[tuple[tuple[int, ...], Iterable[Signature]]], count: int) -> Iterator[list[Truth]]:
    """Every combination of the groups' signatures as the truths of `count` tests; what no group holds is unknown."""
    for chosen in product(*(answers for _, answers in groups)):
        truths: list[Truth] = [None] * count
        for (places, _), signature in zip(groups, chosen, strict=True):
            for place, truth in zip(places, signature, strict=True):
                truths[place] = truth
        yield truths


def _groups(tests: Sequence[FactTest]) -> list[tuple[int, ...]]:
    """The places of tests whose facts are compared with each other, directly or through others."""
    groups: list[tuple[set[str], list[int]]] = []
    for place, test in enumerate(tests):
        facts, places = {test.fact, *_references(test)}, [place]
        for group in [group for group in groups if group[0] & facts]:
            groups.remove(group)
            facts |= group[0]
            places = [*group[1], *places]
        groups.append((facts, places))
    return [tuple(sorted(places)) for _, places in groups]


def _references(test: FactTest) -> list[str]:
    others = (one.other for one in test.tests if isinstance(one, DateTest))
    return [other.fact for other in others if isinstance(other, FactReference)]


def _answers(tests: list[FactTest], vocabulary: Vocabulary, as_of: date) -> set[Signature]:
    names = sorted({name for test in tests for name in (test.fact, *_references(test))})
    if len(names) == 1:
        values: list[list[Value]] = [representatives(vocabulary[names[0]], tests, as_of)]
    else:
        days = _days(tests, as_of)
        values = [list(days)] * len(names)
    chosen = (dict(zip(names, one, strict=True)) for one in product(*values))
    return {tuple([_holds(test, known, as_of) for test in tests]) for known in chosen}


def _holds(test: FactTest, values: dict[str, Value], as_of: date) -> Truth:
    answers: list[Truth] = []
    for one in test.tests:
        if isinstance(one, DateTest) and isinstance(one.other, FactReference):
            a, b = values[test.fact], values[one.other.fact]
            assert isinstance(a, PartialDate)
            assert isinstance(b, PartialDate)
            answers.append(compare_dates(one.op, a, one.other, b))
        else:
            answers.append(of_one_value(one, as_of)(values[test.fact]))
    return every(answers)


def representatives(fact: FactDefinition, tests: Sequence[FactTest], as_of: date) -> list[Value]:
    """Values of a fact that answer the tests in every way that any of its values can."""
    few = few_values(fact)
    if few:
        return list(few)
    if fact.type == "set":
        return list(_sets(fact, tests))
    if fact.type == "date":
        return list(_days(tests, as_of))
    return list(_numbers(fact, tests))


def _numbers(fact: FactDefinition, tests: Sequence[FactTest]) -> list[int | Decimal]:
    asked = [one for test in tests for one in test.tests]
    limits = {one.limit for one in asked if isinstance(one, NumberTest)}
    limits |= {end for one in asked if isinstance(one, BetweenTest) for end in (one.low, one.high)}
    ordered = sorted(limits) or [0]
    gaps = [b - a for a, b in pairwise(ordered)]
    step: int | Decimal = 1 if fact.type == "integer" else min([Decimal(1), *(Decimal(gap) / 2 for gap in gaps)])
    near = {limit + offset for limit in ordered for offset in (-step, 0, step)}
    near |= {end for end in (fact.low, fact.high) if end is not None}
    return [
        value for value in near if (fact.low is None or value >= fact.low) and (fact.high is None or value <= fact.high)
    ]


def _sets(fact: FactDefinition, tests: Sequence[FactTest]) -> Iterator[frozenset[str]]:
    named = {option for test in tests for one in test.tests if isinstance(one, SetTest) for option in one.options}
    unnamed = [option for option in fact.options if option not in named][:1]
    options = [*sorted(named), *unnamed]
    most = len(options) if len(options) <= _MANY_OPTIONS else 2
    for size in range(most + 1):
        yield from map(frozenset, combinations(options, size))
    yield frozenset(options)
    yield frozenset(named)


def _days(tests: Sequence[FactTest], as_of: date) -> list[PartialDate]:
    """Days around everything the tests compare with, and two more for comparisons among facts."""
    points: set[date] = {as_of}
    references = [one.other for test in tests for one in test.tests if isinstance(one, DateTest)]
    later = {other.later for other in references if isinstance(other, FactReference) and other.later is not None}
    for one in (one for test in tests for one in test.tests):
        if isinstance(one, HappenedWithin):
            points.add(earliest_within(one.length, as_of))
        elif isinstance(one, DateTest) and isinstance(one.other, PartialDate):
            points |= {one.other.first, one.other.last}
    for length in later:
        points |= {anniversary(point, length) for point in points}
    days = {point.toordinal() + offset for point in points for offset in (-2, -1, 0, 1, 2)}
    return [exactly(date.fromordinal(day)) for day in sorted(days) if 1 <= day <= date.max.toordinal()]
