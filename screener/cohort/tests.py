"""What the tests of one fact come out as, in SQL: the same as `screener.criteria.tests` says of one value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from math import ceil, floor

from sqlglot import exp

from screener.cohort.outcomes import IMPRECISE, IS_NO, IS_YES
from screener.cohort.reading.cells import Days, NumberCell, SetCell
from screener.cohort.reading.numbers import limit
from screener.cohort.sql import (
    Sql,
    above,
    any_condition,
    at_least,
    at_most,
    below,
    bits,
    both,
    case,
    column,
    day,
    equals,
    has_bits,
    number,
    operation,
)
from screener.criteria.model import BetweenTest, DateOp, EmptyTest, NumberTest, SetTest
from screener.dates import PartialDate

Condition = Callable[[], Sql]


def settled(yes: Sql | None, no: Sql | None, *, always: bool = False) -> Sql:
    """Yes or no where a condition says so, else unknown; where it is `always` settled what is not yes is no.

    A condition that is none can never hold.
    """
    if always:
        return case([(yes, number(IS_YES))], number(IS_NO))
    return case([(yes, number(IS_YES)), (no, number(IS_NO))], number(IMPRECISE))


def of_number(cell: NumberCell, test: NumberTest | BetweenTest) -> Sql:
    """What a test of a number says of the numbers between two ends."""
    if isinstance(test, BetweenTest):
        low, high = _Bound(cell, test.low), _Bound(cell, test.high)
        out = any_condition(low.surely_below, high.surely_above)
        return case([(out, number(IS_NO)), (both(low.reached(), high.kept()), number(IS_YES))], _else(cell))
    bound = _Bound(cell, test.limit)
    match test.op:
        case "at_least":
            return settled(bound.reached(), bound.surely_below(), always=cell.exact)
        case "more_than":
            return settled(bound.surely_above(), bound.kept(), always=cell.exact)
        case "at_most":
            return settled(bound.kept(), bound.surely_above(), always=cell.exact)
        case "less_than":
            return settled(bound.surely_below(), bound.reached(), always=cell.exact)
        case "equals":
            out = any_condition(bound.surely_below, bound.surely_above)
            return case([(out, number(IS_NO)), (bound.hit(), number(IS_YES))], _else(cell))


def _else(cell: NumberCell) -> Sql:
    """What is neither out nor surely in: of a single number nothing is left."""
    return number(IS_NO if cell.exact else IMPRECISE)


class _Bound:
    """How the numbers between two ends lie to a limit; whole numbers to the whole numbers around it."""

    def __init__(self, cell: NumberCell, value: int | Decimal) -> None:
        self._cell = cell
        whole = cell.kind is None
        self._value = value
        self._least: int | Decimal = ceil(value) if whole else value
        self._most: int | Decimal = floor(value) if whole else value

    def reached(self) -> Sql:
        """The limit or more."""
        return at_least(column(self._cell.low), self._limit(self._least))

    def kept(self) -> Sql:
        """The limit or less."""
        return at_most(column(self._cell.high), self._limit(self._most))

    def surely_below(self) -> Sql:
        """Less than the limit."""
        high, open_ = self._cell.high, self._cell.high_open
        less = below(column(high), self._limit(self._least))
        if open_ is None:
            return less
        return operation(exp.Or, less, both(equals(column(high), self._limit(self._least)), column(open_)))

    def surely_above(self) -> Sql:
        """More than the limit."""
        low, open_ = self._cell.low, self._cell.low_open
        more = above(column(low), self._limit(self._most))
        if open_ is None:
            return more
        return operation(exp.Or, more, both(equals(column(low), self._limit(self._most)), column(open_)))

    def hit(self) -> Sql | None:
        """The limit itself; none where no number of its kind is the limit."""
        if self._least != self._most:
            return None
        same = [
            equals(column(end), self._limit(self._least)) for end in dict.fromkeys((self._cell.low, self._cell.high))
        ]
        return both(*same)

    def _limit(self, value: int | Decimal) -> Sql:
        return limit(value, self._cell.kind)


def of_set(cell: SetCell, test: SetTest | EmptyTest) -> Sql:
    """What a test of a set says of its bits."""
    options = cell.more - 1
    if isinstance(test, EmptyTest):
        held = has_bits(column(cell.mask), options)
        return _of_bits(cell, held, found=not test.expected)
    asked = 0
    for option in test.options:
        asked |= cell.bit_of[option]
    match test.op:
        case "includes_any":
            return _of_bits(cell, has_bits(column(cell.mask), asked), found=True)
        case "excludes_all":
            return _of_bits(cell, has_bits(column(cell.mask), asked), found=False)
        case "includes_all":
            return _of_bits(cell, equals(bits(column(cell.mask), number(asked)), number(asked)), found=True)
        case "only":
            return _of_bits(cell, has_bits(column(cell.mask), options & ~asked), found=False)


def _of_bits(cell: SetCell, condition: Sql, *, found: bool) -> Sql:
    """What was found settles it; what was not found is still open where the set may hold more."""
    settles, other = (IS_YES, IS_NO) if found else (IS_NO, IS_YES)
    more = has_bits(column(cell.mask), cell.more)
    return case([(condition, number(settles)), (more, number(IMPRECISE))], number(other))


class Point:
    """The first and the last day that a date is compared with: of a column, or the same for everybody."""

    def __init__(self, days: Days | PartialDate) -> None:
        self._days = days
        self.exact = days.exact

    def first(self) -> Sql:
        """The first day."""
        return column(self._days.first) if isinstance(self._days, Days) else day(self._days.first)

    def last(self) -> Sql:
        """The last day."""
        return column(self._days.last) if isinstance(self._days, Days) else day(self._days.last)


def of_dates(op: DateOp, value: Point, other: Point) -> Sql:
    """How a date lies to another; unknown where the days they can be overlap, or one of them is not known."""
    match op:
        case "before":
            return settled(below(value.last(), other.first()), at_least(value.first(), other.last()))
        case "on_or_before":
            return settled(at_most(value.last(), other.first()), above(value.first(), other.last()))
        case "after":
            return of_dates("before", other, value)
        case "on_or_after":
            return of_dates("on_or_before", other, value)


def of_window(days: Days, first: date, last: date) -> Sql:
    """Whether a date lies in the days from `first` to `last`, both included."""
    inside = both(
        at_least(column(days.first), day(first)) if first > date.min else None,
        at_most(column(days.last), day(last)) if last < date.max else None,
    )
    outside = any_condition(
        (lambda: below(column(days.last), day(first))), (lambda: above(column(days.first), day(last)))
    )
    return settled(inside, outside)
