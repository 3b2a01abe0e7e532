"""What cannot be used of a table: cells that cannot be read, rows without a patient, patients that stand twice.

The inspection of a whole table costs a pass over it. Where nothing is wrong, which is the rule, it can be had for
nothing: the main query stops at the first thing that is (`wrong`), and only then the table is inspected.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlglot import exp

from screener.cohort.columns import heading_of
from screener.cohort.query import CohortQuery
from screener.cohort.reading.reader import rejected
from screener.cohort.sql import (
    Sql,
    any_condition,
    both,
    case,
    column,
    either,
    named,
    number,
    opposite,
)
from screener.facts.definitions import AGE, BIRTH_DATE, PATIENT_ID
from screener.facts.tables.advice import NO_LATER_DATE, NO_OTHER_BIRTH, what_to_write

_WHICH_AGE: Final = "it differs from birth_date, which is used; correct the one that is wrong"
_AGE_DIFFERS: Final = "age beside birth_date"
STOP: Final = "something in the table cannot be used"
ROW: Final = "row of the table"
"""The column with the row as a spreadsheet shows it, where the engine can count rows."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """How many cells of one column cannot be used, and the first row that holds one, where rows can be counted."""

    column: str
    count: int
    first_row: int | None
    hint: str


class Inspection:
    """What of a table to look at, and how to say what was found."""

    def __init__(self, query: CohortQuery) -> None:
        self._query = query
        self._flags: dict[str, tuple[str, str]] = {}
        steps = query.context.steps
        differing = query.reader.differing()
        if differing is not None:
            self._flags[_AGE_DIFFERS] = (differing, _WHICH_AGE)
        for name, columns in query.table.facts.items():
            value, on = rejected(query.reader, name)
            for heading, condition, hint in (
                (name, value, NO_OTHER_BIRTH if name == BIRTH_DATE else what_to_write(columns.fact)),
                (heading_of(name, on=True), on, NO_LATER_DATE),
            ):  # fmt: skip
                if condition is not None:
                    self._flags[heading] = (steps.name(f"{heading} rejected", condition), hint)

    def wrong(self) -> Sql:
        """Whether something in a row cannot be used: it names no patient, or a cell cannot be read."""
        flags = (partial(column, flag) for flag, _ in self._flags.values())
        return any_condition(lambda: opposite(self._query.has_id()), *flags)

    def counts(self, *, rows: bool) -> list[Sql]:
        """What to select to count what cannot be used; `rows` says that the table has a column of its rows."""
        found = [named(_sum(self._nameless()), f"{PATIENT_ID} count")]
        found += [named(_sum(self._wrong(flag)), f"{heading} count") for heading, (flag, _) in self._flags.items()]
        if rows:
            found.append(named(_first(self._nameless()), f"{PATIENT_ID} row"))
            found += [named(_first(self._wrong(flag)), f"{heading} row") for heading, (flag, _) in self._flags.items()]
        return found

    def say(self, counted: tuple[int | None, ...]) -> Iterator[Unusable]:
        """What was counted, column by column."""
        headings = {PATIENT_ID: "give the patient an id; the row was not used"}
        headings |= {heading: hint for heading, (_, hint) in self._flags.items()}
        first = counted[len(headings) :] or (None,) * len(headings)
        for (heading, hint), count, row in zip(headings.items(), counted, first, strict=False):
            if count:
                yield Unusable(AGE if heading == _AGE_DIFFERS else heading, count, row, hint)

    def _wrong(self, flag: str) -> Sql:
        """A cell that cannot be read, of a row that is used."""
        return both(self._query.has_id(), column(flag))

    def _nameless(self) -> Sql:
        """A row that holds something, but no id that can be used."""
        cells = (self._query.reader.cell(name) for name in self._query.table.facts)
        recorded = either(
            *(opposite(cell.missing()) for cell in cells if cell is not None),
            self._query.broken_id(),
        )
        return both(opposite(self._query.has_id()), recorded)


def _sum(condition: Sql) -> Sql:
    return exp.Sum(this=case([(condition, number(1))], number(0)))


def _first(condition: Sql) -> Sql:
    return exp.Min(this=case([(condition, column(ROW))]))
