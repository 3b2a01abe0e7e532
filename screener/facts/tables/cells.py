"""Cells: what every format is read into, so that the same table means the same in each of them.

A cell is text, empty where nothing is recorded. What only typed formats can hold, a list or something that is no value
at all, is written behind a NUL, which no text may contain: so it can be told from every text, and costs the reading of
text nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from screener.facts.definitions import PATIENT_ID

MARK: Final = "\0"
"""Begins a cell that is not text."""
EMPTY_LIST: Final = MARK
BROKEN: Final = MARK + "!"
"""A cell that no type of fact can read."""

NO_TEXT: Final = "not text"
WRITE_TEXT: Final = "write it as text"
LARGEST_EXACT: Final = 2**53
"""Up to here a binary floating point number holds every whole number."""


@dataclass(frozen=True, slots=True, order=True)
class Rejection:
    """What could not be used: a whole row (no column), or one cell. It never holds what the cell says.

    `hint` says what to write or do instead.
    """

    row: int
    column: str | None
    problem: str
    hint: str = field(default="", compare=False)

    @property
    def place(self) -> str:
        """Where it stands, in words."""
        return f"row {self.row}, column {self.column}" if self.column else f"row {self.row}"

    @property
    def lost(self) -> str | None:
        """The row, where its patient is lost and not a fact alone."""
        return f"row {self.row}" if self.column in (None, PATIENT_ID) else None

    def data(self) -> dict[str, object]:
        """It as JSON holds it."""
        return {"row": self.row, "column": self.column, "problem": self.problem}


Reject = Callable[[Rejection], None]
Row = tuple[int, list[str]]


class RowSource(Protocol):
    """An open table of one format. `headings` are as written, none where every record names its own columns."""

    @property
    def headings(self) -> list[str] | None:
        """The headings as they are written, or none where every record brings its own."""

    def rows(self, reject: Reject) -> Iterator[Row]:
        """Each row as a spreadsheet counts them, with as many cells as there are headings."""


def text_cell(text: str) -> str:
    """A text of a typed format as a cell; one that cannot be written down (NUL, half a character) is broken."""
    if MARK in text:
        return BROKEN
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return BROKEN
    return text


def list_cell(parts: Sequence[object]) -> str:
    """A list of texts as a cell; the empty list is the empty set."""
    texts: list[str] = []
    for part in parts:
        if not isinstance(part, str) or ";" in part or not part.strip() or text_cell(part) == BROKEN:
            return BROKEN
        texts.append(part)
    return MARK + ";".join(texts)


def number_cell(number: float) -> str:
    """A number of a typed format as a cell, the shortest text that means it; a whole one without decimals."""
    if number == number and abs(number) < LARGEST_EXACT and number == int(number):
        return str(int(number))
    return str(number)
