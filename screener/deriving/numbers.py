"""Measured values as the numbers of facts: exact where a decimal says it, else a range that surely holds it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

from screener.facts.definitions import FactDefinition
from screener.facts.events import Interval, Quantity
from screener.facts.imprecise import Number, NumberRange
from screener.facts.units import LONGEST_UNIT, NotComparable, UnknownUnit, convert
from screener.logic import NO

_EXACT: Final = Context(prec=64)
_DOWN: Final = Context(prec=15, rounding=ROUND_FLOOR)
_ONE: Final = Interval(Fraction(1), Fraction(1))
_UP: Final = Context(prec=15, rounding=ROUND_CEILING)


def number_of(interval: Interval) -> Number | NumberRange:
    """The numbers an interval holds. A third has no decimal: it is a range whose ends differ in the fifteenth digit."""
    low, high = interval.low, interval.high
    if low is not None and low == high:
        exact = _decimal(low)
        if exact is not None:
            return exact
    below, low_open = (None, False) if low is None else _rounded(low, _DOWN, open_=interval.low_open)
    above, high_open = (None, False) if high is None else _rounded(high, _UP, open_=interval.high_open)
    return NumberRange(below, above, low_open, high_open)


def in_unit(quantity: Quantity, unit: str) -> Number | NumberRange | None:
    """A measured value in another unit; none where its unit is not known, or is of another kind."""
    if len(quantity.unit) > LONGEST_UNIT or not _same_unit(quantity.unit, unit):
        try:
            return number_of(convert(quantity.interval, quantity.unit, to=unit))
        except (UnknownUnit, NotComparable):
            return None
    return number_of(quantity.interval)


@lru_cache(maxsize=4096)
def _same_unit(unit: str, other: str) -> bool:
    """Whether two ways of writing a unit mean the same; most values come in the unit that is asked for."""
    try:
        return convert(_ONE, unit, to=other) == _ONE
    except (UnknownUnit, NotComparable):
        return False


def usable(fact: FactDefinition, number: Number | NumberRange) -> bool:
    """Whether a number is one the fact can be: within its range, and whole where it counts."""
    if fact.type == "integer" and isinstance(number, Decimal):
        return False
    below = fact.low is not None and (number >= fact.low) is NO
    return not below and not (fact.high is not None and (number <= fact.high) is NO)


def as_range(number: Number | NumberRange) -> NumberRange:
    """A number as the range that holds nothing else."""
    return number if isinstance(number, NumberRange) else NumberRange(number, number)


def as_number(numbers: NumberRange) -> Number | NumberRange:
    """A range as the number it is, where it holds nothing else."""
    if numbers.low is None or numbers.low != numbers.high or numbers.low_open or numbers.high_open:
        return numbers
    return numbers.low


def highest_of(said: Sequence[NumberRange], possible: Sequence[NumberRange] | None) -> NumberRange:
    """The highest of the numbers that were said, where those and perhaps others are possible; none: any number is."""
    low, low_open = max(((one.low, one.low_open) for one in said if one.low is not None), default=(None, False))
    tops = [(one.high, not one.high_open) for one in possible or () if one.high is not None]
    if possible is None or len(tops) < len(possible):
        return NumberRange(low, None, low_open)
    high, closed = max(tops)
    return NumberRange(low, high, low_open, not closed)


def lowest_of(said: Sequence[NumberRange], possible: Sequence[NumberRange] | None) -> NumberRange:
    """The lowest of the numbers that were said, where those and perhaps others are possible; none: any number is."""
    high, closed = min(((one.high, not one.high_open) for one in said if one.high is not None), default=(None, True))
    bottoms = [(one.low, one.low_open) for one in possible or () if one.low is not None]
    if possible is None or len(bottoms) < len(possible):
        return NumberRange(None, high, high_open=not closed)
    low, low_open = min(bottoms)
    return NumberRange(low, high, low_open, not closed)


def _decimal(number: Fraction) -> Number | None:
    """The number as a decimal, none where it has no end."""
    if number.denominator == 1:
        return number.numerator
    value = _EXACT.divide(Decimal(number.numerator), Decimal(number.denominator))
    return value.normalize(_EXACT) if Fraction(value) == number else None


def _rounded(number: Fraction, to: Context, *, open_: bool) -> tuple[Number, bool]:
    """An end of a range, moved outwards where no decimal says it, and whether it is open."""
    exact = _decimal(number)
    if exact is not None:
        return exact, open_
    return to.divide(Decimal(number.numerator), Decimal(number.denominator)), True
