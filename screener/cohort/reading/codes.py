"""Cells that hold one value of few, yes and no or an option: read into a small number, the place of the value."""

from __future__ import annotations

from collections.abc import Mapping

from screener.cohort.columns import FactColumns
from screener.cohort.dialect import Dialect, SplittingDialect
from screener.cohort.outcomes import UNSETTLED_OUTCOMES
from screener.cohort.reading.cells import CodedCell, Context, When
from screener.cohort.reading.text import marks_in, text_column
from screener.cohort.sql import (
    Sql,
    both,
    case,
    column,
    differs,
    equals,
    first_of,
    missing,
    number,
    switch,
    text,
)
from screener.facts.definitions import FactDefinition, Value
from screener.facts.values import YES_NO


def coded_cell(context: Context, columns: FactColumns, when: When | None) -> CodedCell:
    """Read a fact of few values."""
    fact, name, dialect = columns.fact, columns.fact.name, context.dialect
    listed = context.listed and fact.type == "choice" and columns.value.kind == "text"
    if listed and isinstance(dialect, SplittingDialect):
        return _listed_cell(context, fact, when, dialect.place(column(name), fact.options))
    values: tuple[Value, ...] = (True, False) if fact.type == "yes_no" else fact.options
    nothing, unreadable = len(values) + 1, len(values) + 2
    marks = {mark: unreadable + place for place, mark in enumerate(marks_in(columns.value), start=1)}
    typed = fact.type == "yes_no" and columns.value.kind == "boolean"
    if typed:
        read = case([(missing(column(name)), number(nothing)), (column(name), number(1))], number(2))
    else:
        raw = text_column(context, name, columns.value)
        read = _of_text(context, raw, _spellings(fact, values), marks, len(values))
    value = context.steps.name(f"{name} value", read)
    code = _dated(context, name, value, when, len(values))
    return CodedCell(
        fact,
        lambda: equals(column(code), number(nothing)),
        None if typed and when is None else lambda: equals(column(code), number(unreadable)),
        None if typed else lambda: equals(column(value), number(unreadable)),
        (lambda: _unsettled(code, marks)) if marks else None,
        when,
        code=code,
        values=values,
        flag=name if typed and when is None else None,
    )


def _listed_cell(context: Context, fact: FactDefinition, when: When | None, place: Sql) -> CodedCell:
    """An option as the vocabulary lists it; other texts have no place."""
    count = len(fact.options)
    value = context.steps.name(f"{fact.name} value", place)
    code = _dated(context, fact.name, value, when, count)
    return CodedCell(
        fact,
        lambda: equals(column(code), number(count + 1)),
        None if when is None else lambda: equals(column(code), number(count + 2)),
        lambda: missing(column(value)),
        None,
        when,
        code=code,
        values=fact.options,
    )


def _dated(context: Context, name: str, value: str, when: When | None, count: int) -> str:
    """The column with the code of a value of so many; a recorded one whose date cannot be read cannot be read."""
    if when is None:
        return value
    recorded = both(when.bad(), differs(column(value), number(count + 1)))
    return context.steps.name(f"{name} code", case([(recorded, number(count + 2))], column(value)))


def _unsettled(code: str, marks: Mapping[str, int]) -> Sql:
    return switch(column(code), [(number(place), number(UNSETTLED_OUTCOMES[mark])) for mark, place in marks.items()])


def _spellings(fact: FactDefinition, values: tuple[Value, ...]) -> list[tuple[str, int]]:
    """Every text that means a value, with the code of the value."""
    if fact.type == "yes_no":
        return sorted(((word, 1 if yes else 2) for word, yes in YES_NO.items()), key=lambda one: -len(one[0]))
    return [(str(option), place) for place, option in enumerate(values, start=1)]


def normal_option(context: Context, name: str) -> Sql:
    """A text as options are compared: small letters, no space around it, and a single underscore for space inside."""
    dialect = context.dialect
    return dialect.replaced(dialect.strip(dialect.folded(column(name)), " "), " +", "_")


def _of_text(
    context: Context, name: str, spellings: list[tuple[str, int]], marks: Mapping[str, int], count: int
) -> Sql:
    nothing, unreadable = number(count + 1), number(count + 2)
    dialect = context.dialect
    # A mark stands as it is, without capitals or an underscore.
    marked = _looked_up(dialect, dialect.strip(column(name)), list(marks.items()), unreadable)
    other = _looked_up(dialect, normal_option(context, name), [*spellings, ("", count + 1)], marked)
    # Most cells are written as they should be; only for others the text is worked on.
    return _looked_up(dialect, column(name), spellings, case([(missing(column(name)), nothing)], other))


def _looked_up(dialect: Dialect, value: Sql, codes: list[tuple[str, int]], otherwise: Sql) -> Sql:
    """The number beside a text, of other texts something else."""
    found = dialect.looked_up(value, codes) if codes else None
    if found is not None:
        return first_of(found, otherwise)
    return switch(value, [(text(word), number(code)) for word, code in codes], otherwise)
