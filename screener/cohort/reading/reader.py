"""Reads the facts of a table for a query, each once and only where something asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from sqlglot import exp

from screener.cohort.columns import CohortTable, FactColumns
from screener.cohort.reading.cells import Cell, Context, DateCell, Days, NumberCell, When
from screener.cohort.reading.codes import coded_cell
from screener.cohort.reading.days import date_beside, date_cell
from screener.cohort.reading.numbers import number_cell
from screener.cohort.reading.sets import set_cell
from screener.cohort.sql import (
    Kind,
    Sql,
    above,
    any_condition,
    at_most,
    below,
    both,
    case,
    cast,
    column,
    day,
    first_of,
    no_day,
    nothing,
    number,
    operation,
    opposite,
    plus,
    present,
    truth,
)
from screener.criteria.model import BetweenTest, FactTest, NumberTest, SetTest
from screener.dates import Length, latest_passed
from screener.facts.definitions import AGE, BIRTH_DATE, OLDEST_AGE
from screener.facts.tables.headings import ON

_MONTHS: Final = 12


class Reader:
    """Reads the facts of one table.

    Args:
        context: the steps that the readings are added to.
        table: where the facts stand.
        tests: every test that will be made, because what is asked of a fact says how it is best held.
    """

    def __init__(self, context: Context, table: CohortTable, tests: Sequence[FactTest]) -> None:
        self._context = context
        self._table = table
        self._tests: dict[str, list[FactTest]] = {}
        for test in tests:
            self._tests.setdefault(test.fact, []).append(test)
        self._cells: dict[str, Cell] = {}
        self._born: Days | None = None

    @property
    def cells(self) -> Mapping[str, Cell]:
        """The facts read so far."""
        return self._cells

    def cell(self, fact: str) -> Cell | None:
        """The cell of a fact; none where the table has no such column."""
        if fact not in self._table.facts:
            return None
        if fact not in self._cells:
            self._cells[fact] = self._read(self._table.facts[fact])
        return self._cells[fact]

    def born(self) -> Days | None:
        """The days the patient can be born on, from the date of birth, else from the age; none where neither stands."""
        if self._born is None:
            birth, aged = self.cell(BIRTH_DATE), self.aged()
            if isinstance(birth, DateCell) and aged is not None:
                self._born = self._either(birth.days, aged)
            else:
                self._born = birth.days if isinstance(birth, DateCell) else aged
        return self._born

    def aged(self) -> Days | None:
        """The days on which somebody of the recorded age can be born; nothing where the age is of no use."""
        days, old = self._aged_days(), self.too_old()
        if days is None or old is None:
            return days
        steps = self._context.steps

        def sound(name: str) -> str:
            return steps.once(("sound", name), f"{name} sound", lambda: case([(column(old), no_day())], column(name)))

        return Days(sound(days.first), sound(days.last))

    def too_old(self) -> str | None:
        """The column that says that by its age and date the patient would be older now than anybody gets."""
        days = self._aged_days()
        oldest = latest_passed(Length(OLDEST_AGE + 1, "year"), self._context.as_of)
        if days is None or oldest is None:
            return None
        last = days.last
        return self._context.steps.once(
            "too old", "too old", lambda: first_of(at_most(column(last), day(oldest)), truth(False))
        )

    def differing(self) -> str | None:
        """The column that says that nobody born on the recorded day can be of the recorded age."""
        birth, aged = self.cell(BIRTH_DATE), self.aged()
        if not isinstance(birth, DateCell) or aged is None:
            return None
        earlier = below(column(birth.days.last), column(aged.first))
        apart = operation(exp.Or, earlier, below(column(aged.last), column(birth.days.first)))
        return self._context.steps.once("age differs", "age differs", lambda: first_of(apart, truth(False)))

    def _aged_days(self) -> Days | None:
        age = self.cell(AGE)
        if not isinstance(age, NumberCell):
            return None
        steps = self._context.steps
        last = steps.once("aged last", "aged last", lambda: self._born_at(age, last=True))
        return Days(steps.once("aged first", "aged first", lambda: self._born_at(age, last=False)), last)

    def _read(self, columns: FactColumns) -> Cell:
        context, fact = self._context, columns.fact
        when = date_beside(context, fact.name + ON, columns.on) if columns.on is not None else None
        asked = [one for test in self._tests.get(fact.name, ()) for one in test.tests]
        if fact.type in ("yes_no", "choice"):
            return coded_cell(context, columns, when)
        if fact.numeric:
            return number_cell(context, columns, when, _limits(asked))
        if fact.type == "set":
            return set_cell(context, columns, when, [one for one in asked if isinstance(one, SetTest)])
        return date_cell(context, columns, when)

    def _born_at(self, age: NumberCell, *, last: bool) -> Sql:
        """The last, or first, day of birth of somebody of an age; the same as `screener.dates.birth_range`."""
        context, dialect = self._context, self._context.dialect
        counted = self._counted_on(age.when, last=last)

        years = column(self._years(age, youngest=last))
        years = years if last else plus(years, number(1))
        back = dialect.months_later(counted, operation(exp.Mul, years, number(-_MONTHS)))
        after = back if last else dialect.days_later(back, 1)
        found = context.steps.name(f"{AGE} back {'to' if last else 'from'}", after)
        return case([(below(column(found), day(date.min)), day(date.min))], column(found))

    def _years(self, age: NumberCell, *, youngest: bool) -> str:
        """The fewest, or most, years that a recorded age can be; nothing where it is of no use."""

        def years_of() -> Sql:
            unusable, low, high = any_condition(age.missing, age.unreadable), column(age.low), column(age.high)
            if not age.exact:
                low = first_of(low, case([(present(column(age.high)), number(0))]))
                high = first_of(high, case([(present(column(age.low)), number(OLDEST_AGE))]))
                unusable = operation(exp.Or, unusable, above(low.copy(), high.copy()))
            return case([(unusable, cast(nothing(), Kind.INT))], cast(low if youngest else high, Kind.INT))

        youngest = youngest or age.exact
        return self._context.steps.once(("years", youngest), f"{AGE} {'least' if youngest else 'most'}", years_of)

    def _counted_on(self, when: When | None, *, last: bool) -> Sql:
        as_of = self._context.as_of
        if when is None:
            return day(as_of)
        recorded = when.days.last if last else when.days.first
        if not last:
            return first_of(column(recorded), day(as_of))
        return case([(below(column(recorded), day(as_of)), column(recorded))], day(as_of))

    def _either(self, birth: Days, aged: Days) -> Days:
        steps = self._context.steps
        first = steps.name("born first", first_of(column(birth.first), column(aged.first)))
        return Days(first, steps.name("born last", first_of(column(birth.last), column(aged.last))))


def _limits(asked: Sequence[object]) -> list[int | Decimal]:
    found: list[int | Decimal] = []
    for one in asked:
        if isinstance(one, NumberTest):
            found.append(one.limit)
        elif isinstance(one, BetweenTest):
            found += [one.low, one.high]
    return found


def rejected(reader: Reader, fact: str) -> tuple[Sql | None, Sql | None]:
    """Whether the value, and the date beside it, of a fact are cells that a person must correct; none where neither."""
    cell = reader.cell(fact)
    assert cell is not None
    value = cell.bad() if cell.bad is not None else None
    old = reader.too_old() if fact == AGE else None
    if old is not None:
        value = column(old) if value is None else operation(exp.Or, value, column(old))
    on = both(opposite(cell.missing()), cell.when.bad()) if cell.when is not None else None
    return value, on
