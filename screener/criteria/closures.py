"""The functions that rules are compiled into: each asks a patient's facts one thing.

They run millions of times a minute: short, and what can be looked up once is looked up outside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from screener.dates import Length, PartialDate, earliest_within, within
from screener.facts.ages import births
from screener.facts.definitions import AGE, BIRTH_DATE, Value
from screener.facts.values import FactValue
from screener.logic import NO, NOT, UNKNOWN, YES, Truth, count_at_least, every

Facts = Mapping[str, FactValue]
TruthOf = Callable[[Facts], Truth]
OfKnown = Callable[[Any], Truth]
OfValue = Callable[[Value, Facts], Truth]


def born(facts: Facts, as_of: date) -> PartialDate | None:
    """The days the patient can be born on: from `birth_date`, else from a recorded `age` with its date."""
    birth = facts.get(BIRTH_DATE)
    if birth is not None and birth[1] is not None:
        return birth[1]  # type: ignore[return-value]  # a birth date that can be read is a date
    age = facts.get(AGE)
    return None if age is None else births(age, as_of)


def fresh(value: FactValue, window: Length, as_of: date) -> Truth:
    """Whether a value was measured within a window: stale is no, an undated or straddling one unknown."""
    return UNKNOWN if value.on is None else within(value.on, earliest_within(window, as_of), date.max)


# A value known in part stands in no table: what the rules say of it is worked out each time.


def look_up_one(names: tuple[str, ...], table: dict[Any, Truth], worked_out: TruthOf) -> TruthOf:
    """Looks the value of one fact up in a table."""
    (name,) = names
    missing = table[None]

    def truth(facts: Facts) -> Truth:
        value = facts.get(name)
        if value is None:
            return missing
        try:
            return table[value[1]]
        except KeyError:
            return worked_out(facts)

    return truth


def look_up_two(names: tuple[str, ...], table: dict[Any, Truth], worked_out: TruthOf) -> TruthOf:
    """Looks the values of two facts up in a table."""
    first, second = names

    def truth(facts: Facts) -> Truth:
        one, two = facts.get(first), facts.get(second)
        try:
            return table[one and one[1], two and two[1]]
        except KeyError:
            return worked_out(facts)

    return truth


def look_up_three(names: tuple[str, ...], table: dict[Any, Truth], worked_out: TruthOf) -> TruthOf:
    """Looks the values of three facts up in a table."""
    first, second, third = names

    def truth(facts: Facts) -> Truth:
        one, two, three = facts.get(first), facts.get(second), facts.get(third)
        try:
            return table[one and one[1], two and two[1], three and three[1]]
        except KeyError:
            return worked_out(facts)

    return truth


LOOK_UPS: Final = {1: look_up_one, 2: look_up_two, 3: look_up_three}


def of_known(name: str, holds: OfKnown, presumed: Truth) -> TruthOf:
    """Asks a known value of one fact."""

    def truth(facts: Facts) -> Truth:
        value = facts.get(name)
        if value is None:
            return presumed
        known = value[1]
        return UNKNOWN if known is None else holds(known)

    return truth


def of_value(name: str, holds: list[OfValue], presumed: Truth) -> TruthOf:
    """Asks a known value of one fact, and others it is compared with."""
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


def born_within(window: tuple[date, date], as_of: date) -> TruthOf:
    """Asks whether the patient was born in a window of days."""
    first, last = window

    def truth(facts: Facts) -> Truth:
        birth = born(facts, as_of)
        if birth is None:
            return UNKNOWN
        if first <= birth.first and birth.last <= last:
            return YES
        return NO if birth.last < first or birth.first > last else UNKNOWN

    return truth


def all_of(parts: list[TruthOf]) -> TruthOf:
    """Every part holds."""

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


def any_of(parts: list[TruthOf]) -> TruthOf:
    """Some part holds."""

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


def not_of(part: TruthOf) -> TruthOf:
    """The part does not hold."""
    return lambda facts: NOT[part(facts)]


def at_least_of(count: int, parts: list[TruthOf]) -> TruthOf:
    """At least so many parts hold."""
    return lambda facts: count_at_least(count, (part(facts) for part in parts))
