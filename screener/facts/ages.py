"""A recorded age: the days of birth that it leaves open, whole or known in part such as `>89`."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from screener.dates import PartialDate, birth_range, exactly
from screener.facts.definitions import OLDEST_AGE, Value
from screener.facts.imprecise import NumberRange
from screener.facts.values import FactValue


def births(age: FactValue, as_of: date) -> PartialDate | None:
    """The days on which somebody of a recorded age can be born.

    An age without a date is taken as of the screening date; where an end is not recorded it is 0 or the oldest.

    Returns:
        Nothing where there is no such day: the age cannot be read, or is a range that holds no age.
    """
    ages = _ages(age.value)
    return None if ages is None else _births(ages, age.on or exactly(as_of), as_of)


@lru_cache(maxsize=65536)
def _births(ages: tuple[int, int], on: PartialDate, as_of: date) -> PartialDate:
    return PartialDate("by a recorded age", *birth_range(ages, on.first, min(on.last, as_of)))


def _ages(value: Value | None) -> tuple[int, int] | None:
    if isinstance(value, int):
        return value, value
    if not isinstance(value, NumberRange):
        return None
    least = 0 if value.low is None else int(value.low)
    most = OLDEST_AGE if value.high is None else int(value.high)
    return (least, most) if least <= most else None
