"""Numbers that are written with a power of ten, as exact numbers of an engine that holds 38 digits.

What lies between two numbers of 18 decimals is put half-way between them, and what is larger than any limit stays so:
every comparison with a limit of up to 18 digits on either side of the point comes out as with the number itself.
"""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from screener.cohort.reading.cells import Context
from screener.cohort.sql import (
    Kind,
    Sql,
    above,
    below,
    case,
    cast,
    column,
    number,
    operation,
    plus,
    switch,
    text,
)

DECIMALS: Final = 18
_LARGE: Final = "2" + "0" * DECIMALS


def shifted(context: Context, name: str, hint: str) -> Sql:
    """The number that a column's text means."""
    if context.dialect.wide:
        return context.dialect.decimal(column(name))
    powered = context.dialect.matches(column(name), ".*[eE].*")
    return case([(powered, _with_power(context, name, hint))], context.dialect.decimal(column(name)))


def _with_power(context: Context, name: str, hint: str) -> Sql:
    dialect, steps = context.dialect, context.steps
    # Nothing for a text without a power, so that it costs nothing.
    lower = exp.Lower(this=case([(dialect.matches(column(name), ".*[eE].*"), column(name))]))
    powered = steps.name(f"{hint} powered", lower)
    bare = steps.name(f"{hint} bare", dialect.strip(dialect.part(column(powered), "e", 1), "+-"))
    power = cast(dialect.strip(dialect.part(column(powered), "e", 2), "+"), Kind.INT)
    whole = dialect.length(dialect.part(column(bare), ".", 1))
    point = steps.name(f"{hint} point", cast(plus(whole, power, number(DECIMALS)), Kind.INT))
    digits = steps.name(f"{hint} digits", dialect.replaced(column(bare), "[.]", ""))
    # The digits up to the last decimal that is kept, and those behind it.
    size = case([(above(column(point), number(0)), column(point))], cast(number(0), Kind.INT))
    padded = exp.Pad(this=column(digits), expression=size, fill_pattern=text("0"), is_left=False)
    kept = steps.name(f"{hint} kept", exp.Trim(this=padded, expression=text("0"), position="LEADING"))
    start = case([(above(column(point), number(0)), plus(column(point), number(1)))], number(1))
    rest = exp.Substring(this=column(digits), start=start)
    between = steps.name(f"{hint} between", dialect.matches(rest, ".*[1-9].*"))
    filled = exp.Pad(this=column(kept), expression=_width(context, kept), fill_pattern=text("0"), is_left=True)
    full = steps.name(f"{hint} full", filled)
    count = operation(exp.Sub, dialect.length(column(full)), number(DECIMALS))
    front = exp.Substring(this=column(full), start=number(1), length=count)
    back = exp.Substring(this=column(full), start=plus(count.copy(), number(1)))
    half = switch(column(between), [(exp.true(), text("5"))], text("0"))
    fits = below(dialect.length(column(kept)), number(2 * DECIMALS + 1))
    size_text = case([(fits, dialect.lined_up(front, text("."), back, half))], text(_LARGE))
    sign = case([(dialect.matches(column(powered), "-.*"), text("-"))], text(""))
    return dialect.decimal(dialect.lined_up(sign, size_text))


def _width(context: Context, kept: str) -> Sql:
    length = context.dialect.length(column(kept))
    return cast(case([(above(length, number(DECIMALS)), length.copy())], number(DECIMALS + 1)), Kind.INT)
