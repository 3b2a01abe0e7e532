"""Cells that hold a set of options: read into bits, one for each class of options that the tests tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from sqlglot import exp

from screener.cohort.columns import FactColumns
from screener.cohort.dialect import SplittingDialect
from screener.cohort.reading.cells import Context, Make, SetCell, When
from screener.cohort.reading.text import NO_VALUE, marks_in, stripped, text_column
from screener.cohort.sql import (
    Sql,
    bits,
    both,
    case,
    column,
    differs,
    either,
    equals,
    first_of,
    has_bits,
    missing,
    number,
    operation,
    plus,
    present,
    switch,
    text,
)
from screener.criteria.model import SetTest
from screener.errors import UsageError
from screener.facts.definitions import FactDefinition
from screener.facts.values import AT_LEAST, NOTHING

MOST_CLASSES: Final = 58


def set_cell(context: Context, columns: FactColumns, when: When | None, tests: Sequence[SetTest]) -> SetCell:
    """Read a set. `tests` are all that will be asked of it."""
    fact, name, steps = columns.fact, columns.fact.name, context.steps
    bit_of = _classes(fact, tests)
    more = 2 * max(bit_of.values(), default=1)
    bad, nothing = 2 * more, 4 * more
    quick, unsettled = None, None
    if isinstance(context.dialect, SplittingDialect):
        quick = _quick(context, context.dialect, columns, bit_of, bad)
    if context.listed and quick is not None:
        read = case([(missing(column(name)), number(nothing))], column(quick))
    else:
        read, unsettled = _in_any_spelling(context, columns, quick, bit_of, bad=bad, nothing=nothing)
    value = mask = steps.name(f"{name} value", read)
    if when is not None:
        wrong = both(when.bad(), _without(value, nothing))
        mask = steps.name(f"{name} mask", case([(wrong, number(bad))], column(value)))
    return SetCell(
        fact, lambda: has_bits(column(mask), nothing), lambda: has_bits(column(mask), bad),
        lambda: has_bits(column(value), bad), None if unsettled is None else partial(column, unsettled), when,
        mask=mask, bit_of=bit_of, more=more,
    )  # fmt: skip


def _in_any_spelling(
    context: Context, columns: FactColumns, quick: str | None, bit_of: dict[str, int], *, bad: int, nothing: int
) -> tuple[Sql, str | None]:
    """The bits of a set, the quick ones where they are sound; and the column of what is not settled, if that can be."""
    fact, name = columns.fact, columns.fact.name
    written = _text(context, columns, quick, bad)
    unsettled = _unsettled(context, columns, written)
    slow = _slow(context, fact, written, bit_of, more=bad // 2, bad=bad, nothing=nothing)
    if unsettled is not None:
        slow = case([(present(column(unsettled)), number(0))], slow)
    typed = columns.value.kind == "texts"
    empty = equals(context.dialect.count(column(name)), number(0)) if typed else None
    read = case([(missing(column(name)), number(nothing)), (empty, number(0))], slow)
    return read if quick is None else case([(_without(quick, bad), column(quick))], read), unsettled


def _unsettled(context: Context, columns: FactColumns, written: str) -> str | None:
    """The column with the outcome of what is marked as not settled; none where the column can hold no mark."""
    marks = marks_in(columns.value)
    if not marks:
        return None
    mark = switch(column(written), [(text(one), number(outcome)) for one, outcome in marks.items()])
    return context.steps.name(f"{columns.fact.name} unsettled", mark)


def _classes(fact: FactDefinition, tests: Sequence[SetTest]) -> dict[str, int]:
    """A bit for each option; options that every test takes alike share one, but none that must all be there do.

    Raises:
        UsageError: the tests tell more options apart than an engine's whole numbers have bits.
    """
    alone = {option for test in tests if test.op == "includes_all" for option in test.options}
    seen: dict[tuple[object, ...], int] = {}
    bit_of: dict[str, int] = {}
    for option in fact.options:
        key = tuple(option in test.options for test in tests)
        bit_of[option] = 1 << seen.setdefault((*key, option if option in alone else None), len(seen))
    if len(seen) > MOST_CLASSES:
        raise UsageError(
            f"The rules tell {len(seen)} options of {fact.name} apart, more than {MOST_CLASSES}.",
            hint="Screen these patients with `screener screen`, which has no such limit.",
        )
    return bit_of


def _without(name: str, bit: int) -> Sql:
    return equals(bits(column(name), number(bit)), number(0))


def _quick(context: Context, dialect: SplittingDialect, columns: FactColumns, bit_of: dict[str, int], bad: int) -> str:
    """The column with the bits of a set whose options are written as they should be; others give the bit `bad`."""
    heading, kind = columns.fact.name, columns.value.kind
    name = heading if kind in ("text", "texts") else text_column(context, heading, columns.value)
    parts = name
    if kind != "texts":
        parts = context.steps.name(f"{heading} split", dialect.split(name, ";"))
    whole = dialect.bits_of(parts, bit_of, bad)
    if kind != "texts":
        read = whole if NOTHING in bit_of else case([(equals(column(name), text(NOTHING)), number(0))], whole)
    else:
        # The bits of the empty list are nothing, and so are those of no list.
        read = case([(present(column(heading)), first_of(whole, number(0)))])
    return context.steps.name(f"{heading} quick", read)


def _text(context: Context, columns: FactColumns, quick: str | None, bad: int) -> str:
    """The text of a set that is read slowly: nothing where it was read quickly, or where nothing is recorded."""
    heading, steps = columns.fact.name, context.steps
    left: Make = partial(_recorded, heading)
    if quick is not None:
        left = partial(
            column, steps.name(f"{heading} left", both(present(column(heading)), has_bits(column(quick), bad)))
        )
    if columns.value.kind == "texts":
        joined = steps.name(f"{heading} joined", case([(left(), context.dialect.joined(column(heading), ";"))]))
        written = _honest(context, heading, joined)
    else:
        written = column(stripped(context, heading, columns.value))
    return steps.name(f"{heading} written", case([(left(), written)]))


def _honest(context: Context, heading: str, joined: str) -> Sql:
    """A list as text. One that holds nothing where an option belongs, or a `;`, has another count of parts."""
    dialect = context.dialect
    bare = dialect.length(dialect.replaced(column(joined), ";", ""))
    separators = operation(exp.Sub, dialect.length(column(joined)), bare)
    honest = equals(plus(separators, number(1)), dialect.count(column(heading)))
    return case([(both(honest, differs(column(joined), text(""))), column(joined))], text(NO_VALUE))


def _slow(
    context: Context, fact: FactDefinition, written: str, bit_of: dict[str, int], *, more: int, bad: int, nothing: int
) -> Sql:
    """The bits of a set in whatever spelling the reader takes."""
    dialect, steps = context.dialect, context.steps
    partly = steps.name(f"{fact.name} partly", equals(dialect.piece(column(written), 1, len(AT_LEAST)), text(AT_LEAST)))
    body = case([(column(partly), dialect.piece(column(written), len(AT_LEAST) + 1))], column(written))
    # Slow work is done behind a condition, because it costs as much where there is nothing to work on.
    small = steps.name(
        f"{fact.name} small", case([(present(column(written)), dialect.strip(dialect.folded(body), " "))])
    )
    apart = dialect.replaced(dialect.replaced(column(small), " *; *", ";"), " +", "_")
    listed = dialect.lined_up(text(";"), apart, text(";"))
    parts = steps.name(f"{fact.name} parts", case([(present(column(small)), listed)]))
    options = "|".join(fact.options)
    held: dict[int, list[str]] = {}
    for option, bit in bit_of.items():
        held.setdefault(bit, []).append(option)
    found = plus(*(case([(_holds(context, parts, some), number(bit))], number(0)) for bit, some in held.items()))
    known: list[tuple[Sql | None, Sql]] = [(dialect.matches(column(parts), f";(({options});)+"), found)]
    if NOTHING not in fact.options:
        known.insert(0, (equals(column(small), text(NOTHING)), number(0)))
    value = steps.name(f"{fact.name} slow", case(known, number(bad)))
    also = case([(both(column(partly), _without(value, bad)), number(more))], number(0))
    return case([(equals(column(written), text("")), number(nothing))], plus(column(value), also))


def _holds(context: Context, parts: str, options: Sequence[str]) -> Sql:
    held = either(*(context.dialect.contains(column(parts), f";{one};") for one in options))
    assert held is not None
    return held


def _recorded(heading: str) -> Sql:
    return present(column(heading))
