"""The rules of a trial as a frozen tree: what the file says, nothing more. Both evaluators walk this tree.

Places in the file (`mark`) do not take part in comparison: two rules are equal when they say the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from screener.dates import Length, PartialDate
from screener.facts.definitions import FactDefinition, Value, Vocabulary
from screener.findings import Mark

Number = int | Decimal
NumberOp = Literal["at_least", "at_most", "more_than", "less_than", "equals"]
ChoiceOp = Literal["is", "one_of", "none_of"]
DateOp = Literal["before", "on_or_before", "after", "on_or_after"]
SetOp = Literal["includes_any", "includes_all", "only", "excludes_all"]

SCREENING: Final = "screening"
"""The word for the screening date in a date test."""


@dataclass(frozen=True, slots=True)
class YesNoTest:
    """The fact is recorded as yes, or as no."""

    expected: bool


@dataclass(frozen=True, slots=True)
class ChoiceTest:
    """The fact is one, or none, of these options."""

    op: ChoiceOp
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NumberTest:
    """The fact compares so with the limit."""

    op: NumberOp
    limit: Number


@dataclass(frozen=True, slots=True)
class BetweenTest:
    """The fact lies between two limits, both included."""

    low: Number
    high: Number


@dataclass(frozen=True, slots=True)
class FactReference:
    """The value of another date fact, or the day on which a length of time has passed since it."""

    fact: str
    later: Length | None = None


@dataclass(frozen=True, slots=True)
class DateTest:
    """The date lies so relative to a date, another date fact, or the screening date."""

    op: DateOp
    other: PartialDate | FactReference | Literal["screening"]


@dataclass(frozen=True, slots=True)
class HappenedWithin:
    """The date lies at most this long before the screening date, and not after it; outside is no."""

    length: Length


@dataclass(frozen=True, slots=True)
class SetTest:
    """The set holds any, all, only, or none of these options."""

    op: SetOp
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EmptyTest:
    """The set is empty, or is not."""

    expected: bool


Test = YesNoTest | ChoiceTest | NumberTest | BetweenTest | DateTest | HappenedWithin | SetTest | EmptyTest


@dataclass(frozen=True, slots=True)
class FactTest:
    """All the tests hold of one fact; a value older than `measured_within` is unknown, whatever it says."""

    fact: str
    tests: tuple[Test, ...]
    measured_within: Length | None = None
    mark: Mark | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Rule, ...]
    mark: Mark | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Rule, ...]
    mark: Mark | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class NoneOf:
    """No part holds."""

    parts: tuple[Rule, ...]
    mark: Mark | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Rule
    mark: Mark | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class AtLeastOf:
    """At least `count` of the parts hold."""

    count: int
    parts: tuple[Rule, ...]
    mark: Mark | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Condition:
    """A rule that has a name under `conditions`; it carries the rule, so that a tree is whole in itself."""

    name: str
    rule: Rule
    mark: Mark | None = field(default=None, compare=False)


Rule = FactTest | All | AnyOf | NoneOf | Not | AtLeastOf | Condition


@dataclass(frozen=True, slots=True)
class Unclear:
    """What the protocol's text itself does not settle: where `when` is not settled no, a person must decide."""

    when: Rule
    because: str


@dataclass(frozen=True, slots=True)
class Interpretation:
    """A reading of the text that somebody has confirmed, or that is still open; it never changes a result."""

    note: str
    status: Literal["open", "confirmed"]
    by: str | None = None
    on: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A small patient and the result the criterion must give on that day."""

    name: str
    given: tuple[GivenValue, ...]
    on: date
    expect: str
    mark: Mark = field(compare=False)


@dataclass(frozen=True, slots=True)
class GivenValue:
    """One fact of a case or an example patient, with its date where one is given."""

    fact: str
    value: Value
    on: PartialDate | None = None


CriterionKind = Literal["inclusion", "exclusion"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the protocol: its words, and the rule, or why there is none.

    Of `rule`, `allows` and `not_encoded` exactly one is set.
    """

    id: str
    kind: CriterionKind
    quote: str
    rule: Rule | None = None
    allows: str | None = None
    not_encoded: str | None = None
    unclear: Unclear | None = None
    interpretations: tuple[Interpretation, ...] = ()
    recoverable: bool = False
    cases: tuple[Case, ...] = ()
    mark: Mark | None = field(default=None, compare=False)
    quote_mark: Mark | None = field(default=None, compare=False)

    @property
    def decides(self) -> bool:
        """Whether the criterion takes part in the verdict; what is allowed never does."""
        return self.allows is None


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth saying beside a result; never part of the verdict."""

    id: str
    when: Rule
    say: str
    cite: str


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The encoded rules of one trial, and the vocabulary they speak in."""

    trial: str
    title: str
    author: str
    criteria: tuple[Criterion, ...]
    notes: tuple[Note, ...]
    conditions: tuple[Condition, ...]
    vocabulary: Vocabulary = field(compare=False)
    own_facts: tuple[str, ...] = ()
    section_marks: tuple[tuple[str, Mark], ...] = field(default=(), compare=False)


def parts_of(rule: Rule) -> tuple[Rule, ...]:
    """The rules directly inside a rule."""
    if isinstance(rule, FactTest):
        return ()
    if isinstance(rule, Not):
        return (rule.part,)
    if isinstance(rule, Condition):
        return (rule.rule,)
    return rule.parts


def fact_tests(rule: Rule) -> list[FactTest]:
    """Every test of a fact inside a rule, in reading order."""
    if isinstance(rule, FactTest):
        return [rule]
    return [test for part in parts_of(rule) for test in fact_tests(part)]


def facts_read(rule: Rule) -> tuple[str, ...]:
    """The names of the facts a rule reads, each once, in reading order."""
    names: dict[str, None] = {}
    for leaf in fact_tests(rule):
        names[leaf.fact] = None
        for test in leaf.tests:
            if isinstance(test, DateTest) and isinstance(test.other, FactReference):
                names[test.other.fact] = None
    return tuple(names)


def all_rules(rules: RuleSet) -> list[Rule]:
    """Every rule of a set: of the criteria, of what is unclear about them, of the notes and the conditions."""
    of_criteria = [criterion.rule for criterion in rules.criteria if criterion.rule is not None]
    of_unclear = [criterion.unclear.when for criterion in rules.criteria if criterion.unclear is not None]
    return [*of_criteria, *of_unclear, *(note.when for note in rules.notes), *(one.rule for one in rules.conditions)]


def notes_of(fact: str, rules: RuleSet) -> frozenset[str]:
    """The ids of the notes that a fact has a part in."""
    return frozenset(note.id for note in rules.notes if fact in facts_read(note.when))


def facts_of(rules: RuleSet) -> list[FactDefinition]:
    """The definitions of the facts a set reads, in the order in which it reads them."""
    names = dict.fromkeys(name for rule in all_rules(rules) for name in facts_read(rule))
    return [rules.vocabulary[name] for name in names]
