"""What a run over a cohort has to tell besides its result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from screener.cohort.inspection import Unusable


@dataclass(frozen=True, slots=True)
class Summary:
    """How many patients got which verdict, for each trial, and what could not be used of their table.

    `repeated` counts rows that name a patient again, `repeated_row` is the first of them; `malformed` counts rows that
    could not be taken apart into cells.
    """

    counts: Mapping[str, Mapping[str, int]]
    unknown: tuple[tuple[str, str], ...] = ()
    unusable: tuple[Unusable, ...] = ()
    repeated: int = 0
    repeated_row: int | None = None
    malformed: int = 0

    @property
    def rejected(self) -> int:
        """How many cells and rows could not be used."""
        return sum(one.count for one in self.unusable) + self.repeated + self.malformed
