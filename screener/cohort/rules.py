"""The tree of a rule set as outcomes: each node a column, equal nodes the same one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import reduce
from operator import or_

from screener.cohort import outcomes
from screener.cohort.leaves import Leaves
from screener.cohort.outcomes import BIT_OF
from screener.cohort.reading.cells import Context
from screener.criteria.model import (
    All,
    AnyOf,
    AtLeastOf,
    Condition,
    Criterion,
    FactTest,
    NoneOf,
    Not,
    Rule,
    fact_tests,
)


class Compiler:
    """Compiles the criteria of rule sets over one table into columns."""

    def __init__(self, context: Context, leaves: Leaves) -> None:
        self._context = context
        self._leaves = leaves
        self._known: dict[Rule, str] = {}

    def criterion(self, criterion: Criterion, *, stale: bool) -> str | int:
        """The column of a criterion's outcome; a number where it is the same for every patient.

        What only allows something has no outcome that matters, and is 0.
        """
        if criterion.allows is not None:
            return 0
        if stale:
            return BIT_OF["rule_stale"]
        if criterion.rule is None:
            return BIT_OF["not_encoded"]
        holds = self.rule(criterion.rule)
        if criterion.unclear is None:
            return holds
        unclear = self.rule(criterion.unclear.when)
        return self._context.steps.name(f"{criterion.id} clear", outcomes.unless_unclear(holds, unclear))

    def why(self, criterion: Criterion) -> int:
        """Every cause that can leave a criterion with an outcome open, as bits."""
        rules = [criterion.rule] if criterion.rule is not None else []
        unclear = 0
        if criterion.unclear is not None:
            rules.append(criterion.unclear.when)
            unclear = outcomes.UNCLEAR
        return reduce(or_, (self._leaves.why(test) for rule in rules for test in fact_tests(rule)), unclear)

    def rule(self, rule: Rule) -> str:
        """The column of a rule's outcome."""
        found = self._known.get(rule)
        if found is None:
            found = self._known[rule] = self._node(rule)
        return found

    def _node(self, rule: Rule) -> str:
        steps = self._context.steps
        match rule:
            case FactTest():
                return self._leaves.outcome(rule)
            case Condition(_, inner):
                return self.rule(inner)
            case Not(part):
                return steps.name("not", outcomes.not_of(self.rule(part)))
            case All(parts):
                return self._joined("all", parts)
            case AnyOf(parts):
                return self._joined("any", parts)
            case NoneOf(parts):
                return steps.name("none", outcomes.not_of(self._joined("any", parts)))
            case AtLeastOf(count, parts):
                names = [self.rule(part) for part in parts]
                return steps.name("at least", outcomes.at_least_of(count, names))

    def _joined(self, word: str, parts: Collection[Rule]) -> str:
        names = [self.rule(part) for part in parts]
        if len(names) == 1:
            return names[0]
        join = outcomes.all_of if word == "all" else outcomes.any_of
        return self._context.steps.name(word, join(names))


def tests_of(criteria: Iterable[Criterion]) -> list[FactTest]:
    """Every test that criteria make of facts."""
    known = list(criteria)
    some = [one.rule for one in known if one.rule is not None]
    some += [one.unclear.when for one in known if one.unclear is not None]
    return [test for rule in some for test in fact_tests(rule)]
