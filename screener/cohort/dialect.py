"""What the engines spell differently, one method each; here as PostgreSQL and Spark both take it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date
from typing import ClassVar, Final

from sqlglot import exp

from screener.cohort.outcomes import BIT_OF, IS_NO, IS_YES, joined_causes, subsets
from screener.cohort.sql import (
    Kind,
    Sql,
    above,
    at_most,
    both,
    case,
    cast,
    column,
    day,
    differs,
    has_bits,
    holds_nul,
    number,
    operation,
    switch,
    text,
)
from screener.dates import Length

WHITE: Final = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
"""What Python, and so the reader of fact tables, takes for space."""
_SMALL: Final = "abcdefghijklmnopqrstuvwxyz"
_CAPITALS: Final = _SMALL.upper()
_KELVIN: Final = "\u212a"  # the one sign beside A to Z whose small letter is one of a to z
_TOLD_APART: Final = 4
"""So many sets of causes are looked at one by one; more are put together."""
_DAY: Final = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"


def decimal(precision: int, scale: int) -> exp.DataType:
    """The type of a decimal number."""
    parts = [exp.DataTypeParam(this=number(one)) for one in (precision, scale)]
    return exp.DataType(this=Kind.DECIMAL, expressions=parts)


class Dialect(ABC):
    """One engine's way of saying what reading cells and comparing dates needs.

    `quick` says that the engine looks texts up in lists faster than it compares them one by one.
    """

    name: ClassVar[str]
    quick: ClassVar[bool] = False
    materialized: ClassVar[bool | None] = None
    exact: ClassVar[exp.DataType] = decimal(38, 19)
    wide: ClassVar[bool] = False
    """Whether exact numbers hold any power of ten."""

    def matches(self, value: Sql, pattern: str) -> Sql:
        """Whether the whole text is of a pattern; the text has no line end at its end."""
        return exp.RegexpLike(this=value, expression=text(f"^(?:{pattern})$"))

    def replaced(self, value: Sql, pattern: str, by: str) -> Sql:
        """The text with everything that is of a pattern replaced."""
        return exp.RegexpReplace(this=value, expression=text(pattern), replacement=text(by))

    def strip(self, value: Sql, characters: str = WHITE) -> Sql:
        """The text without these characters at its ends."""
        return exp.Trim(this=value, expression=text(characters))

    def strip_column(self, name: str) -> Sql:
        """A column without space at its ends; most have none."""
        return self.strip(column(name))

    def folded(self, value: Sql) -> Sql:
        """The text in small letters, every kind of space a plain one."""
        old, new = _CAPITALS + _KELVIN + WHITE, _SMALL + "k" + " " * len(WHITE)
        return exp.Translate(this=value, from_=text(old), to=text(new))

    def length(self, value: Sql) -> Sql:
        """How many characters a text has."""
        return exp.Length(this=value)

    def contains(self, value: Sql, part: str) -> Sql:
        """Whether a text holds another."""
        return above(exp.StrPosition(this=value, substr=text(part)), number(0))

    def broken(self, value: Sql) -> Sql | None:
        """Whether a text is none that a file can hold; none where the engine takes no such text."""
        return holds_nul(value)

    def part(self, value: Sql, separator: str, place: int) -> Sql:
        """One part of a text that is split, the first being 1; empty where there are not so many."""
        return exp.SplitPart(this=value, delimiter=text(separator), part_index=number(place))

    def piece(self, value: Sql, start: int, length: int | None = None) -> Sql:
        """Some characters of a text, the first being 1."""
        return exp.Substring(this=value, start=number(start), length=None if length is None else number(length))

    def lined_up(self, *parts: Sql) -> Sql:
        """Texts one behind the other."""
        return exp.Concat(expressions=list(parts))

    def pick(self, values: Sequence[Sql], index: Sql) -> Sql:
        """The value at a place, the first being 1, which must be there."""
        *others, last = values
        return switch(index, [(number(place), value) for place, value in enumerate(others, start=1)], last)

    def apart(self, value: Sql) -> Sql:
        """A value that is worked out by itself, where the engine would else make all of one piece."""
        return value

    def looked_up(self, value: Sql, codes: Sequence[tuple[str, int]]) -> Sql | None:
        """The number beside a text, nothing for other texts; none where the engine has no list to look it up in."""
        del value, codes
        return None

    def result(self, outcome: str, words: Sequence[str], why: int) -> Sql:
        """The word for the outcome in a column: the first for yes, the second for no, the last for unknown.

        `why` are all causes that it can have.
        """
        del why
        yes, no, unknown = (text(word) for word in words)
        return switch(column(outcome), [(number(IS_YES), yes), (number(IS_NO), no)], unknown)

    def causes(self, outcome: str, why: int) -> Sql:
        """The causes of the outcome in a column, as a text; `why` are all causes that it can have."""
        told = subsets(why)
        if len(told) <= _TOLD_APART:
            return switch(column(outcome), [(number(one), text(joined_causes(one))) for one in told], text(""))
        each = [case([(has_bits(column(outcome), bit), text(cause))]) for cause, bit in BIT_OF.items() if bit & why]
        some = exp.ConcatWs(expressions=[text(";"), *each], coalesce=True)  # what is nothing is left out
        return case([(at_most(column(outcome), number(IS_NO)), text(""))], some)

    def word(self, value: str, among: Sequence[str]) -> Sql:
        """A word of a few that a column can hold."""
        del among
        return text(value)

    def whole(self, value: Sql) -> Sql:
        """A text of up to 18 digits as a whole number."""
        return cast(value, Kind.BIGINT)

    def decimal(self, value: Sql) -> Sql:
        """A text of digits, without a power of ten, as an exact number."""
        return cast(value, self.exact)

    def is_day(self, full: str) -> Sql:
        """Whether a column holds a text that is a day the calendar has, written whole."""
        month = cast(self.lined_up(self.piece(column(full), 1, 7), text("-01")), Kind.DATE)
        last = self.day_number(self.month_end(month))
        real = at_most(cast(self.piece(column(full), 9, 2), Kind.INT), last)
        written = both(self.matches(column(full), _DAY), differs(self.piece(column(full), 1, 4), text("0000")))
        return case([(written, real)], exp.Boolean(this=False))

    def to_day(self, full: Sql) -> Sql:
        """A text that is a day, as one."""
        return cast(full, Kind.DATE)

    def month_end(self, value: Sql) -> Sql:
        """The last day of a month."""
        return exp.LastDay(this=value)

    def day_number(self, value: Sql) -> Sql:
        """The day of the month."""
        return cast(exp.Extract(this=exp.Var(this="DAY"), expression=value), Kind.INT)

    def days_later(self, value: Sql, count: int) -> Sql:
        """So many days after a day."""
        return operation(exp.Add, value, number(count))

    @abstractmethod
    def months_later(self, value: Sql, count: Sql) -> Sql:
        """So many months after a day, before it where the count is negative; in a shorter month its last day."""

    def anniversary(self, name: str, length: Length, last: Sql) -> Sql:
        """The day on which a length of time has passed since a column's day, no later than the last of the calendar.

        Where the month has no such day it is the first of the next one.
        """
        if length.unit in ("day", "week"):
            later = self.days_later(column(name), length.count * (7 if length.unit == "week" else 1))
        else:
            months = number(length.count * (12 if length.unit == "year" else 1))
            plain = self.months_later(column(name), months.copy())
            cut = differs(
                self.day_number(self.months_later(column(name), months.copy())), self.day_number(column(name))
            )
            later = case([(cut, self.days_later(self.months_later(column(name), months), 1))], plain)
        return case([(above(later, last), last.copy())], later.copy())

    def joined(self, value: Sql, separator: str) -> Sql:
        """The texts of a list, one behind the other; what is nothing is left out."""
        return exp.ArrayToString(this=value, expression=text(separator))

    def count(self, value: Sql) -> Sql:
        """How many a list holds."""
        return exp.ArraySize(this=value)

    def share(self, part: Sql, total: int) -> Sql:
        """How many hundredths one number is of another, rounded down."""
        hundredfold = operation(exp.Mul, part, number(100))
        return cast(exp.IntDiv(this=exp.Paren(this=hundredfold), expression=number(total)), Kind.SMALLINT)


class SplittingDialect(Dialect):
    """The way of an engine that can take a text apart into a list, or look it up in one, and work on that."""

    @abstractmethod
    def split(self, name: str, separator: str) -> Sql:
        """The parts of a column's text as a list."""

    @abstractmethod
    def place(self, value: Sql, words: Sequence[str]) -> Sql:
        """The place of a text among words, the first being 1; that behind the last for no text, nothing for others."""

    @abstractmethod
    def bits_of(self, name: str, bit_of: Mapping[str, int], bad: int) -> Sql:
        """The bits of the texts in a column's list, `bad` among them where a text has none; nothing of no list."""


def calendar_end() -> Sql:
    """The last day there is."""
    return day(date.max)
