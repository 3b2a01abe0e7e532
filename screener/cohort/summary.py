"""What a run over a cohort has to tell besides its result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from screener.cohort.inspection import Unusable


@dataclass(frozen=True, slots=True)
class UnusableRows:
    """How many rows could not be taken apart for one reason: where the first stands, what is wrong, what to do."""

    count: int
    first: str
    problem: str
    hint: str


@dataclass(frozen=True, slots=True)
class Summary:
    """How many patients got which verdict, for each trial, and what could not be used of their table.

    `repeated` counts rows that name a patient again, `repeated_row` is the first of them; `rows` are those that
    could not be taken apart into cells; `files` is how many files rows are counted over, one behind the other.
    """

    counts: Mapping[str, Mapping[str, int]]
    unknown: tuple[tuple[str, str], ...] = ()
    unusable: tuple[Unusable, ...] = ()
    repeated: int = 0
    repeated_row: int | None = None
    rows: tuple[UnusableRows, ...] = ()
    files: int = 1

    @property
    def rejected(self) -> int:
        """How many cells and rows could not be used."""
        return sum(one.count for one in self.unusable) + sum(one.count for one in self.rows) + self.repeated
