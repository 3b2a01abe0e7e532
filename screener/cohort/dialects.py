"""The engines' own ways of saying things, where they differ from the base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final

from sqlglot import exp

from screener.cohort.dialect import Dialect, SplittingDialect
from screener.cohort.outcomes import IS_NO, IS_YES, NOT_RECORDED, joined_causes, subsets
from screener.cohort.sql import (
    Kind,
    Sql,
    above,
    array,
    at_least,
    at_most,
    below,
    both,
    case,
    cast,
    column,
    equals,
    first_of,
    function,
    joined_bits,
    missing,
    nothing,
    number,
    operation,
    parts_of,
    plus,
    switch,
    text,
)
from screener.cohort.writing import apart

_STEP: Final = NOT_RECORDED
"""The lowest bit of a cause."""
_SHORT: Final = 64
"""Outcomes up to here are looked up as they are: quicker than to shorten the list, which costs when it is compiled."""


_LARGE: Final = 12
"""An expression of so many parts is worked out by itself on Spark."""
_FEW: Final = 2
"""A set of so many options is looked at option by option."""


class DuckDb(SplittingDialect):
    """DuckDB, on this machine."""

    name = "duckdb"
    quick = True
    materialized = False

    def matches(self, value: Sql, pattern: str) -> Sql:
        """Whether the whole text is of a pattern."""
        return exp.Anonymous(this="REGEXP_FULL_MATCH", expressions=[value, text(pattern)])

    def replaced(self, value: Sql, pattern: str, by: str) -> Sql:
        """The text with everything that is of a pattern replaced."""
        found = super().replaced(value, pattern, by)
        found.set("modifiers", text("g"))
        return found

    def strip_column(self, name: str) -> Sql:
        """A column without space at its ends: a look at the first and the last sign spares most the search."""
        return case([(self.unspaced(name), column(name))], self.strip(column(name)))

    def unspaced(self, name: str) -> Sql:
        """Whether a column's text begins and ends with a sign that is no space; of what is not ASCII it says no."""
        last = exp.Anonymous(this="ARRAY_EXTRACT", expressions=[column(name), number(-1)])
        return both(
            at_least(column(name), text("!")), below(column(name), text("\x7f")),
            exp.Between(this=last, low=text("!"), high=text("~")),
        )  # fmt: skip

    def pick(self, values: Sequence[Sql], index: Sql) -> Sql:
        """The value at a place: a list is looked up in one step."""
        return exp.Anonymous(this="LIST_EXTRACT", expressions=[array(values), index])

    def place(self, value: Sql, words: Sequence[str]) -> Sql:
        """The place of a text among words; of a column with a dictionary, worked out once for each of its words."""
        return function("LIST_POSITION", array([*map(text, words), nothing()]), value)

    def looked_up(self, value: Sql, codes: Sequence[tuple[str, int]]) -> Sql:
        """The number beside a text; quick where texts repeat."""
        words = array(text(word) for word, _ in codes)
        place: Sql = exp.Anonymous(this="LIST_POSITION", expressions=[words, value])
        if [code for _, code in codes] == list(range(1, len(codes) + 1)):
            return place
        return exp.Anonymous(this="LIST_EXTRACT", expressions=[array(number(code) for _, code in codes), place])

    def split(self, name: str, separator: str) -> Sql:
        """The parts of a column's text as a list."""
        return function("STRING_SPLIT", column(name), text(separator))

    def bits_of(self, name: str, bit_of: Mapping[str, int], bad: int) -> Sql:
        """The bits of the texts in a column's list; nothing of an empty one either."""
        option = exp.Identifier(this="option", quoted=True)
        place = function("LIST_POSITION", array(text(one) for one in bit_of), option)
        found = function("LIST_EXTRACT", array(number(one) for one in bit_of.values()), place)
        each = exp.Lambda(this=first_of(found, number(bad)), expressions=[option.copy()], colon=True)
        return function("LIST_BIT_OR", function("LIST_TRANSFORM", column(name), each))

    def result(self, outcome: str, words: Sequence[str], why: int) -> Sql:
        """The word for an outcome, of an enumeration: a byte a row, and no text to compare."""
        del why
        yes, no, unknown = (self.word(one, words) for one in words)
        return switch(column(outcome), [(number(IS_YES), yes), (number(IS_NO), no)], unknown)

    def causes(self, outcome: str, why: int) -> Sql:
        """The causes of an outcome, of an enumeration; an outcome that is settled has only the two lowest bits."""
        told = subsets(why)
        if len(told) < 2:
            among = ["", *map(joined_causes, told)]
            known = [(equals(column(outcome), number(one)), self.word(joined_causes(one), among)) for one in told]
            return case(known, self.word("", among))
        # The rows between are of causes that it cannot have.
        if why < _SHORT:
            return self._one_of([_told(one, why) for one in range(1, why + 1)], column(outcome))
        bits_of_causes = operation(exp.BitwiseRightShift, column(outcome), number(_STEP.bit_length() - 1))
        words = [_told(one, why) for one in range(0, why + 1, _STEP)]
        return self._one_of(words, plus(bits_of_causes, number(1)))

    def _one_of(self, words: Sequence[str], place: Sql) -> Sql:
        kind = exp.DataType(this=Kind.ARRAY, expressions=[_enumeration(words)], nested=True)
        return exp.Anonymous(this="LIST_EXTRACT", expressions=[cast(array(map(text, words)), kind), place])

    def word(self, value: str, among: Sequence[str]) -> Sql:
        """A word of an enumeration."""
        return cast(text(value), _enumeration(among))

    def is_day(self, full: str) -> Sql:
        """Whether a text is a day: what reads back as it was written."""
        read = exp.TryCast(this=column(full), to=exp.DataType(this=Kind.DATE))
        return equals(cast(read, Kind.VARCHAR), column(full))

    def to_day(self, full: Sql) -> Sql:
        """A text that is a day, as one."""
        return exp.TryCast(this=full, to=exp.DataType(this=Kind.DATE))

    def months_later(self, value: Sql, count: Sql) -> Sql:
        """So many months after a day."""
        months = exp.Anonymous(this="TO_MONTHS", expressions=[cast(count, Kind.INT)])
        return cast(operation(exp.Add, value, months), Kind.DATE)

    def count(self, value: Sql) -> Sql:
        """How many a list holds."""
        return exp.Anonymous(this="LEN", expressions=[value])


def _map(codes: Sequence[tuple[str, int]]) -> Sql:
    return function("MAP", *(one for word, code in codes for one in (text(word), number(code))))


def _is_whole(value: Sql) -> bool:
    """Whether a value is seen to be a whole number by how it is made."""
    match value:
        case exp.Literal():
            return value.is_int
        case exp.BitwiseAnd() | exp.BitwiseOr():
            return True
        case exp.Case():
            some = [one.args["true"] for one in value.args["ifs"]] + [value.args.get("default") or exp.Null()]
        case exp.Coalesce():
            some = [value.this, *value.expressions]
        case exp.Add() | exp.Paren():
            some = list(value.iter_expressions())
        case exp.Anonymous(this="ELEMENT_AT"):
            some = [one for one in value.expressions[0].expressions if not one.is_string]
        case _:
            return False
    known = [one for one in some if not isinstance(one, exp.Null)]
    return bool(known) and all(_is_whole(one) for one in known)


def _told(outcome: int, why: int) -> str:
    return joined_causes(outcome) if outcome & ~why == 0 else ""


def _enumeration(values: Sequence[str]) -> exp.DataType:
    once = dict.fromkeys(values)
    return exp.DataType(this=Kind.ENUM, expressions=[text(one) for one in once])


class Postgres(Dialect):
    """PostgreSQL, where the patients are."""

    name = "postgres"
    materialized = True
    exact = exp.DataType(this=Kind.DECIMAL)
    wide = True

    def months_later(self, value: Sql, count: Sql) -> Sql:
        """So many months after a day."""
        month = exp.Interval(this=text("1"), unit=exp.Var(this="MONTH"))
        return cast(operation(exp.Add, value, operation(exp.Mul, count, month)), Kind.DATE)

    def broken(self, value: Sql) -> None:
        """No text holds a NUL."""

    def count(self, value: Sql) -> Sql:
        """How many a list holds."""
        return exp.Anonymous(this="CARDINALITY", expressions=[value])


class Spark(SplittingDialect):
    """Spark, where one machine ends."""

    name = "spark"

    def strip_column(self, name: str) -> Sql:
        """A column without space at its ends: a look at the first and the last sign spares most the search."""
        # No BETWEEN, which Spark would work out anew each time that the column is used.
        last = [function("SUBSTRING", column(name), number(-1), number(1)) for _ in range(2)]
        plain = both(
            at_least(column(name), text("!")), below(column(name), text("\x7f")),
            at_least(last[0], text("!")), at_most(last[1], text("~")),
        )  # fmt: skip
        return case([(plain, column(name))], self.strip(column(name)))

    def split(self, name: str, separator: str) -> Sql:
        """The parts of a column's text as a list; -1 keeps the empty ones at the end."""
        return function("SPLIT", column(name), text(separator), number(-1))

    def apart(self, value: Sql) -> Sql:
        """A large value twice: Spark then works it out once, in a method of its own.

        Else all that a row needs is one method, and Java compiles none of more than 8,000 bytes.
        """
        if sum(1 for _ in islice(parts_of(value), _LARGE)) < _LARGE:
            return value
        return apart(value, whole=_is_whole(value))

    def place(self, value: Sql, words: Sequence[str]) -> Sql:
        """The place of a text among words."""
        found = self.looked_up(value, [(word, place) for place, word in enumerate(words, start=1)])
        return first_of(found, case([(missing(value.copy()), number(len(words) + 1))]))

    def looked_up(self, value: Sql, codes: Sequence[tuple[str, int]]) -> Sql:
        """The number beside a text: a loop over a list that is made once, in place of a comparison for each."""
        return function("ELEMENT_AT", _map(codes), value)

    def pick(self, values: Sequence[Sql], index: Sql) -> Sql:
        """The value at a place."""
        return first_of(function("ELEMENT_AT", array(values), index), values[-1].copy())

    def causes(self, outcome: str, why: int) -> Sql:
        """The causes of an outcome, looked up by its bits; an outcome that is settled has only the two lowest."""
        if len(subsets(why)) < 2:
            return super().causes(outcome, why)
        # Those between are of causes that it cannot have.
        words = array(text(_told(one, why)) for one in range(0, why + 1, _STEP))
        place = operation(exp.BitwiseRightShift, column(outcome), number(_STEP.bit_length() - 1))
        return first_of(function("GET", words, place), text(""))

    def bits_of(self, name: str, bit_of: Mapping[str, int], bad: int) -> Sql:
        """The bits of the texts in a column's list: of a short one text by text, of a longer one bit by bit."""
        each = [
            case([(above(self.count(column(name)), number(place)), self._bit_of(name, place, bit_of, bad))], number(0))
            for place in range(_FEW)
        ]
        few = at_most(self.count(column(name)), number(_FEW))
        known = [(missing(column(name)), nothing()), (few, joined_bits(each))]
        return case(known, self._bits_of_many(name, bit_of, bad))

    def _bit_of(self, name: str, place: int, bit_of: Mapping[str, int], bad: int) -> Sql:
        found = self.looked_up(function("GET", column(name), number(place)), list(bit_of.items()))
        return first_of(found, number(bad))

    def _bits_of_many(self, name: str, bit_of: Mapping[str, int], bad: int) -> Sql:
        held: dict[int, list[str]] = {}
        for one, bit in bit_of.items():
            held.setdefault(bit, []).append(one)
        bits = [
            case([(function("ARRAYS_OVERLAP", column(name), array(map(text, some))), number(bit))], number(0))
            for bit, some in held.items()
        ]
        others = function("ARRAY_EXCEPT", column(name), array(map(text, bit_of)))
        return case([(above(self.count(others), number(0)), number(bad))], plus(*bits))

    def months_later(self, value: Sql, count: Sql) -> Sql:
        """So many months after a day."""
        return exp.Anonymous(this="ADD_MONTHS", expressions=[value, count])

    def days_later(self, value: Sql, count: int) -> Sql:
        """So many days after a day."""
        return exp.Anonymous(this="DATE_ADD", expressions=[value, number(count)])


DIALECTS: Final[dict[str, type[Dialect]]] = {"duckdb": DuckDb, "postgres": Postgres, "spark": Spark}
