"""What one test says of one known value, written out test by test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from screener.criteria.model import (
    SCREENING,
    BetweenTest,
    ChoiceTest,
    DateOp,
    DateTest,
    EmptyTest,
    FactReference,
    HappenedWithin,
    NumberTest,
    SetOp,
    SetTest,
    Test,
    YesNoTest,
)
from screener.dates import (
    Length,
    PartialDate,
    anniversary,
    before,
    earliest_within,
    exactly,
    latest_passed,
    on_or_before,
    within,
)
from screener.facts.imprecise import AtLeastSet, NumberRange
from screener.logic import AND, NOT, Truth

_ONE_DAY: Final = timedelta(days=1)

# The value of a fact has the type its test is for: the reader of rules sees to that, so these take any value.
OfKnown = Callable[[Any], Truth]

_NUMBERS: Final[dict[str, Callable[[Any], OfKnown]]] = {
    "at_least": lambda limit: lambda value: value >= limit,
    "at_most": lambda limit: lambda value: value <= limit,
    "more_than": lambda limit: lambda value: value > limit,
    "less_than": lambda limit: lambda value: value < limit,
    "equals": lambda limit: lambda value: value.equals(limit) if type(value) is NumberRange else value == limit,
}
_CHOICES: Final[dict[str, Callable[[Any], OfKnown]]] = {
    "is": lambda options: lambda value: value in options,
    "one_of": lambda options: lambda value: value in options,
    "none_of": lambda options: lambda value: value not in options,
}
_SETS: Final[dict[str, Callable[[Any], OfKnown]]] = {
    "includes_any": lambda options: lambda value: not options.isdisjoint(value),
    "includes_all": lambda options: lambda value: options <= value,
    "only": lambda options: lambda value: value <= options,
    "excludes_all": lambda options: lambda value: options.isdisjoint(value),
}
_PARTLY_KNOWN_SETS: Final[dict[str, Callable[[AtLeastSet, frozenset[str]], Truth]]] = {
    "includes_any": AtLeastSet.includes_any,
    "includes_all": AtLeastSet.includes_all,
    "only": AtLeastSet.only,
    "excludes_all": AtLeastSet.excludes_all,
}
_DATES: Final[dict[DateOp, Callable[[PartialDate, PartialDate], Truth]]] = {
    "before": before,
    "on_or_before": on_or_before,
    "after": lambda a, b: before(b, a),
    "on_or_after": lambda a, b: on_or_before(b, a),
}


def of_one_value(test: Test, as_of: date) -> OfKnown:
    """The function from a known value to what the test says of it; what is known in part can come out unknown."""
    match test:
        case YesNoTest(expected):
            return lambda value: value is expected
        case ChoiceTest(op, options):
            return _CHOICES[op](frozenset(options))
        case NumberTest(op, limit):
            return _NUMBERS[op](limit)
        case BetweenTest(low, high):
            return lambda value: AND[value >= low, value <= high]
        case SetTest(op, options):
            return _of_set(op, frozenset(options))
        case EmptyTest(expected):
            return _of_empty(expected=expected)
        case HappenedWithin(length):
            first = earliest_within(length, as_of)
            return lambda value: within(value, first, as_of)
        case DateTest(op, other):
            assert not isinstance(other, FactReference)
            point = exactly(as_of) if other == SCREENING else other
            assert isinstance(point, PartialDate)
            compare = _DATES[op]
            return lambda value: compare(value, point)


def _of_set(op: SetOp, options: frozenset[str]) -> OfKnown:
    known, in_part = _SETS[op](options), _PARTLY_KNOWN_SETS[op]
    return lambda value: in_part(value, options) if type(value) is AtLeastSet else known(value)


def _of_empty(*, expected: bool) -> OfKnown:
    def holds(value: Any) -> Truth:
        empty = value.empty() if type(value) is AtLeastSet else not value
        return empty if expected else NOT[empty]

    return holds


def compare_dates(op: DateOp, value: PartialDate, reference: FactReference, known: PartialDate) -> Truth:
    """Whether a date lies so relative to another fact, whose value is `known`; unknown where the ranges overlap."""
    if reference.later is not None:
        first, last = anniversary(known.first, reference.later), anniversary(known.last, reference.later)
        known = PartialDate(known.text, first, last)
    return _DATES[op](value, known)


def birth_window(test: Test, as_of: date) -> tuple[date, date]:
    """The days of birth for which a test of the age holds; an empty window where it holds for none."""
    match test:
        case NumberTest("at_least", limit):
            return date.min, _turned(int(limit), as_of)
        case NumberTest("more_than", limit):
            return date.min, _turned(int(limit) + 1, as_of)
        case NumberTest("at_most", limit):
            return _not_turned(int(limit) + 1, as_of), date.max
        case NumberTest("less_than", limit):
            return _not_turned(int(limit), as_of), date.max
        case NumberTest("equals", limit):
            return _not_turned(int(limit) + 1, as_of), _turned(int(limit), as_of)
        case BetweenTest(low, high):
            return _not_turned(int(high) + 1, as_of), _turned(int(low), as_of)
    raise AssertionError(f"{type(test).__name__} is no test of an age")


def _turned(years: int, as_of: date) -> date:
    """The latest day of birth on which somebody has completed so many years; before every day where nobody can."""
    return latest_passed(Length(years, "year"), as_of) or date.min


def _not_turned(years: int, as_of: date) -> date:
    latest = latest_passed(Length(years, "year"), as_of)
    return date.min if latest is None else latest + _ONE_DAY


def limits(test: Test) -> bool:
    """Whether a test has a limit that a case must try on both sides."""
    return isinstance(test, NumberTest | BetweenTest | HappenedWithin | DateTest)
