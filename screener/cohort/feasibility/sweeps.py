"""Limits at other values: which tests have one, which values to try, and the criterion with another limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from screener.errors import UsageError
from screener.facts.definitions import FactDefinition, Vocabulary
from screener.facts.tables.advice import what_to_write
from screener.findings import did_you_mean

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


def check_asked(rules: RuleSet, asked: Mapping[str, tuple[Number, ...]]) -> None:
    """Refuse what would be tried at no limit, or at one that no patient can have.

    Raises:
        UsageError: a fact has no limit in these rules, or a value is none of its fact.
    """
    known = sorted({limit.test.fact for limit in limits(rules, {}) if limit.criterion.decides})
    for name, values in asked.items():
        if name not in known:
            hint = did_you_mean(name, known) or f"Facts with a limit: {', '.join(known)}."
            raise UsageError(f'No criterion of {rules.trial} has a limit on "{name}".', hint=hint)
        fact = rules.vocabulary[name]
        for value in values:
            if not _can_be(fact, value):
                raise UsageError(f'"{name}" is never {value}: {what_to_write(fact)}.', hint="Correct the sweep.")


def _can_be(fact: FactDefinition, value: Number) -> bool:
    if fact.type == "integer" and value != int(value):
        return False
    return (fact.low is None or value >= fact.low) and (fact.high is None or value <= fact.high)


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
