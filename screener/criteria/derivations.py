"""How facts are derived from events, as a frozen tree: what the vocabulary says, nothing more.

An event matches where the tests of its fields hold; `take` says which of the matching events count, and `value` what is
read off them. Places in the file (`mark`) do not take part in comparison.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

from screener.criteria.model import (
    BetweenTest,
    ChoiceTest,
    DateTest,
    FactReference,
    HappenedWithin,
    NumberTest,
    Rule,
    YesNoTest,
    facts_read,
)
from screener.facts.definitions import AGE, BIRTH_DATE, EVENT, FactType
from screener.facts.events import EventKind
from screener.facts.value_sets import ValueSet
from screener.findings import Mark

Take = Literal["latest", "earliest", "only", "any", "all", "count", "highest", "lowest"]
DerivedType = FactType | Literal["event"]
Option = str | int | bool
"""A value that a mapping of `value` names: an option, a whole number, or yes and no."""

PICKING: Final[tuple[Take, ...]] = ("latest", "earliest", "only")
"""The takes that settle on one event."""
TAKES: Final[Mapping[DerivedType, tuple[Take, ...]]] = MappingProxyType(
    {
        EVENT: PICKING,
        "yes_no": ("any", "all", *PICKING),
        "choice": ("any", *PICKING),
        "integer": ("count", "highest", "lowest", *PICKING),
        "number": ("highest", "lowest", *PICKING),
        "date": PICKING,
        "set": ("all", *PICKING),
    }
)
"""The takes that go with each type of fact."""


@dataclass(frozen=True, slots=True)
class InValueSet:
    """One of the codes is in the value set."""

    value_set: str


@dataclass(frozen=True, slots=True)
class HasCode:
    """One of the codes is one of these, each a system and a code."""

    codes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SameAs:
    """The field is the same as a fact; what is bilateral is on either side."""

    fact: str


@dataclass(frozen=True, slots=True)
class TimesUpperLimit:
    """The value as a multiple of the record's own upper limit of normal passes all of these tests."""

    tests: tuple[NumberTest | BetweenTest, ...]


FieldCheck = (
    YesNoTest
    | ChoiceTest
    | NumberTest
    | BetweenTest
    | DateTest
    | HappenedWithin
    | InValueSet
    | HasCode
    | SameAs
    | TimesUpperLimit
)


@dataclass(frozen=True, slots=True)
class FieldTest:
    """All the tests hold of one field of an event; the limits of a quantity are in `unit`."""

    name: str
    tests: tuple[FieldCheck, ...]
    unit: str | None = None
    mark: Mark | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class WhereAll:
    """Every part holds of the event."""

    parts: tuple[Where, ...]


@dataclass(frozen=True, slots=True)
class WhereAny:
    """At least one part holds of the event."""

    parts: tuple[Where, ...]


@dataclass(frozen=True, slots=True)
class WhereNone:
    """No part holds of the event."""

    parts: tuple[Where, ...]


@dataclass(frozen=True, slots=True)
class WhereNot:
    """The part does not hold of the event."""

    part: Where


Where = FieldTest | WhereAll | WhereAny | WhereNone | WhereNot


@dataclass(frozen=True, slots=True)
class FieldOf:
    """The value is what the event says in a field."""

    name: str


@dataclass(frozen=True, slots=True)
class ByOption:
    """The value is the first option whose tests hold of the event (of a set: each); `never` ones no record can say."""

    options: tuple[tuple[Option, Where], ...]
    never: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Passes:
    """The value is whether the tests hold of the event."""

    where: Where


ValueOf = FieldOf | ByOption | Passes


@dataclass(frozen=True, slots=True)
class FromEvents:
    """A fact that is read off the events of a kind, or off the one event that another fact is (`event`).

    `take` is none with such an event, `where` where every event of the kind counts, `value` where what counts is
    whether, or how often, events match.
    """

    fact: str
    type: DerivedType
    kind: EventKind
    event: str | None = None
    where: Where | None = None
    take: Take | None = None
    value: ValueOf | None = None
    mark: Mark | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class RuleByOption:
    """The value is the first option whose rule holds (of a set: each); `never` ones other facts cannot say."""

    options: tuple[tuple[Option, Rule], ...]
    never: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class FromFacts:
    """A fact that rests on other facts: whether a rule holds of them, or the option whose rule does."""

    fact: str
    type: DerivedType
    value: Rule | RuleByOption
    mark: Mark | None = field(default=None, compare=False)


Derivation = FromEvents | FromFacts


@dataclass(frozen=True, slots=True)
class Derivations:
    """Every derivation by the name of its fact, each behind those it rests on, and the value sets they speak of."""

    facts: Mapping[str, Derivation] = field(default_factory=lambda: MappingProxyType({}))
    value_sets: Mapping[str, ValueSet] = field(default_factory=lambda: MappingProxyType({}))


def parts_of(where: Where) -> tuple[Where, ...]:
    """The tests directly inside a test of an event."""
    if isinstance(where, FieldTest):
        return ()
    return (where.part,) if isinstance(where, WhereNot) else where.parts


def field_tests(where: Where | None) -> Iterator[FieldTest]:
    """Every test of a field, in reading order."""
    if isinstance(where, FieldTest):
        yield where
    elif where is not None:
        for part in parts_of(where):
            yield from field_tests(part)


def wheres_of(derivation: FromEvents) -> Iterator[Where]:
    """Every test of events that a derivation holds: of those that count, and of what is read off them."""
    if derivation.where is not None:
        yield derivation.where
    match derivation.value:
        case ByOption(options):
            yield from (where for _, where in options)
        case Passes(where):
            yield where


def facts_of(derivation: Derivation) -> tuple[str, ...]:
    """The names of the facts a derivation rests on, each once, in reading order."""
    names: dict[str, None] = {}
    if isinstance(derivation, FromFacts):
        rules = derivation.value.options if isinstance(derivation.value, RuleByOption) else ((True, derivation.value),)
        return tuple(dict.fromkeys(name for _, rule in rules for name in facts_read(rule)))
    if derivation.event is not None:
        names[derivation.event] = None
    for test in (test for where in wheres_of(derivation) for leaf in field_tests(where) for test in leaf.tests):
        match test:
            case SameAs(fact) | DateTest(_, FactReference(fact)):
                names[fact] = None
    return tuple(names)


def definition_of(name: str) -> str:
    """The name under which a fact is defined: of a field of an event that of the event."""
    return name.partition(".")[0]


def kinds_behind(name: str, derivations: Derivations) -> frozenset[EventKind]:
    """The kinds of events that a fact is derived from, itself or through others; none where no record can say it."""
    if name in (BIRTH_DATE, AGE):
        return frozenset({"patient"})
    derivation = derivations.facts.get(definition_of(name))
    if derivation is None:
        return frozenset()
    if isinstance(derivation, FromEvents):
        return frozenset({derivation.kind})
    return frozenset().union(*(kinds_behind(other, derivations) for other in facts_of(derivation)))
