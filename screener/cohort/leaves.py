"""One test of one fact as an outcome: what it says of a known value, and why it is open where it is."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Final

from screener.cohort.dialect import calendar_end
from screener.cohort.outcomes import (
    IMPRECISE,
    NOT_RECORDED,
    STALE,
    UNREADABLE,
    UNSETTLED_OUTCOMES,
    WHY,
    all_of,
    known,
)
from screener.cohort.reading.cells import Cell, CodedCell, Context, DateCell, Days, NumberCell, SetCell
from screener.cohort.reading.reader import Reader
from screener.cohort.sql import (
    Sql,
    at_least,
    below,
    both,
    case,
    column,
    day,
    equals,
    missing,
    number,
    opposite,
    present,
)
from screener.cohort.tests import Point, of_dates, of_number, of_set, of_window
from screener.criteria.model import (
    SCREENING,
    BetweenTest,
    DateTest,
    EmptyTest,
    FactReference,
    FactTest,
    HappenedWithin,
    NumberTest,
    SetTest,
    Test,
)
from screener.criteria.tests import birth_window, of_one_value
from screener.criteria.truth import Meaning
from screener.dates import Length, PartialDate, earliest_within, exactly
from screener.facts.definitions import AGE, BIRTH_DATE, Vocabulary
from screener.logic import every

_WHY_UNSETTLED: Final = reduce(or_, UNSETTLED_OUTCOMES.values())


class Leaves:
    """Compiles tests of facts.

    Args:
        context: the steps that the outcomes are added to.
        reader: reads the facts of the table.
        vocabulary: the facts of the rules, and what a missing one is presumed to be.
    """

    def __init__(self, context: Context, reader: Reader, vocabulary: Vocabulary) -> None:
        self._context = context
        self._reader = reader
        self._meaning = Meaning(vocabulary, context.as_of)

    def outcome(self, test: FactTest) -> str:
        """The column with what a test came out as for each patient."""
        hint = f"{test.fact} test"
        if test.fact == AGE:
            return self._context.steps.name(hint, self._age(test))
        cell = self._reader.cell(test.fact)
        presumed = known(self._meaning.rule(test)({}), unknown=NOT_RECORDED)
        if cell is None:
            return self._context.steps.name(hint, number(presumed))
        if isinstance(cell, CodedCell) and test.measured_within is None:
            return self._context.steps.name(hint, self._looked_up(cell, test, presumed))
        unreadable = cell.unreadable() if cell.unreadable is not None else None
        known_value = self._of_value(cell, test)
        if test.measured_within is not None:
            known_value = self._if_fresh(cell, test.measured_within, known_value)
        branches = [(cell.missing(), number(presumed)), (unreadable, number(UNREADABLE)), *_unsettled(cell)]
        return self._context.steps.name(hint, case(branches, known_value))

    def why(self, test: FactTest) -> int:
        """Every cause that can leave a test open, as bits."""
        if test.fact == AGE:
            return self._why_age()
        cell = self._reader.cell(test.fact)
        found = known(self._meaning.rule(test)({}), unknown=NOT_RECORDED) & WHY
        if cell is None:
            return found
        found |= UNREADABLE if cell.unreadable is not None else 0
        found |= _WHY_UNSETTLED if cell.unsettled is not None else 0
        if test.measured_within is not None:
            found |= NOT_RECORDED | STALE | IMPRECISE
        if any(_reference(one) for one in test.tests):
            return found | NOT_RECORDED | UNREADABLE | IMPRECISE | _WHY_UNSETTLED
        match cell:
            case CodedCell():
                return found
            case NumberCell(exact=True):
                return found
            case DateCell(days=Days(exact=True)) if not any(_partial(one) for one in test.tests):
                return found
        return found | IMPRECISE

    def _why_age(self) -> int:
        cells = [cell for cell in (self._reader.cell(BIRTH_DATE), self._reader.cell(AGE)) if cell is not None]
        exact = all(isinstance(cell, DateCell) and cell.days.exact for cell in cells)
        read = any(cell.unreadable is not None for cell in cells)
        unsettled = any(cell.unsettled is not None for cell in cells)
        found = NOT_RECORDED | (0 if exact else IMPRECISE) | (UNREADABLE if read else 0)
        return found | (_WHY_UNSETTLED if unsettled else 0)

    def _looked_up(self, cell: CodedCell, test: FactTest, missing_: int) -> Sql:
        """The outcome for each of a few values, by the place of the value."""
        holds = [of_one_value(one, self._context.as_of) for one in test.tests]
        found = [known(every(one(value) for one in holds), unknown=IMPRECISE) for value in cell.values]
        if cell.flag is not None:
            yes, no = found
            return case([(missing(column(cell.flag)), number(missing_)), (column(cell.flag), number(yes))], number(no))
        unsettled = UNSETTLED_OUTCOMES.values() if cell.unsettled is not None else ()
        outcomes = [number(one) for one in (*found, missing_, UNREADABLE, *unsettled)]
        return self._context.dialect.pick(outcomes, column(cell.code))

    def _if_fresh(self, cell: Cell, window: Length, then: Sql) -> Sql:
        """The outcome where the value was measured within a window; an undated one is not known to have been."""
        if cell.when is None:
            return number(NOT_RECORDED)
        days, earliest = cell.when.days, earliest_within(window, self._context.as_of)
        return case(
            [
                (missing(column(days.first)), number(NOT_RECORDED)),
                (at_least(column(days.first), day(earliest)), then),
                (below(column(days.last), day(earliest)), number(STALE)),
            ],
            number(IMPRECISE),
        )

    def _of_value(self, cell: Cell, test: FactTest) -> Sql:
        if len(test.tests) == 1:
            found = self._one(cell, test.tests[0])
        else:
            names = [self._context.steps.name(f"{test.fact} part", self._one(cell, one)) for one in test.tests]
            found = all_of(names)
        others = [other.fact for one in test.tests if (other := _reference(one)) is not None]
        return self._because_of(found, others, test.fact) if others else found

    def _because_of(self, outcome: Sql, others: list[str], fact: str) -> Sql:
        """The outcome, and where it is open the cause that lies with the dates that are compared."""
        name = self._context.steps.name(f"{fact} compared", outcome)
        causes: list[tuple[Sql | None, Sql]] = [(opposite(equals(column(name), number(IMPRECISE))), column(name))]
        for other in dict.fromkeys(others):
            cell = self._reader.cell(other)
            if cell is None:
                return case(causes, number(NOT_RECORDED))
            causes.append((cell.missing(), number(NOT_RECORDED)))
            causes.append((cell.unreadable() if cell.unreadable else None, number(UNREADABLE)))
            causes += _unsettled(cell)
        return case(causes, number(IMPRECISE))

    def _one(self, cell: Cell, test: Test) -> Sql:
        match cell, test:
            case CodedCell(), _:
                return self._looked_up(cell, FactTest(cell.fact.name, (test,)), NOT_RECORDED)
            case NumberCell(), NumberTest() | BetweenTest():
                return of_number(cell, test)
            case SetCell(), SetTest() | EmptyTest():
                return of_set(cell, test)
            case DateCell(), HappenedWithin(length):
                as_of = self._context.as_of
                return of_window(cell.days, earliest_within(length, as_of), as_of)
            case DateCell(), DateTest(op, other):
                reference = self._point(other)
                return number(IMPRECISE) if reference is None else of_dates(op, Point(cell.days), reference)
        raise AssertionError(f"{type(test).__name__} is no test of {cell.fact.name}")

    def _point(self, other: PartialDate | FactReference | str) -> Point | None:
        """The day to compare with; none where the table has no such column."""
        if isinstance(other, PartialDate):
            return Point(other)
        if isinstance(other, FactReference):
            cell = self._reader.cell(other.fact)
            if not isinstance(cell, DateCell):
                return None
            return Point(cell.days if other.later is None else self._later(cell.days, other.fact, other.later))
        assert other == SCREENING
        return Point(exactly(self._context.as_of))

    def _later(self, days: Days, fact: str, length: Length) -> Days:
        steps, dialect = self._context.steps, self._context.dialect

        def make(name: str) -> str:
            hint = f"{length} after {name}"
            return steps.once(("later", name, length), hint, lambda: dialect.anniversary(name, length, calendar_end()))

        first = make(days.first)
        return Days(first, first if days.exact else make(days.last))

    def _age(self, test: FactTest) -> Sql:
        born = self._reader.born()
        if born is None:
            return number(NOT_RECORDED)
        windows = [birth_window(one, self._context.as_of) for one in test.tests]
        if len(windows) == 1:
            found = of_window(born, *windows[0])
        else:
            found = all_of([self._context.steps.name("age part", of_window(born, *window)) for window in windows])
        return case([(present(column(born.first)), found)], self._why_no_age())

    def _why_no_age(self) -> Sql:
        """The cause where neither date of birth nor age can be used."""
        birth, age = self._reader.cell(BIRTH_DATE), self._reader.cell(AGE)
        causes: list[tuple[Sql | None, Sql]] = []
        if birth is not None:
            causes += _why_unusable(birth)
        if isinstance(age, NumberCell):
            if age.ranged is not None:
                sound = None if age.unreadable is None else opposite(age.unreadable())
                causes.append((both(opposite(age.missing()), sound, age.ranged()), number(IMPRECISE)))
            causes += _why_unusable(age)
        return case(causes, number(NOT_RECORDED))


def _unsettled(cell: Cell) -> list[tuple[Sql | None, Sql]]:
    """The branch of what is marked as not settled, where a cell can be."""
    return [] if cell.unsettled is None else [(present(cell.unsettled()), cell.unsettled())]


def _why_unusable(cell: Cell) -> list[tuple[Sql | None, Sql]]:
    """The causes of a recorded cell that gives no value: marked as not settled, else it cannot be read."""
    unread = cell.unreadable() if cell.unreadable is not None else None
    sound = None if unread is None else opposite(unread)
    marked = [(both(sound, mark), outcome) for mark, outcome in _unsettled(cell)]
    return [*marked, (opposite(cell.missing()), number(UNREADABLE))]


def _reference(test: Test) -> FactReference | None:
    return test.other if isinstance(test, DateTest) and isinstance(test.other, FactReference) else None


def _partial(test: Test) -> bool:
    """Whether a test compares with a date that is known in part."""
    return isinstance(test, DateTest) and isinstance(test.other, PartialDate) and not test.other.exact
