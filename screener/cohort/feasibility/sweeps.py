"""Limits at other values: which tests have one, which values to try, and the criterion with another limit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from screener.criteria.model import (
    All,
    AnyOf,
    AtLeastOf,
    Condition,
    Criterion,
    FactTest,
    NoneOf,
    Not,
    Number,
    NumberTest,
    Rule,
    RuleSet,
    fact_tests,
)
from screener.criteria.words import test_words, tests_words
from screener.facts.definitions import FactDefinition, Vocabulary

STEPS: Final = 3
_SHARE: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of a criterion: the test that holds it, and the values to try, the one that stands among them."""

    criterion: Criterion
    test: FactTest
    place: int
    values: tuple[Number, ...]

    @property
    def now(self) -> Number:
        """The limit that stands."""
        test = self.test.tests[self.place]
        assert isinstance(test, NumberTest)
        return test.limit

    def words(self, vocabulary: Vocabulary) -> str:
        """The test, as the rules are read aloud."""
        return f"{vocabulary[self.test.fact].label} {tests_words(self.test, vocabulary)}"

    def words_at(self, value: Number, vocabulary: Vocabulary) -> str:
        """The limit at another value, in the words of its test."""
        return test_words(self._test_at(value), vocabulary[self.test.fact], vocabulary)

    def _test_at(self, value: Number) -> NumberTest:
        old = self.test.tests[self.place]
        assert isinstance(old, NumberTest)
        return replace(old, limit=value)

    def at(self, value: Number) -> Criterion:
        """The criterion with this limit at another value."""
        tests = list(self.test.tests)
        tests[self.place] = self._test_at(value)
        assert self.criterion.rule is not None
        changed = _replaced(self.criterion.rule, self.test, replace(self.test, tests=tuple(tests)))
        return replace(self.criterion, rule=changed)


def limits(rules: RuleSet, asked: dict[str, tuple[Number, ...]]) -> list[Limit]:
    """The limits of the rules: each test of a number, at the values that were asked for, or at a few around it."""
    return [limit for criterion in rules.criteria for limit in _limits(criterion, rules.vocabulary, asked)]


def _limits(criterion: Criterion, vocabulary: Vocabulary, asked: dict[str, tuple[Number, ...]]) -> Iterator[Limit]:
    if criterion.rule is None:
        return
    for test in dict.fromkeys(fact_tests(criterion.rule)):
        for place, one in enumerate(test.tests):
            if isinstance(one, NumberTest) and one.op != "equals":
                fact = vocabulary[test.fact]
                values = asked.get(test.fact) or _around(fact, one.limit)
                yield Limit(criterion, test, place, tuple(sorted({*values, one.limit})))


def _around(fact: FactDefinition, limit: Number) -> Sequence[Number]:
    """A few values around a limit, inside the range of its fact: whole steps, or tenths of the limit."""
    exact = Decimal(limit)
    step = Decimal(1) if fact.type == "integer" else abs(exact) * _SHARE or Decimal(1)
    moved = [exact + offset * step for offset in range(-STEPS, STEPS + 1)]
    values: list[Number] = [int(one) if one == int(one) else one for one in moved]
    low, high = fact.low, fact.high
    return [one for one in values if (low is None or one >= low) and (high is None or one <= high)]


def _replaced(rule: Rule, old: FactTest, new: FactTest) -> Rule:
    if rule == old:
        return new
    match rule:
        case FactTest():
            return rule
        case Not(part):
            return replace(rule, part=_replaced(part, old, new))
        case Condition(_, inner):
            return replace(rule, rule=_replaced(inner, old, new))
        case All(parts) | AnyOf(parts) | NoneOf(parts) | AtLeastOf(_, parts):
            return replace(rule, parts=tuple(_replaced(part, old, new) for part in parts))
