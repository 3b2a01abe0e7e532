"""What the engines spell differently; the base is standard SQL as PostgreSQL and Spark both take it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import ClassVar, Final

from sqlglot import exp

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
    day,
    differs,
    equals,
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
_DAY: Final = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"


def decimal(precision: int, scale: int) -> exp.DataType:
    """The type of a decimal number."""
    parts = [exp.DataTypeParam(this=number(one)) for one in (precision, scale)]
    return exp.DataType(this=Kind.DECIMAL, expressions=parts)


class Dialect:
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

    def words(self, value: Sql, words: Mapping[int, str], otherwise: str, most: int) -> Sql:
        """The word for a whole number above 0, as a narrow type where the engine has one.

        Args:
            value: the number.
            words: the word for each.
            otherwise: the word for every other.
            most: no number is larger, but for those that have a word.
        """
        del most
        return switch(value, [(number(one), text(word)) for one, word in words.items()], text(otherwise))

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

    def months_later(self, value: Sql, count: Sql) -> Sql:
        """So many months after a day, before it where the count is negative; in a shorter month its last day."""
        raise NotImplementedError

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


class DuckDb(Dialect):
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
        last = exp.Anonymous(this="ARRAY_EXTRACT", expressions=[column(name), number(-1)])
        plain = both(
            at_least(column(name), text("!")), below(column(name), text("\x7f")),
            exp.Between(this=last, low=text("!"), high=text("~")),
        )  # fmt: skip
        return case([(plain, column(name))], self.strip(column(name)))

    def pick(self, values: Sequence[Sql], index: Sql) -> Sql:
        """The value at a place: a list is looked up in one step."""
        return exp.Anonymous(this="LIST_EXTRACT", expressions=[array(values), index])

    def words(self, value: Sql, words: Mapping[int, str], otherwise: str, most: int) -> Sql:
        """The word for a number, of an enumeration: a byte a row, and no text to compare."""
        among = [*words.values(), otherwise]
        if not words:
            return self.word(otherwise, among)
        if len(words) == 1:
            ((one, word),) = words.items()
            return case([(equals(value, number(one)), self.word(word, among))], self.word(otherwise, among))
        last = max(most, *words)
        kind = exp.DataType(this=Kind.ARRAY, expressions=[_enumeration(among)], nested=True)
        row = cast(array(text(words.get(one, otherwise)) for one in range(1, last + 1)), kind)
        return exp.Anonymous(this="LIST_EXTRACT", expressions=[row, value])

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

    def count(self, value: Sql) -> Sql:
        """How many a list holds."""
        return exp.Anonymous(this="CARDINALITY", expressions=[value])


class Spark(Dialect):
    """Spark, where one machine ends."""

    name = "spark"

    def months_later(self, value: Sql, count: Sql) -> Sql:
        """So many months after a day."""
        return exp.Anonymous(this="ADD_MONTHS", expressions=[value, count])

    def days_later(self, value: Sql, count: int) -> Sql:
        """So many days after a day."""
        return exp.Anonymous(this="DATE_ADD", expressions=[value, number(count)])


DIALECTS: Final[dict[str, type[Dialect]]] = {"duckdb": DuckDb, "postgres": Postgres, "spark": Spark}


def calendar_end() -> Sql:
    """The last day there is."""
    return day(date.max)
