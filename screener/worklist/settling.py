"""Which single answer settles a patient: every answer that a fact can have is tried, and the verdict looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from screener.criteria.model import DateTest, FactReference, FactTest, RuleSet, all_rules, fact_tests
from screener.criteria.patterns import representatives
from screener.dates import Length, PartialDate, anniversary, exactly
from screener.facts.definitions import AGE, BIRTH_DATE, Value
from screener.facts.values import FactValue
from screener.matching.evaluate import Evaluator

if TYPE_CHECKING:
    from screener.criteria.closures import Facts

Settles = Literal["always", "if_it_excludes", "never"]
SETTLES: Final[tuple[Settles, ...]] = ("always", "if_it_excludes", "never")
"""What one answer does, the most useful first: whatever it is, only where it is one that excludes, or nothing."""

_NEAR: Final = range(-3, 4)
"""Days that the ends of months can lie apart."""


class SettledBy(NamedTuple):
    """A fact to find out, and what the answer to it alone does for the verdict."""

    fact: str
    settles: Settles


class Settling:
    """Tries answers on patients.

    Args:
        rules: with what is stale held open.
        as_of: the day of the screening; an answer is taken to hold for it.
        stale: the ids of the criteria that are held open.
    """

    def __init__(self, rules: RuleSet, as_of: date, *, stale: Sequence[str] = ()) -> None:
        self._rules = rules
        self._as_of = as_of
        self._evaluator = Evaluator(rules, as_of, stale=stale)

    @cached_property
    def _tests(self) -> list[FactTest]:
        return [test for rule in all_rules(self._rules) for test in fact_tests(rule)]

    def settled_by(self, facts: Facts, asked: Sequence[str]) -> list[SettledBy]:
        """What the answer to each of some facts alone does for a patient, the most useful first."""
        found = [SettledBy(name, self._settles(facts, name)) for name in asked]
        return sorted(found, key=lambda one: SETTLES.index(one.settles))

    def _settles(self, facts: Facts, name: str) -> Settles:
        on = exactly(self._as_of)
        verdicts = {
            self._evaluator.outcome({**facts, name: FactValue(name, value, on, None)}).verdict
            for value in self._values(facts, name)
        }
        if "needs_information" not in verdicts:
            return "always"
        return "if_it_excludes" if "not_eligible" in verdicts else "never"

    def _values(self, facts: Facts, name: str) -> Iterator[Value]:
        """Values of a fact that answer the rules' tests in every way that any of its values can."""
        vocabulary = self._rules.vocabulary
        if name == BIRTH_DATE:
            tests = [test for test in self._tests if test.fact == AGE]
            ages = representatives(vocabulary[AGE], tests, self._as_of)
            yield from (exactly(self._born(age)) for age in ages if isinstance(age, int))
            return
        tests = [test for test in self._tests if test.fact == name]
        yield from representatives(vocabulary[name], tests, self._as_of)
        if vocabulary[name].type == "date":
            yield from map(exactly, self._days_beside(facts, name))

    def _born(self, age: int) -> date:
        return anniversary(self._as_of, Length(-age, "year"))

    def _days_beside(self, facts: Facts, name: str) -> Iterator[date]:
        """Days around those that the rules compare this fact with."""
        for test in self._tests:
            for one in test.tests:
                if not isinstance(one, DateTest) or not isinstance(one.other, FactReference):
                    continue
                pair = {test.fact, one.other.fact}
                for other in pair - {name} if name in pair else ():
                    known, presumed = facts.get(other), self._rules.vocabulary[other].presume
                    when = known.value if known is not None else presumed.value if presumed is not None else None
                    if isinstance(when, PartialDate):
                        yield from _around(when, one.other.later)


def _around(when: PartialDate, later: Length | None) -> Iterator[date]:
    """Days around a date, and around those that lie so much later or earlier."""
    lengths = [Length(0, "day")]
    if later is not None:
        lengths += [later, Length(-later.count, later.unit)]
    for day in (when.first, when.last):
        for length in lengths:
            middle = anniversary(day, length).toordinal()
            days = (middle + near for near in _NEAR)
            yield from (date.fromordinal(one) for one in days if 1 <= one <= date.max.toordinal())
