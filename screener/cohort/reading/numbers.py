"""Cells that hold a number, exact or between two ends such as `<5` and `>=2 <4`: read into the two ends."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from math import ceil, floor
from typing import Final, NamedTuple

from sqlglot import exp

from screener.cohort.columns import FactColumns
from screener.cohort.dialect import WHITE
from screener.cohort.reading.cells import Context, Make, NumberCell, When
from screener.cohort.reading.powers import shifted
from screener.cohort.reading.text import LARGEST_EXACT, is_whole, marks_in, text_column
from screener.cohort.sql import (
    Kind,
    Sql,
    above,
    any_condition,
    at_least,
    below,
    both,
    case,
    cast,
    column,
    differs,
    either,
    equals,
    function,
    missing,
    nothing,
    number,
    operation,
    opposite,
    plus,
    present,
    switch,
    text,
    truth,
    try_cast,
)
from screener.facts.definitions import FactDefinition

MOST_DIGITS: Final = 18
_DOUBLE: Final = exp.DataType(this=Kind.DOUBLE)
_TOO_LARGE: Final = "1e100"
_TOO_SMALL: Final = "1e-99"
_PLAIN_FROM: Final = "0.1"
_SIDE: Final = {True: "low", False: "high"}
_EXPONENT_FROM: Final = 10**16
MOST_WHOLE: Final = 10**MOST_DIGITS - 1
_WHOLE: Final = "[+-]?[0-9]{1,18}([.]0*)?"
_DIGITS: Final = "([0-9]{1,18}([.][0-9]{0,18})?|[.][0-9]{1,18})"
_NUMBER: Final = f"[+-]?{_DIGITS}([eE][+-]?[0-9]{{1,2}})?"


def number_cell(context: Context, columns: FactColumns, when: When | None, limits: list[int | Decimal]) -> NumberCell:
    """Read a number. `limits` are what it will be compared with: they say how a binary number may be."""
    kind, whole = columns.value.kind, columns.fact.type == "integer"
    if kind == "whole":
        return _typed(context, columns, when, columns.fact.name, kind=None)
    if kind in ("double", "real") and whole:
        read = _whole_of(columns.fact.name)
        return _typed(context, columns, when, context.steps.name(f"{columns.fact.name} whole", read), kind=None)
    bounds = [limit for limit in (*limits, columns.fact.low, columns.fact.high) if limit is not None]
    if kind == "double" and all(_doubles(limit) for limit in bounds):
        read = case([(_a_number(context, columns.fact.name), column(columns.fact.name))])
        return _typed(context, columns, when, context.steps.name(f"{columns.fact.name} number", read), kind=_DOUBLE)
    if kind == "decimal" and not whole:
        return _typed(context, columns, when, columns.fact.name, kind=context.dialect.exact)
    return _written(context, columns, when)


def _whole_of(name: str) -> Sql:
    """A binary number as a whole one; nothing where it has decimals, or is so large that its text has an exponent."""
    size = function("ABS", column(name))
    # Its text ends in `.0` and is the number that is meant, which in half the width is not the one that is held.
    large = both(at_least(size, number(LARGEST_EXACT)), below(size.copy(), number(_EXPONENT_FROM)))
    meant = cast(cast(cast(column(name), Kind.VARCHAR), Kind.DOUBLE), Kind.BIGINT)
    return case([(is_whole(name), cast(column(name), Kind.BIGINT)), (large, meant)])


def limit(value: int | Decimal, kind: exp.DataType | None) -> Sql:
    """A number that a cell is compared with, in the type of the cell; none is the type of whole numbers."""
    return (
        number(value)
        if kind is None
        else cast(text(str(value) if isinstance(value, int) else format(value, "f")), kind)
    )


def _doubles(value: int | Decimal) -> bool:
    """Whether comparing binary numbers is comparing the shortest texts that mean them: up to 15 digits it is."""
    return len(Decimal(value).as_tuple().digits) <= 15


def _a_number(context: Context, name: str) -> Sql:
    """Whether the text of a binary number is one that the reader takes: no endless one, not too many digits."""
    large, small, plain = (cast(text(one), Kind.DOUBLE) for one in (_TOO_LARGE, _TOO_SMALL, _PLAIN_FROM))
    readable = context.dialect.matches(cast(column(name), Kind.VARCHAR), _NUMBER)
    near_nothing = both(operation(exp.Or, at_least(_size(name), small), equals(column(name), number(0))), readable)
    return both(below(_size(name), large), operation(exp.Or, at_least(_size(name), plain), near_nothing))


def _size(name: str) -> Sql:
    return function("ABS", column(name))


def _typed(
    context: Context, columns: FactColumns, when: When | None, value: str, *, kind: exp.DataType | None
) -> NumberCell:
    fact, name = columns.fact, columns.fact.name
    wrong: list[Sql] = [] if value == name else [missing(column(value))]
    wrong += _outside(fact, value, kind)
    if columns.value.digits > MOST_DIGITS and kind is None:
        wrong.append(at_least(_size(value), number(10**MOST_DIGITS)))
    bad: Make | None = None
    outside = either(*wrong)
    if outside is not None:
        flag = case([(missing(column(name)), truth(False))], outside) if value != name else outside
        bad = partial(column, context.steps.name(f"{name} bad", flag))
    return NumberCell(
        fact, lambda: missing(column(name)), _unreadable(bad, when), bad, None, when, low=value, high=value, kind=kind
    )


def _outside(fact: FactDefinition, value: str, kind: exp.DataType | None) -> list[Sql]:
    """The ways in which a number lies outside the range of its fact."""
    low, high = fact.low, fact.high
    if kind is None:
        low, high = None if low is None else ceil(low), None if high is None else floor(high)
    if low is not None and high is not None:
        return [opposite(exp.Between(this=column(value), low=limit(low, kind), high=limit(high, kind)))]
    if low is not None:
        return [below(column(value), limit(low, kind))]
    return [] if high is None else [above(column(value), limit(high, kind))]


def _unreadable(bad: Make | None, when: When | None) -> Make | None:
    if bad is None and when is None:
        return None
    return partial(any_condition, bad, when.bad if when is not None else None)


class _Written(NamedTuple):
    """A text that is read slowly, and what it was found to be: no number (0), a number (1) or a range (2)."""

    text: str
    form: str


class _Ends(NamedTuple):
    """The ends of a number as columns, whether each is itself left out, and those of whole numbers as written."""

    low: str
    high: str
    low_open: str | None = None
    high_open: str | None = None
    least: str | None = None
    most: str | None = None


def _written(context: Context, columns: FactColumns, when: When | None) -> NumberCell:
    """Read a number from text."""
    fact, steps = columns.fact, context.steps
    raw = text_column(context, fact.name, columns.value)
    plain = None
    if context.dialect.quick and fact.type == "integer":
        plain = steps.name(f"{fact.name} plain", try_cast(column(raw), Kind.BIGINT))
    written = _read_form(context, fact, raw, plain)
    ends = _Ends(_end(context, fact, written, low=True), _end(context, fact, written, low=False))
    ends = (
        _whole_ends(context, fact, written, ends) if fact.type == "integer" else _opened(context, fact, written, ends)
    )
    kind = None if fact.type == "integer" else context.dialect.exact
    unsettled = _unsettled(context, columns, written)
    bad = steps.name(f"{fact.name} bad", _wrong(fact, written, ends, unsettled, kind=kind))
    if plain is not None:
        low = _or_plain(context, f"{fact.name} from", written, plain, ends.low)
        ends = ends._replace(low=low, high=_or_plain(context, f"{fact.name} to", written, plain, ends.high))
    return NumberCell(
        fact, lambda: _nothing(raw, written), _unreadable(partial(column, bad), when), partial(column, bad),
        None if unsettled is None else partial(column, unsettled), when,
        low=ends.low, high=ends.high, low_open=ends.low_open, high_open=ends.high_open, kind=kind,
        ranged=lambda: equals(column(written.form), number(2)),
    )  # fmt: skip


def _nothing(raw: str, written: _Written) -> Sql:
    """No text, or no more than space; never unknown, although what is written plainly is not read slowly."""
    blank = equals(column(written.text), text(""))
    return case([(missing(column(raw)), truth(True)), (blank, truth(True))], truth(False))


def _unsettled(context: Context, columns: FactColumns, written: _Written) -> str | None:
    """The column with the outcome of what is marked as not settled; none where the column can hold no mark."""
    marks = marks_in(columns.value)
    if not marks:
        return None
    mark = switch(column(written.text), [(text(one), number(outcome)) for one, outcome in marks.items()])
    return context.steps.name(f"{columns.fact.name} unsettled", case([(equals(column(written.form), number(0)), mark)]))


def _read_form(context: Context, fact: FactDefinition, raw: str, plain: str | None) -> _Written:
    """What a text is, where it is not a whole number written plainly."""
    dialect, steps = context.dialect, context.steps
    stripped = dialect.strip_column(raw)
    if plain is not None:
        least = -MOST_WHOLE if fact.low is None else max(-MOST_WHOLE, ceil(fact.low))
        most = MOST_WHOLE if fact.high is None else min(MOST_WHOLE, floor(fact.high))
        usual = both(
            equals(cast(column(plain), Kind.VARCHAR), column(raw)),
            exp.Between(this=column(plain), low=number(least), high=number(most)),
        )
        stripped = case([(usual, cast(nothing(), Kind.VARCHAR))], stripped)
    name = steps.name(f"{fact.name} written", stripped)
    one = _WHOLE if fact.type == "integer" else _NUMBER
    ends = f"(>=?[{WHITE}]*{one})?[{WHITE}]*(<=?[{WHITE}]*{one})?"
    forms = [(dialect.matches(column(name), one), number(1)), (dialect.matches(column(name), ends), number(2))]
    return _Written(name, steps.name(f"{fact.name} form", case(forms, number(0))))


def _end(context: Context, fact: FactDefinition, written: _Written, *, low: bool) -> str:
    """One end of what is written, as a number; nothing where there is no such end."""
    dialect, steps = context.dialect, context.steps
    part = dialect.strip(dialect.part(column(written.text), "<", 1 if low else 2), f"{'>' if low else ''}={WHITE}")
    forms = [(number(1), column(written.text)), (number(2), exp.Nullif(this=part, expression=text("")))]
    end = steps.name(f"{fact.name} {_SIDE[low]} text", switch(column(written.form), forms))
    if fact.type == "integer":
        digits = dialect.part(exp.Trim(this=column(end), expression=text("+")), ".", 1)
        read = dialect.whole(digits)
    else:
        read = shifted(context, end, f"{fact.name} {_SIDE[low]}")
    return steps.name(f"{fact.name} {_SIDE[low]}", read)


def _open(context: Context, fact: FactDefinition, written: _Written, *, low: bool) -> str:
    """Whether an end is itself left out."""
    included = context.dialect.contains(column(written.text), ">=" if low else "<=")
    left_out = both(equals(column(written.form), number(2)), opposite(included))
    return context.steps.name(f"{fact.name} {_SIDE[low]} open", left_out)


def _opened(context: Context, fact: FactDefinition, written: _Written, ends: _Ends) -> _Ends:
    """The ends, and which of them are themselves left out."""
    low_open, high_open = (_open(context, fact, written, low=low) for low in (True, False))
    return ends._replace(low_open=low_open, high_open=high_open)


def _whole_ends(context: Context, fact: FactDefinition, written: _Written, ends: _Ends) -> _Ends:
    """The ends of whole numbers, themselves included: more than 2 is at least 3. `least` and `most` are as written."""

    def closed(end: str, *, low: bool) -> str:
        beside = case([(column(_open(context, fact, written, low=low)), number(1 if low else -1))], number(0))
        return context.steps.name(f"{fact.name} {_SIDE[low]} end", plus(column(end), beside))

    return _Ends(closed(ends.low, low=True), closed(ends.high, low=False), least=ends.low, most=ends.high)


def _wrong(
    fact: FactDefinition, written: _Written, ends: _Ends, unsettled: str | None, *, kind: exp.DataType | None
) -> Sql:
    """A text that is no number, lies outside the range, or is a range that holds no number; never unknown."""
    found = [equals(column(written.form), number(0))]
    for end in (ends.least or ends.low, ends.most or ends.high):
        found += _outside(fact, end, kind)
    found.append(above(column(ends.low), column(ends.high)))
    if ends.low_open is not None and ends.high_open is not None:
        neither = operation(exp.Or, column(ends.low_open), column(ends.high_open))
        found.append(both(equals(column(ends.low), column(ends.high)), neither))
    recorded = both(
        present(column(written.text)), differs(column(written.text), text("")),
        None if unsettled is None else missing(column(unsettled)),
    )  # fmt: skip
    wrong = either(*found)
    assert wrong is not None
    return case([(recorded, case([(wrong, truth(True))], truth(False)))], truth(False))


def _or_plain(context: Context, hint: str, written: _Written, plain: str, end: str) -> str:
    """The number that is written plainly, else the end that was read slowly."""
    return context.steps.name(hint, case([(missing(column(written.text)), column(plain))], column(end)))
