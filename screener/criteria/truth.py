"""What a rule means: the tree compiled once into functions from a patient's facts to yes, no or unknown.

Compiled for one screening date, since every window counts from it. A fact that is not recorded is unknown unless
its definition presumes a value; an unreadable or conflicting one is always unknown. A rule that reads a single
fact of few possible values is compiled into its own truth table, which says the same and is several times quicker.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Final

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

_TABLE_LIMIT: Final = 64


def born(facts: Facts, as_of: date) -> PartialDate | None:
    """The days the patient can be born on: from `birth_date`, else from a recorded `age` with its date."""
    birth = facts.get(BIRTH_DATE)
    if birth is not None and isinstance(birth.value, PartialDate):
        return birth.value
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
        table = self._table(rule)
        return table if table is not None else self._walk(rule)

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

    def _table(self, rule: Rule) -> TruthOf | None:
        return self._table_of(self._walk(rule), rule)

    def _table_of(self, truth: TruthOf, *rules: Rule) -> TruthOf | None:
        """A truth table that says what `truth` says, where the rules read one fact of few values and no date."""
        names = {name for rule in rules for name in facts_read(rule)}
        if len(names) != 1 or any(test.measured_within for rule in rules for test in fact_tests(rule)):
            return None
        (name,) = names
        values = few_values(self.vocabulary[name])
        if not values:
            return None
        table = {value: truth({name: FactValue(name, value, None, None)}) for value in values}
        return _look_up(name, table, truth({}))

    def _fact_test(self, test: FactTest) -> TruthOf:
        if test.fact == AGE:
            return self._age(test)
        fact = self.vocabulary[test.fact]
        holds = [self._test(one) for one in test.tests]
        presumed = self._presumed(fact, holds)
        plain = _of_value(test.fact, holds, presumed)
        return plain if test.measured_within is None else self._fresh(test.fact, plain, test.measured_within, presumed)

    def _presumed(self, fact: FactDefinition, holds: list[OfValue]) -> Truth:
        if fact.presume is None:
            return UNKNOWN
        # What is compared with another fact cannot be settled by a presumption about this one alone.
        return every(one(fact.presume.value, {}) for one in holds)

    def _fresh(self, name: str, plain: TruthOf, window: Length, presumed: Truth) -> TruthOf:
        as_of = self.as_of

        def truth(facts: Facts) -> Truth:
            value = facts.get(name)
            if value is None:
                return presumed
            return plain(facts) if fresh(value, window, as_of) is YES else UNKNOWN

        return truth

    def _age(self, test: FactTest) -> TruthOf:
        as_of = self.as_of
        windows = [tests.birth_window(one, as_of) for one in test.tests]

        def truth(facts: Facts) -> Truth:
            birth = born(facts, as_of)
            if birth is None:
                return UNKNOWN
            return every(within(birth, first, last) for first, last in windows)

        return truth if len(windows) > 1 else _one_window(windows[0], as_of)

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
        return tuple(values) if len(values) <= _TABLE_LIMIT else ()
    return ()


def _compare_facts(test: DateTest, other: FactReference) -> OfValue:
    def truth(value: Value, facts: Facts) -> Truth:
        reference = facts.get(other.fact)
        if reference is None or not isinstance(reference.value, PartialDate) or not isinstance(value, PartialDate):
            return UNKNOWN
        return tests.compare_dates(test.op, value, other, reference.value)

    return truth


# The functions below run millions of times a minute: short, without attribute look-ups that can be made once.


def _look_up(name: str, table: dict[Value, Truth], missing: Truth) -> TruthOf:
    find: Callable[[Value | None], Truth] = table.get  # type: ignore[assignment]  # no value (None) is not in the table

    def truth(facts: Facts) -> Truth:
        value = facts.get(name)
        return missing if value is None else find(value[1])

    return truth


def _of_value(name: str, holds: list[OfValue], presumed: Truth) -> TruthOf:
    first = holds[0]

    def one(facts: Facts) -> Truth:
        value = facts.get(name)
        if value is None:
            return presumed
        known = value[1]
        return UNKNOWN if known is None else first(known, facts)

    def several(facts: Facts) -> Truth:
        value = facts.get(name)
        if value is None:
            return presumed
        known = value[1]
        return UNKNOWN if known is None else every(test(known, facts) for test in holds)

    return one if len(holds) == 1 else several


def _one_window(window: tuple[date, date], as_of: date) -> TruthOf:
    first, last = window

    def truth(facts: Facts) -> Truth:
        birth = born(facts, as_of)
        return UNKNOWN if birth is None else within(birth, first, last)

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
