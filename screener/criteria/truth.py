"""What a rule means: the tree compiled once into functions from a patient's facts to yes, no or unknown.

Compiled for one screening date, since every window counts from it. A fact that is not recorded is unknown unless
its definition presumes a value; an unreadable or conflicting one is always unknown. A rule that reads a few
facts of few possible values is compiled into its own truth table, which says the same and is several times quicker.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any, Final

from screener.criteria import tests
from screener.criteria.model import (
    All,
    AnyOf,
    AtLeastOf,
    Condition,
    Criterion,
    DateTest,
    FactReference,
    FactTest,
    NoneOf,
    Not,
    Rule,
    Test,
    fact_tests,
    facts_read,
)
from screener.dates import Length, PartialDate, birth_range, earliest_within, exactly, within
from screener.facts.definitions import AGE, BIRTH_DATE, FactDefinition, Value, Vocabulary
from screener.facts.values import FactValue
from screener.logic import NO, NOT, UNKNOWN, YES, Truth, count_at_least, every

Facts = Mapping[str, FactValue]
TruthOf = Callable[[Facts], Truth]

_FEW: Final = 64
_TABLE_FACTS: Final = 3
_TABLE_ROWS: Final = 1024


def born(facts: Facts, as_of: date) -> PartialDate | None:
    """The days the patient can be born on: from `birth_date`, else from a recorded `age` with its date."""
    birth = facts.get(BIRTH_DATE)
    if birth is not None and birth[1] is not None:
        return birth[1]  # type: ignore[return-value]  # a birth date that can be read is a date
    age = facts.get(AGE)
    if age is None or not isinstance(age.value, int):
        return None
    return _born_with_age(age.value, age.on or exactly(as_of), as_of)


@lru_cache(maxsize=65536)
def _born_with_age(age: int, on: PartialDate, as_of: date) -> PartialDate:
    first, last = birth_range(age, on.first, min(on.last, as_of))
    return PartialDate(f"aged {age} on {on}", first, last)


def fresh(value: FactValue, window: Length, as_of: date) -> Truth:
    """Whether a value was measured within a window: stale is no, an undated or straddling one unknown."""
    return UNKNOWN if value.on is None else within(value.on, earliest_within(window, as_of), date.max)


class Meaning:
    """Compiles rules for one vocabulary and one screening date."""

    def __init__(self, vocabulary: Vocabulary, as_of: date) -> None:
        self.vocabulary = vocabulary
        self.as_of = as_of

    def criterion(self, criterion: Criterion) -> TruthOf:
        """Whether the rule of a criterion holds; unknown where nothing is encoded or the text itself is unclear."""
        if criterion.rule is None:
            return lambda facts: UNKNOWN
        if criterion.unclear is None:
            return self.rule(criterion.rule)
        return self._unclear(criterion.rule, criterion.unclear.when)

    def rule(self, rule: Rule) -> TruthOf:
        """Whether a rule holds."""
        truth = self._walk(rule)
        return self._table_of(truth, rule) or truth

    def _unclear(self, rule: Rule, when: Rule) -> TruthOf:
        holds, unclear = self.rule(rule), self.rule(when)

        def truth(facts: Facts) -> Truth:
            return holds(facts) if unclear(facts) is NO else UNKNOWN

        return self._table_of(truth, rule, when) or truth

    def _walk(self, rule: Rule) -> TruthOf:
        match rule:
            case FactTest():
                return self._fact_test(rule)
            case All(parts):
                return _all([self.rule(part) for part in parts])
            case AnyOf(parts):
                return _any([self.rule(part) for part in parts])
            case NoneOf(parts):
                return _not(_any([self.rule(part) for part in parts]))
            case Not(part):
                return _not(self.rule(part))
            case AtLeastOf(count, parts):
                return _at_least(count, [self.rule(part) for part in parts])
            case Condition(_, inner):
                return self.rule(inner)

    def _table_of(self, truth: TruthOf, *rules: Rule) -> TruthOf | None:
        """A truth table that says what `truth` says, where the rules read a few facts of few values and no date."""
        names = tuple(dict.fromkeys(name for rule in rules for name in facts_read(rule)))
        if len(names) > _TABLE_FACTS or any(test.measured_within for rule in rules for test in fact_tests(rule)):
            return None
        domains = [few_values(self.vocabulary[name]) for name in names]
        presumed = any(self.vocabulary[name].presume for name in names)
        if presumed or not all(domains) or prod(len(values) + 1 for values in domains) > _TABLE_ROWS:
            return None
        table: dict[Any, Truth] = {}
        for values in product(*((*values, None) for values in domains)):
            known = zip(names, values, strict=True)
            facts = {name: FactValue(name, value, None, None) for name, value in known if value is not None}
            table[values if len(values) > 1 else values[0]] = truth(facts)
        return _LOOK_UPS[len(names)](names, table)

    def _fact_test(self, test: FactTest) -> TruthOf:
        if test.fact == AGE:
            return self._age(test)
        holds = [self._test(one) for one in test.tests]
        presume = self.vocabulary[test.fact].presume
        # What is compared with another fact cannot be settled by a presumption about this one alone.
        presumed = every(one(presume.value, {}) for one in holds) if presume else UNKNOWN
        if len(test.tests) == 1 and not _compares_facts(test.tests[0]):
            plain = _of_known(test.fact, tests.of_one_value(test.tests[0], self.as_of), presumed)
        else:
            plain = _of_value(test.fact, holds, presumed)
        return plain if test.measured_within is None else self._fresh(test.fact, plain, test.measured_within, presumed)

    def _fresh(self, name: str, plain: TruthOf, window: Length, presumed: Truth) -> TruthOf:
        as_of = self.as_of

        def truth(facts: Facts) -> Truth:
            value = facts.get(name)
            if value is None:
                return presumed
            return plain(facts) if fresh(value, window, as_of) is YES else UNKNOWN

        return truth

    def _age(self, test: FactTest) -> TruthOf:
        windows = [tests.birth_window(one, self.as_of) for one in test.tests]
        if len(windows) == 1:
            return _born_within(windows[0], self.as_of)
        parts = [_born_within(window, self.as_of) for window in windows]
        return _all(parts)

    def _test(self, test: Test) -> OfValue:
        if isinstance(test, DateTest) and isinstance(test.other, FactReference):
            return _compare_facts(test, test.other)
        holds = tests.of_one_value(test, self.as_of)
        return lambda value, facts: holds(value)


OfValue = Callable[[Value, Facts], Truth]


def few_values(fact: FactDefinition) -> tuple[Value, ...]:
    """Every value a fact can have, where they are few enough for a table; nothing where they are not."""
    if fact.type == "yes_no":
        return (True, False)
    if fact.type == "choice":
        return fact.options
    if fact.type == "integer" and fact.name != AGE and fact.low is not None and fact.high is not None:
        values = range(int(fact.low), int(fact.high) + 1)
        return tuple(values) if len(values) <= _FEW else ()
    return ()


def _compare_facts(test: DateTest, other: FactReference) -> OfValue:
    def truth(value: Value, facts: Facts) -> Truth:
        reference = facts.get(other.fact)
        if reference is None or not isinstance(reference.value, PartialDate) or not isinstance(value, PartialDate):
            return UNKNOWN
        return tests.compare_dates(test.op, value, other, reference.value)

    return truth


def _compares_facts(test: Test) -> bool:
    return isinstance(test, DateTest) and isinstance(test.other, FactReference)


# The functions below run millions of times a minute: short, and what can be looked up once is looked up outside.


def _look_up_one(names: tuple[str, ...], table: dict[Any, Truth]) -> TruthOf:
    (name,) = names
    find = table.get
    missing = table[None]

    def truth(facts: Facts) -> Truth:
        value = facts.get(name)
        return missing if value is None else find(value[1])

    return truth


def _look_up_two(names: tuple[str, ...], table: dict[Any, Truth]) -> TruthOf:
    first, second = names

    def truth(facts: Facts) -> Truth:
        one, two = facts.get(first), facts.get(second)
        return table[one and one[1], two and two[1]]

    return truth


def _look_up_three(names: tuple[str, ...], table: dict[Any, Truth]) -> TruthOf:
    first, second, third = names

    def truth(facts: Facts) -> Truth:
        one, two, three = facts.get(first), facts.get(second), facts.get(third)
        return table[one and one[1], two and two[1], three and three[1]]

    return truth


_LOOK_UPS: Final = {1: _look_up_one, 2: _look_up_two, 3: _look_up_three}


def _of_known(name: str, holds: tests.OfKnown, presumed: Truth) -> TruthOf:
    def truth(facts: Facts) -> Truth:
        value = facts.get(name)
        if value is None:
            return presumed
        known = value[1]
        return UNKNOWN if known is None else holds(known)

    return truth


def _of_value(name: str, holds: list[OfValue], presumed: Truth) -> TruthOf:
    first = holds[0]
    single = len(holds) == 1

    def truth(facts: Facts) -> Truth:
        value = facts.get(name)
        if value is None:
            return presumed
        known = value[1]
        if known is None:
            return UNKNOWN
        return first(known, facts) if single else every([test(known, facts) for test in holds])

    return truth


def _born_within(window: tuple[date, date], as_of: date) -> TruthOf:
    first, last = window

    def truth(facts: Facts) -> Truth:
        birth = born(facts, as_of)
        if birth is None:
            return UNKNOWN
        if first <= birth.first and birth.last <= last:
            return YES
        return NO if birth.last < first or birth.first > last else UNKNOWN

    return truth


def _all(parts: list[TruthOf]) -> TruthOf:
    def truth(facts: Facts) -> Truth:
        result: Truth = YES
        for part in parts:
            one = part(facts)
            if one is NO:
                return NO
            if one is UNKNOWN:
                result = UNKNOWN
        return result

    return truth


def _any(parts: list[TruthOf]) -> TruthOf:
    def truth(facts: Facts) -> Truth:
        result: Truth = NO
        for part in parts:
            one = part(facts)
            if one is YES:
                return YES
            if one is UNKNOWN:
                result = UNKNOWN
        return result

    return truth


def _not(part: TruthOf) -> TruthOf:
    return lambda facts: NOT[part(facts)]


def _at_least(count: int, parts: list[TruthOf]) -> TruthOf:
    return lambda facts: count_at_least(count, (part(facts) for part in parts))
