"""Rows in order of the person, handed out a person at a time."""

from __future__ import annotations

from collections.abc import Iterator

from screener.facts.omop.reading import Row


class ByPerson:
    """Rows of which the first cell is the person's number. `strangers` counts those of nobody that was asked for."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._next = next(rows, None)
        self.strangers = 0

    def of(self, person: int) -> list[Row]:
        """The rows of a person; those of persons before are passed over."""
        found: list[Row] = []
        while (row := self._next) is not None and isinstance(row[0], int) and row[0] <= person:
            if row[0] == person:
                found.append(row)
            else:
                self.strangers += 1
            self._next = next(self._rows, None)
        return found

    def finish(self) -> int:
        """Pass over the rows that are left; how many there were of nobody asked for."""
        if self._next is not None:
            self.strangers += 1 + sum(1 for _ in self._rows)
            self._next = None
        return self.strangers
