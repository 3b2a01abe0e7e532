"""Columns as the text that a fact table would hold: what every kind of value looks like in a cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from screener.cohort.columns import SourceColumn
from screener.cohort.outcomes import UNSETTLED_OUTCOMES
from screener.cohort.reading.cells import Context
from screener.cohort.sql import (
    Kind,
    Sql,
    below,
    both,
    case,
    cast,
    column,
    equals,
    function,
    number,
    present,
    text,
)

_WITH_ANY_TEXT: Final = ("text", "plain")
NO_VALUE: Final = "!"
"""The text of what no fact can be; it reads as no value of any fact."""
LARGEST_EXACT: Final = 2**53


def text_column(context: Context, heading: str, source: SourceColumn) -> str:
    """The column that holds the text of a cell; nothing, or no more than space, where nothing is recorded."""
    if source.kind == "text":
        return heading
    return context.steps.once(("text", heading), f"{heading} text", lambda: _text(heading, source))


def stripped(context: Context, heading: str, source: SourceColumn) -> str:
    """The column that holds the text of a cell without space around it."""
    plain = text_column(context, heading, source)
    if source.kind != "text":
        return plain
    strip = context.dialect.strip_column
    return context.steps.once(("stripped", heading), f"{heading} stripped", lambda: strip(plain))


def marks_in(source: SourceColumn) -> Mapping[str, int]:
    """What a column can hold in place of a value that is not settled, with the outcome of each."""
    return UNSETTLED_OUTCOMES if source.kind in _WITH_ANY_TEXT else {}


def is_whole(name: str) -> Sql:
    """Whether a floating point number is a whole one that it holds exactly; not where it is infinite or none."""
    size = below(function("ABS", column(name)), number(LARGEST_EXACT))
    return both(size, equals(column(name), function("FLOOR", column(name))))


def _text(heading: str, source: SourceColumn) -> Sql:
    match source.kind:
        case "double" | "real":
            whole = cast(cast(column(heading), Kind.BIGINT), Kind.VARCHAR)
            return case([(is_whole(heading), whole)], cast(column(heading), Kind.VARCHAR))
        case "timestamp":
            midnight = equals(cast(cast(column(heading), Kind.DATE), Kind.TIMESTAMP), column(heading))
            as_day = cast(cast(column(heading), Kind.DATE), Kind.VARCHAR)
            return case([(midnight, as_day)], cast(column(heading), Kind.VARCHAR))
        case "no value" | "texts":
            return case([(present(column(heading)), text(NO_VALUE))])
    return cast(column(heading), Kind.VARCHAR)
