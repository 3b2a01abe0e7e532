"""Cells that hold a date, whole or in part: read into the first and the last day it can be."""

from __future__ import annotations

from datetime import date

from sqlglot import exp

from screener.cohort.columns import FactColumns, SourceColumn
from screener.cohort.reading.cells import Context, DateCell, Days, Make, When
from screener.cohort.reading.text import marks_in, stripped
from screener.cohort.sql import (
    Sql,
    above,
    any_condition,
    at_least,
    at_most,
    both,
    case,
    column,
    day,
    equals,
    first_of,
    missing,
    no_day,
    number,
    operation,
    opposite,
    present,
    switch,
    text,
)
from screener.dates import Length, latest_passed
from screener.facts.definitions import BIRTH_DATE, OLDEST_AGE


def date_cell(context: Context, columns: FactColumns, when: When | None) -> DateCell:
    """Read a date; a date of birth may not lie ahead, nor so far back that nobody lives so long."""
    fact, name = columns.fact, columns.fact.name
    raw = read_days(context, name, columns.value)
    wrong = _no_birth(context.as_of, raw) if name == BIRTH_DATE else None
    blank = _blank(context, name, columns.value)
    sound = raw
    if wrong is not None or when is not None:
        sound = _unless(context, name, raw, lambda: any_condition(wrong, None if when is None else when.bad))

    unsettled = _unsettled(context, columns, raw)
    settled = None if unsettled is None else (lambda: missing(unsettled()))

    def unread() -> Sql:
        return both(missing(column(raw.first)), settled() if settled else None)

    def bad() -> Sql:
        return both(opposite(blank()), any_condition(unread, wrong))

    def unreadable() -> Sql:
        if settled is None:
            return missing(column(sound.first))
        # A day that was taken away is one that cannot be used.
        taken = both(missing(column(sound.first)), present(column(raw.first)))
        return any_condition(unread, lambda: taken, None if when is None else when.bad)

    return DateCell(fact, blank, unreadable, bad, unsettled, when, days=sound)


def _unsettled(context: Context, columns: FactColumns, raw: Days) -> Make | None:
    """The outcome of what is marked as not settled; nothing else is looked at where a day could be read."""
    name, marks = columns.fact.name, marks_in(columns.value)
    if not marks:
        return None
    written = stripped(context, name, columns.value)
    mark = switch(column(written), [(text(one), number(outcome)) for one, outcome in marks.items()])
    found = context.steps.name(f"{name} unsettled", case([(missing(column(raw.first)), mark)]))
    return lambda: column(found)


def date_beside(context: Context, heading: str, source: SourceColumn) -> When:
    """Read the date of a value; nothing is known of a day to come."""
    days = read_days(context, heading, source)
    blank = _blank(context, heading, source)
    later = first_of(above(column(days.first), day(context.as_of)), opposite(blank()))
    wrong = context.steps.name(f"{heading} wrong", later)
    return When(days, lambda: column(wrong))


def read_days(context: Context, heading: str, source: SourceColumn) -> Days:
    """The days a cell can be; nothing where it is blank or no date."""
    steps = context.steps
    if source.kind == "date":
        real = both(at_least(column(heading), day(date.min)), at_most(column(heading), day(date.max)))
        name = steps.once(("day", heading), f"{heading} day", lambda: case([(real, column(heading))]))
        return Days(name, name)
    written = stripped(context, heading, source)
    full = steps.once(("full", heading), f"{heading} full", lambda: _full(context, written, "-01", "-01-01"))
    is_day = steps.once(("is day", heading), f"{heading} is day", lambda: context.dialect.is_day(full))
    first = steps.once(
        ("first", heading), f"{heading} first", lambda: case([(column(is_day), context.dialect.to_day(column(full)))])
    )
    return Days(first, steps.once(("last", heading), f"{heading} last", lambda: _last(context, written, first)))


def _full(context: Context, written: str, *rest: str) -> Sql:
    """A text of the length of a date, a month or a year, filled up to its first day; nothing of other lengths."""
    longer = [
        (number(7 - 3 * place), context.dialect.lined_up(column(written), text(one))) for place, one in enumerate(rest)
    ]
    return switch(context.dialect.length(column(written)), [(number(10), column(written)), *longer])


def _last(context: Context, written: str, first: str) -> Sql:
    dialect = context.dialect
    year_end = dialect.month_end(dialect.months_later(column(first), number(11)))
    ends = [(number(10), column(first)), (number(7), dialect.month_end(column(first))), (number(4), year_end)]
    return case([(present(column(first)), switch(dialect.length(column(written)), ends))])


def _blank(context: Context, heading: str, source: SourceColumn) -> Make:
    if source.kind != "text":
        return lambda: missing(column(heading))
    return blank_text(context, heading, source)


def blank_text(context: Context, heading: str, source: SourceColumn) -> Make:
    """Nothing, or no more than space."""
    name = stripped(context, heading, source)
    return lambda: any_condition(lambda: missing(column(name)), lambda: equals(column(name), text("")))


def _no_birth(as_of: date, days: Days) -> Make:
    """A day of birth that lies ahead, or on which nobody was born who is still alive."""
    oldest = latest_passed(Length(OLDEST_AGE + 1, "year"), as_of)

    def wrong() -> Sql:
        ahead = above(column(days.first), day(as_of))
        return ahead if oldest is None else operation(exp.Or, ahead, at_most(column(days.last), day(oldest)))

    return wrong


def _unless(context: Context, name: str, days: Days, wrong: Make) -> Days:
    first = context.steps.name(f"{name} first day", case([(wrong(), no_day())], column(days.first)))
    if days.exact:
        return Days(first, first)
    return Days(first, context.steps.name(f"{name} last day", case([(wrong(), no_day())], column(days.last))))
