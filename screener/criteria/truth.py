"""What a rule means: the tree compiled once into functions from a patient's facts to yes, no or unknown.

Compiled for one screening date, since every window counts from it. A fact that is not recorded is unknown unless
its definition presumes a value; an unreadable or conflicting one is always unknown. A rule that reads a few
facts of few possible values is compiled into its own truth table, which says the same and is several times quicker.
"""

from __future__ import annotations

from datetime import date
from itertools import product
from math import prod
from typing import Any, Final

from screener.criteria import tests
from screener.criteria.closures import (
    LOOK_UPS,
    Facts,
    OfValue,
    TruthOf,
    all_of,
    any_of,
    at_least_of,
    born_within,
    fresh,
    not_of,
    of_known,
    of_value,
)
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
from screener.dates import Length, PartialDate
from screener.facts.definitions import AGE, FactDefinition, Value, Vocabulary
from screener.facts.values import FactValue
from screener.logic import NO, UNKNOWN, YES, Truth, every

_FEW: Final = 64
_TABLE_FACTS: Final = 3
_TABLE_ROWS: Final = 1024


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
                return all_of([self.rule(part) for part in parts])
            case AnyOf(parts):
                return any_of([self.rule(part) for part in parts])
            case NoneOf(parts):
                return not_of(any_of([self.rule(part) for part in parts]))
            case Not(part):
                return not_of(self.rule(part))
            case AtLeastOf(count, parts):
                return at_least_of(count, [self.rule(part) for part in parts])
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
        return LOOK_UPS[len(names)](names, table, truth)

    def _fact_test(self, test: FactTest) -> TruthOf:
        if test.fact == AGE:
            return self._age(test)
        holds = [self._test(one) for one in test.tests]
        presume = self.vocabulary[test.fact].presume
        # What is compared with another fact cannot be settled by a presumption about this one alone.
        presumed = every(one(presume.value, {}) for one in holds) if presume else UNKNOWN
        if len(test.tests) == 1 and not _compares_facts(test.tests[0]):
            plain = of_known(test.fact, tests.of_one_value(test.tests[0], self.as_of), presumed)
        else:
            plain = of_value(test.fact, holds, presumed)
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
            return born_within(windows[0], self.as_of)
        parts = [born_within(window, self.as_of) for window in windows]
        return all_of(parts)

    def _test(self, test: Test) -> OfValue:
        if isinstance(test, DateTest) and isinstance(test.other, FactReference):
            return _compare_facts(test, test.other)
        holds = tests.of_one_value(test, self.as_of)
        return lambda value, facts: holds(value)


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
