"""Reading the cells of a row into facts: the part that runs for every cell of every patient."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from screener.dates import PartialDate, birth_range, completed_years, exactly, parse_date
from screener.facts.definitions import AGE, BIRTH_DATE, OLDEST_AGE, FactDefinition, Value
from screener.facts.tables.advice import LATER, OUTSIDE, advice, advice_for_date
from screener.facts.tables.cells import EMPTY_LIST, MARK, NO_TEXT, WRITE_TEXT, Reject, Rejection
from screener.facts.tables.headings import ON, SOURCE, Headings
from screener.facts.values import RECORDED, UNSETTLED, FactValue, Unreadable, read_value

_MOST_REMEMBERED: Final = 200_000
"""Texts whose reading is remembered, over all columns; about 50 MB."""

_DIFFERS: Final = "differs from birth_date"
_WHICH_AGE: Final = "birth_date is used; correct the one that is wrong"
_AGED: Final = f"correct the age or its date: by the screening date it would be over {OLDEST_AGE}"


class _Column(NamedTuple):
    """Where a fact stands, and what its texts were read as so far."""

    fact: str
    place: int
    values: dict[str, Value]
    on_place: int
    source_place: int
    definition: FactDefinition


class CellReader:
    """Reads rows of one table. `reject` is told of every cell that cannot be read; it stops nothing else."""

    def __init__(self, headings: Headings, *, as_of: date, reject: Reject) -> None:
        self._columns = [
            _Column(fact.name, place, {}, on_place, source_place, fact)
            for fact, place, on_place, source_place in headings.facts
        ]
        self._ages = any(column.fact == AGE for column in self._columns)
        self._as_of = as_of
        self._reject = reject
        self._dates: dict[str, PartialDate | None] = {"": None}
        self._remembered = 0

    def facts(self, cells: list[str], row: int) -> dict[str, FactValue]:
        """The facts of one row, whose cells stand as the headings do; an empty cell is no fact."""
        cells.append("")  # where the dates and sources stand that have no column
        here, dates = f"row {row}", self._dates
        new = tuple.__new__  # what making a named tuple comes down to
        facts: dict[str, FactValue] = {}
        for column in self._columns:
            fact, place, values, on_place, source_place, _ = column
            text = cells[place]
            if text:
                source = self._source(column, cells, row) if cells[source_place] else here
                try:
                    facts[fact] = new(FactValue, (fact, values[text], dates[cells[on_place]], source, "recorded", ()))
                except KeyError:
                    self._read(column, cells, facts=facts, source=source, row=row)
        if self._ages:
            self._check_age(facts, row)
        return facts

    def _source(self, column: _Column, cells: list[str], row: int) -> str:
        """Where a person can look the value up: what the table says, else the row."""
        source = cells[column.source_place].strip()
        if source.startswith(MARK):
            self._reject(Rejection(row, column.fact + SOURCE, NO_TEXT, WRITE_TEXT))
            return f"row {row}"
        return source or f"row {row}"

    def _read(self, column: _Column, cells: list[str], *, facts: dict[str, FactValue], source: str, row: int) -> None:
        """Read a cell whose text, or whose date, was not met before or cannot be read."""
        text, on_text = cells[column.place], cells[column.on_place]
        if not text.strip():
            return
        value: Value | None = None
        on: PartialDate | None = None
        state = UNSETTLED.get(text.strip(), RECORDED)
        broken: list[str] = []
        try:
            value = self._value(column, text) if state == RECORDED else None
        except Unreadable as problem:
            broken.append(column.fact)
            self._reject(Rejection(row, column.fact, str(problem), advice(column.definition, str(problem))))
        try:
            on = self._date(on_text)
        except Unreadable as problem:
            value = None
            broken.append(column.fact + ON)
            self._reject(Rejection(row, column.fact + ON, str(problem), advice_for_date(str(problem))))
        if broken:
            facts[column.fact] = _unreadable(column.fact, on, source, broken=broken, row=row)
        else:
            facts[column.fact] = FactValue(column.fact, value, on, source, state)

    def _value(self, column: _Column, text: str) -> Value:
        value = column.values.get(text)
        if value is None:
            value = _read_cell(column.definition, text)
            if column.fact == BIRTH_DATE and isinstance(value, PartialDate):
                self._check_birth_date(value)
            self._make_room()
            column.values[text] = value
        return value

    def _date(self, text: str) -> PartialDate | None:
        """The date of a value, none where the cell is blank."""
        if text in self._dates:
            return self._dates[text]
        on = _parse(text.strip()) if text.strip() else None
        if on is not None and on.first > self._as_of:
            raise Unreadable(LATER)
        self._make_room()
        self._dates[text] = on
        return on

    def _check_birth_date(self, birth: PartialDate) -> None:
        if birth.first > self._as_of:
            raise Unreadable(LATER)
        if birth.last <= self._as_of and completed_years(birth.last, self._as_of) > OLDEST_AGE:
            raise Unreadable(OUTSIDE)

    def _check_age(self, facts: dict[str, FactValue], row: int) -> None:
        """Tell of an age that nobody reaches by the screening date, or that the birth date does not allow."""
        age = facts.get(AGE)
        if age is None or not isinstance(age.value, int):
            return
        on = age.on or exactly(self._as_of)
        first, last = birth_range(age.value, on.first, min(on.last, self._as_of))
        birth = facts.get(BIRTH_DATE)
        if completed_years(last, self._as_of) > OLDEST_AGE:
            facts[AGE] = _unreadable(AGE, age.on, age.source or "", broken=[AGE], row=row)
            self._reject(Rejection(row, AGE, OUTSIDE, _AGED))
        elif birth is not None and isinstance(birth.value, PartialDate) and _apart(birth.value, first, last):
            self._reject(Rejection(row, AGE, _DIFFERS, _WHICH_AGE))

    def _make_room(self) -> None:
        self._remembered += 1
        if self._remembered > _MOST_REMEMBERED:
            self._remembered = 0
            for column in self._columns:
                column.values.clear()
            self._dates.clear()
            self._dates[""] = None


def _unreadable(fact: str, on: PartialDate | None, source: str, *, broken: list[str], row: int) -> FactValue:
    """A fact of which cells cannot be read: they are named where a person looks first, then the source itself."""
    cells = f"row {row}, column {' and '.join(broken)}"
    named = "" if source == f"row {row}" else f"; {source}"
    return FactValue(fact, None, on, cells + named, "unreadable")


def _apart(birth: PartialDate, first: date, last: date) -> bool:
    return birth.last < first or birth.first > last


def _read_cell(fact: FactDefinition, text: str) -> Value:
    """Read a cell; a list is a set of options and nothing else, and the empty one is the empty set."""
    if not text.startswith(MARK) or fact.type != "set":
        return read_value(fact, text)
    return frozenset() if text == EMPTY_LIST else read_value(fact, text.removeprefix(MARK))


def _parse(text: str) -> PartialDate:
    try:
        return parse_date(text)
    except ValueError:
        raise Unreadable("not a date") from None
