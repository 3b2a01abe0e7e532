"""What can be known of a fact's cell in a query: whether anything is recorded, whether it can be read, what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from screener.cohort.dialect import Dialect
from screener.cohort.sql import Sql
from screener.cohort.steps import Steps
from screener.facts.definitions import FactDefinition, Value

Make = Callable[[], Sql]
"""Makes an expression anew each time it is asked, because a tree stands in one place only."""


@dataclass(frozen=True, slots=True)
class Context:
    """What reading and compiling share.

    `listed`: where the engine is quicker so, a cell of words is taken to hold nothing, or words as the vocabulary lists
    them. Where it holds others its `bad` says so, and nothing else that is said of the patient is of use.
    """

    steps: Steps
    dialect: Dialect
    as_of: date
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Days:
    """The first and the last day a date can be, as columns; nothing where no date is known. Equal names: one day."""

    first: str
    last: str

    @property
    def exact(self) -> bool:
        """Whether only whole days can stand there."""
        return self.first == self.last


@dataclass(frozen=True, slots=True)
class When:
    """The date beside a value. `bad` says that it cannot be read, or lies after the screening date."""

    days: Days
    bad: Make


@dataclass(frozen=True, slots=True)
class Cell:
    """What every cell tells.

    `missing`: nothing is recorded. `unreadable`: the value or its date cannot be read; none where that cannot be.
    `bad` is the value alone. `unsettled`: the cause, as an outcome, where records bear on the fact without settling it,
    else nothing. A test asks for `missing` first, for `unreadable` next, and then for `unsettled`.
    """

    fact: FactDefinition
    missing: Make
    unreadable: Make | None
    bad: Make | None
    unsettled: Make | None
    when: When | None


@dataclass(frozen=True, slots=True)
class CodedCell(Cell):
    """A value of few, as the column `code`: the values in their order from 1, then nothing, then what cannot be read.

    Behind these come the causes of what is not settled, in the order of `UNSETTLED_OUTCOMES`.
    `flag` is the column itself where that is yes, no or nothing.
    """

    code: str
    values: tuple[Value, ...]
    flag: str | None = None


@dataclass(frozen=True, slots=True)
class NumberCell(Cell):
    """A number between two columns; an end that is nothing has no limit, an open end is itself left out.

    Equal names: one number. `kind` is the type that limits must have, none for whole numbers. `ranged` says that the
    number is known in part.
    """

    low: str
    high: str
    low_open: str | None = None
    high_open: str | None = None
    kind: exp.DataType | None = None
    ranged: Make | None = None

    @property
    def exact(self) -> bool:
        """Whether only single numbers can stand there."""
        return self.low == self.high


@dataclass(frozen=True, slots=True)
class DateCell(Cell):
    """A date; its days are nothing where it cannot be read."""

    days: Days


@dataclass(frozen=True, slots=True)
class SetCell(Cell):
    """A set of options as bits of the column `mask`. The bit `more` says that it may hold more than is known."""

    mask: str
    bit_of: Mapping[str, int]
    more: int
