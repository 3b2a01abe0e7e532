"""Tests of one field of an event, compiled into functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from screener.criteria import tests
from screener.criteria.closures import Facts
from screener.criteria.derivations import FieldCheck, FieldTest, HasCode, InValueSet, SameAs, TimesUpperLimit
from screener.criteria.model import DateOp, DateTest, FactReference
from screener.dates import PartialDate
from screener.deriving.answers import Answer, Doubt, Matches, all_of, answer, doubt_of
from screener.deriving.numbers import in_unit, number_of
from screener.facts.events import OTHER_FORM, Event, EventField, Quantity
from screener.facts.units import NotComparable, UnknownUnit, times_upper_limit
from screener.facts.value_sets import ValueSet
from screener.logic import every

OfValue = Callable[[Any, Facts], Answer]
"""What a test says of the value of a field, which has the type its test is for: the reader sees to that."""

ON: Final = "on"
_UPPER_LIMIT: Final = "upper_limit"
_BILATERAL: Final = "bilateral"


class Setting(NamedTuple):
    """What tests are compiled with: the value sets, the screening date, and the answer to codes of other systems."""

    value_sets: Mapping[str, ValueSet]
    as_of: date
    foreign: Answer


def date_of(event: Event) -> EventField | None:
    """The date of an event as a field of it, which is the one called `on`; none where nothing is recorded."""
    return event.fields.get(ON) if event.on is None else EventField(event.on, event.on.text)


def field_test(test: FieldTest, setting: Setting) -> Matches:
    """Whether the tests of a field hold of an event."""
    checks = [_check(test, one, setting) for one in test.tests]
    return checks[0] if len(checks) == 1 else all_of(checks)


def _check(test: FieldTest, check: FieldCheck, setting: Setting) -> Matches:
    match check:
        case TimesUpperLimit():
            return _times_upper_limit(test.name, check, setting.as_of)
        case InValueSet(name):
            return _in_value_set(test.name, setting.value_sets[name], setting.foreign)
        case HasCode(codes):
            return _in_value_set(test.name, ValueSet.of("", *codes), setting.foreign)
    return _of_field(test.name, _of_value(test, check, setting))


def _of_field(name: str, holds: OfValue) -> Matches:
    other = OTHER_FORM.get(name)

    def matches(event: Event, facts: Facts) -> Answer:
        said = event.fields.get(name)
        if said is None:
            return _unsaid(event, other)
        return holds(said[0], facts) if said[0] is not None else doubt_in(said)

    def on_matches(event: Event, facts: Facts) -> Answer:
        if event.on is not None:
            return holds(event.on, facts)
        said = event.fields.get(ON)
        return "uncertain" if said is None else doubt_in(said)

    return on_matches if name == ON else matches


def _unsaid(event: Event, other: str | None) -> Answer:
    """What a test of a field that is not recorded says: no where the record says it in its other form, else a doubt."""
    return False if other is not None and other in event.fields else "uncertain"


def doubt_in(said: EventField) -> Doubt:
    """Why a field that is recorded has no value."""
    return "conflicting" if said.state == "conflicting" else "unreadable"


def _of_value(test: FieldTest, check: FieldCheck, setting: Setting) -> OfValue:
    match check:
        case SameAs(fact):
            return lambda value, facts: _same(value, fact, facts)
        case DateTest(op, FactReference() as other):
            return _compare_dates(op, other)
    assert not isinstance(check, TimesUpperLimit | InValueSet | HasCode)  # they have functions of their own
    holds = tests.of_one_value(check, setting.as_of)
    if test.unit is not None:
        return _of_quantity(holds, test.unit)
    return lambda value, facts: answer(holds(value))


def _in_value_set(name: str, value_set: ValueSet, foreign: Answer) -> Matches:
    """As `ValueSet.holds` has it; written out, because it is asked of nearly every event."""
    codes, systems = value_set.codes, value_set.systems
    other = OTHER_FORM.get(name)

    def matches(event: Event, _: Facts) -> Answer:
        said = event.fields.get(name)
        if said is None:
            return _unsaid(event, other)
        recorded: Any = said[0]
        if recorded is None:
            return doubt_in(said)
        for code in recorded:
            if code[:2] in codes:
                return True
        for code in recorded:
            if code[0] in systems:
                return False
        return foreign

    return matches


def _same(value: str, name: str, facts: Facts) -> Answer:
    """Whether an option is that of a fact: what is on both sides is on either, and one side may not be all of both."""
    known = facts.get(name)
    if known is None or known.value is None:
        return doubt_of(known)
    if value == known.value or value == _BILATERAL:
        return True
    return "imprecise" if known.value == _BILATERAL else False


def _compare_dates(op: DateOp, other: FactReference) -> OfValue:
    name = other.fact

    def compare(value: PartialDate, facts: Facts) -> Answer:
        known = facts.get(name)
        if known is None or not isinstance(known[1], PartialDate):
            return doubt_of(known)
        return answer(tests.compare_dates(op, value, other, known[1]))

    return compare


def _of_quantity(holds: tests.OfKnown, unit: str) -> OfValue:
    def of_value(value: Any, _: Facts) -> Answer:
        number = in_unit(value, unit)
        return "unreadable" if number is None else answer(holds(number))

    return of_value


def _times_upper_limit(name: str, check: TimesUpperLimit, as_of: date) -> Matches:
    holds = [tests.of_one_value(one, as_of) for one in check.tests]

    def matches(event: Event, _: Facts) -> Answer:
        value, limit = event.fields.get(name), event.fields.get(_UPPER_LIMIT)
        if value is None or limit is None:
            return "uncertain"
        if not isinstance(value.value, Quantity) or not isinstance(limit.value, Quantity):
            return doubt_in(limit if isinstance(value.value, Quantity) else value)
        try:
            ratio = number_of(times_upper_limit(value.value, limit.value))
        except (UnknownUnit, NotComparable):
            return "unreadable"
        return answer(every([one(ratio) for one in holds]))

    return matches
