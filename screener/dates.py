"""Dates that may be partial, lengths of time, and the calendar rules both follow.

A partial date (`2025`, `2025-10`) is the range of days it can be; a comparison that the range does not settle is
unknown. Days and weeks are exact. Months and years follow the calendar, and an anniversary that falls on a day the
month does not have counts on the first day of the next month: 29 February on 1 March in common years. A year is never
365 days.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from screener.logic import NO, UNKNOWN, YES, Truth

_ISO = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_LENGTH = re.compile(r"([0-9]{1,4}) +(day|week|month|year)s?")
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as written, and the first and last day it can be (both included)."""

    text: str
    first: date = field(compare=False)
    last: date = field(compare=False)

    @property
    def exact(self) -> bool:
        """Whether one day only is meant."""
        return self.first == self.last

    def __str__(self) -> str:
        return self.text


@lru_cache(maxsize=65536)
def parse_date(text: str) -> PartialDate:
    """Read `2025`, `2025-10` or `2025-10-06`.

    Raises:
        ValueError: the text is not an ISO date, or names a day the calendar does not have.
    """
    match = _ISO.fullmatch(text)
    if match is None:
        raise ValueError("not an ISO date")
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    if month is None:
        return PartialDate(text, date(year, 1, 1), date(year, 12, 31))
    if day is None:
        first = date(year, month, 1)
        return PartialDate(text, first, first.replace(day=calendar.monthrange(year, month)[1]))
    exact = date(year, month, day)
    return PartialDate(text, exact, exact)


def is_day(text: str) -> bool:
    """Whether a text is one whole ISO date, a day the calendar has."""
    try:
        return parse_date(text).exact
    except ValueError:
        return False


def exactly(day: date) -> PartialDate:
    """The partial date that is just this day."""
    return PartialDate(day.isoformat(), day, day)


def before(a: PartialDate, b: PartialDate) -> Truth:
    """Whether `a` lies before `b`; unknown where the ranges overlap."""
    if a.last < b.first:
        return YES
    return NO if a.first >= b.last else UNKNOWN


def on_or_before(a: PartialDate, b: PartialDate) -> Truth:
    """Whether `a` lies before `b` or on the same day; unknown where the ranges do not settle it."""
    if a.last <= b.first:
        return YES
    return NO if a.first > b.last else UNKNOWN


def within(when: PartialDate, first: date, last: date) -> Truth:
    """Whether `when` lies in the days from `first` to `last`, both included."""
    if first <= when.first and when.last <= last:
        return YES
    return NO if when.last < first or when.first > last else UNKNOWN


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time: a count of days, weeks, months or years."""

    count: int
    unit: str

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"


def parse_length(text: str) -> Length:
    """Read `28 days`, `1 week`, `6 months`, `5 years`.

    Raises:
        ValueError: the text is not a count and a unit.
    """
    match = _LENGTH.fullmatch(text)
    if match is None:
        raise ValueError("not a length of time")
    return Length(int(match[1]), match[2])


def anniversary(day: date, length: Length) -> date:
    """The day on which `length` has passed since `day`; capped at the end of the calendar."""
    return _anniversary(day, length) or date.max


def _anniversary(day: date, length: Length) -> date | None:
    """The day on which `length` has passed since `day`; none where the calendar ends before it."""
    if length.unit in ("day", "week"):
        days = length.count * (7 if length.unit == "week" else 1)
        ordinal = day.toordinal() + days
        return date.fromordinal(ordinal) if ordinal <= date.max.toordinal() else None
    months = day.month - 1 + length.count * (12 if length.unit == "year" else 1)
    year, month = day.year + months // 12, months % 12 + 1
    if year > date.max.year:
        return None
    if day.day <= calendar.monthrange(year, month)[1]:
        return date(year, month, day.day)
    return date(year, month + 1, 1)  # only short months overflow, and December is not one of them


@lru_cache(maxsize=4096)
def earliest_within(length: Length, screening: date) -> date:
    """The earliest day whose `length` has not run out by `screening`: its anniversary is `screening` or later."""
    day = _back(length, screening)
    while anniversary(day, length) < screening:
        day += _ONE_DAY
    while day > date.min and anniversary(day - _ONE_DAY, length) >= screening:
        day -= _ONE_DAY
    return day


@lru_cache(maxsize=4096)
def latest_passed(length: Length, screening: date) -> date | None:
    """The latest day whose `length` has passed by `screening`; none where the calendar does not reach back so far."""
    # No later day has passed: its anniversary lies in a later month, or on a later day of the same one.
    day = _back(length, screening)
    passed = _anniversary(day, length)
    return day if passed is not None and passed <= screening else None


def _back(length: Length, screening: date) -> date:
    """The day `length` before `screening` by the calendar; in a shorter month its last day."""
    if length.unit in ("day", "week"):
        days = length.count * (7 if length.unit == "week" else 1)
        return date.fromordinal(max(screening.toordinal() - days, 1))
    months = screening.year * 12 + screening.month - 1 - length.count * (12 if length.unit == "year" else 1)
    year, month = divmod(months, 12)
    if year < 1:
        return date.min
    return date(year, month + 1, min(screening.day, calendar.monthrange(year, month + 1)[1]))


def completed_years(birth: date, on: date) -> int:
    """Age in completed years; a birthday of 29 February counts on 1 March in common years."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


@lru_cache(maxsize=65536)
def birth_range(ages: tuple[int, int], first: date, last: date) -> tuple[date, date]:
    """The days of birth of whoever had from so many to so many completed years on a day from `first` to `last`."""
    youngest, oldest = ages
    latest = latest_passed(Length(youngest, "year"), last) or date.min
    too_old = latest_passed(Length(oldest + 1, "year"), first)
    return (date.min if too_old is None else too_old + _ONE_DAY), latest
