"""When time alone can change a result: birthdays, the ends of windows, and days that come closer.

For the facts of a patient the next such day is known exactly from the dates in them; until then a result stays as it
is, but for the day that some reasons name as that of the screening. Pure: no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

from screener.criteria.closures import Facts, born
from screener.criteria.model import SCREENING, DateTest, FactTest, HappenedWithin, RuleSet, all_rules, fact_tests
from screener.dates import Length, PartialDate, anniversary, completed_years
from screener.facts.definitions import AGE, BIRTH_DATE, FactDefinition

_ONE_DAY: Final = timedelta(days=1)

Days = Callable[[Facts, date], tuple[date, ...]]
"""From a patient's facts and a day to days on which something may change; those that have passed are no matter."""

When = Callable[[Facts], PartialDate | None]
"""From a patient's facts to the date that one of them holds."""


class Turn(NamedTuple):
    """A day on which time alone may change a result, the fact whose date makes it so, and how."""

    on: date
    fact: str
    what: str


class _Clock(NamedTuple):
    fact: str
    what: str
    days: Days


class Calendar:
    """The days that matter for the rules of a trial."""

    def __init__(self, rules: RuleSet) -> None:
        tests = [test for rule in all_rules(rules) for test in fact_tests(rule)]
        clocks = [clock for test in tests for clock in _clocks_of(test, rules.vocabulary[test.fact])]
        self._clocks = tuple({clock[:2]: clock for clock in clocks}.values())
        self._asks_anew = any(
            _asks_anew([one for one in tests if one.fact == fact]) for fact in {one.fact for one in tests}
        )

    def next_turn(self, facts: Facts, as_of: date, *, asked: bool) -> date | None:
        """The first day after `as_of` on which time alone can change a result; none where it never will.

        Args:
            facts: what is known of the patient.
            as_of: the day of the result.
            asked: whether the result asks questions; which ones are best can rest on the day itself for a few rules,
                and then that is the next day.
        """
        if asked and self._asks_anew:
            return _after(as_of)
        found = [day for clock in self._clocks for day in clock.days(facts, as_of) if day > as_of]
        return min(found, default=None)

    def turns(self, facts: Facts, after: date, until: date) -> Iterator[Turn]:
        """What turned after one day, up to another, in the order of the calendar."""
        day = after
        while True:
            coming = [(found, clock) for clock in self._clocks for found in clock.days(facts, day) if found > day]
            day = min((found for found, _ in coming), default=date.max)
            if day > until or not coming:
                return
            for clock in dict.fromkeys(clock for found, clock in coming if found == day):
                yield Turn(day, clock.fact, clock.what)


def _clocks_of(test: FactTest, definition: FactDefinition) -> Iterator[_Clock]:
    """What makes one test of a fact change with time."""
    fact, label, window = test.fact, definition.label, test.measured_within
    value = _value_of(definition)
    if fact == AGE:
        yield _Clock(AGE, "a birthday", _birthdays)
    if window is not None:
        yield _Clock(fact, f"{label} is older than {window}", _ends_of(window, _date_of(fact)))
    for one in test.tests:
        happened = isinstance(one, HappenedWithin)
        if happened or (isinstance(one, DateTest) and one.other == SCREENING):
            yield _Clock(fact, f"{label} has come", _comings(value))
        if isinstance(one, HappenedWithin):
            yield _Clock(fact, f"{one.length} have passed since: {label}", _ends_of(one.length, value))


def _asks_anew(tests: list[FactTest]) -> bool:
    """Whether the ways to answer the tests of one fact can change from day to day, whoever the patient is.

    So it is where a length counted back from the screening is tested beside a fixed date, another fact, or a length
    that is counted differently: a month is sometimes longer than 30 days and sometimes not.
    """
    lengths = [test.measured_within for test in tests if test.measured_within]
    lengths += [one.length for test in tests for one in test.tests if isinstance(one, HappenedWithin)]
    dated = [one.other for test in tests for one in test.tests if isinstance(one, DateTest)]
    moving = {"days" if length.unit in ("day", "week") else "months" for length in lengths}
    return len(moving) > 1 or bool(dated and (moving or SCREENING in dated) and set(dated) != {SCREENING})


def _date_of(name: str) -> When:
    """The date for which a value holds."""

    def when(facts: Facts) -> PartialDate | None:
        known = facts.get(name)
        return None if known is None else known.on

    return when


def _value_of(definition: FactDefinition) -> When:
    """The value of a fact that is a date; where it is not recorded, what is presumed."""
    presumed = definition.presume.value if definition.presume else None

    def when(facts: Facts) -> PartialDate | None:
        known = facts.get(definition.name)
        value = presumed if known is None else known.value
        return value if isinstance(value, PartialDate) else None

    return when


def _comings(begins: When) -> Days:
    def days(facts: Facts, _: date) -> tuple[date, ...]:
        when = begins(facts)
        return () if when is None else (when.first, _after(when.first), when.last, _after(when.last))

    return days


def _ends_of(length: Length, begins: When) -> Days:
    """The days on which a length of time has ended that begins with a date: the first and the last it can be."""

    def days(facts: Facts, _: date) -> tuple[date, ...]:
        when = begins(facts)
        return () if when is None else tuple(_after(anniversary(day, length)) for day in (when.first, when.last))

    return days


def _birthdays(facts: Facts, as_of: date) -> tuple[date, ...]:
    birth = born(facts, as_of)
    if birth is None:
        return ()
    known = facts.get(BIRTH_DATE)
    if known is None or known.value is None:
        on = facts[AGE].on
        if on is None:
            return ()  # an age without a date is taken as of every day
        if on.last > as_of:
            return (_after(as_of),)  # the days it can be of grow with the calendar
    return (_birthday(birth.first, as_of), _birthday(birth.last, as_of))


def _birthday(born_on: date, as_of: date) -> date:
    """The first birthday after a day, the day of birth itself among them."""
    if born_on > as_of:
        return born_on
    return anniversary(born_on, Length(completed_years(born_on, as_of) + 1, "year"))


def _after(day: date) -> date:
    return day if day == date.max else day + _ONE_DAY
