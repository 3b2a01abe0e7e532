"""Fact tables as CSV: comma, semicolon or tab, found from the heading line; quoted cells may hold line breaks."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Final

from screener.errors import UnusablePatients
from screener.facts.definitions import PATIENT_ID
from screener.facts.tables.cells import Reject, Rejection, Row
from screener.facts.tables.headings import normal
from screener.facts.tables.text import BadText, TextLines, TextSource, unusable_row

_DELIMITERS: Final = (",", ";", "\t")
_QUOTES: Final = "a quotation mark is not closed or stands inside a cell, or a cell is too long"
_WRITE_QUOTES: Final = "put the cell in quotation marks and write each one inside it twice; the row was not used"
_TOO_MANY: Final = "put a cell that holds the separator in quotation marks; the row was not used"
_TOO_FEW: Final = "fill the row up to the last column; what it does not hold counts as not recorded"


class CsvRows:
    """An open CSV table.

    Raises:
        UnusablePatients: its headings cannot be read.
    """

    def __init__(self, source: TextSource) -> None:
        self._name = source.name
        self._lines = TextLines(source.stream)
        self._reader = csv.reader(self._lines, delimiter=_delimiter(source.first_line), strict=True)
        self._row = 0
        self.headings: list[str] = self._read_headings()

    def rows(self, reject: Reject) -> Iterator[Row]:
        """Each row that has a cell for every heading; a row that ends early is filled up and reported."""
        lines, width, more = self._lines, len(self.headings), True
        while more:
            lines.length = lines.count = 0
            try:
                for cells in self._reader:
                    self._row += 1
                    lines.length = lines.count = 0
                    if len(cells) == width or self._fits(cells, reject):
                        yield self._row, cells
                more = False
            except csv.Error:
                self._row += 1
                self._check_confined()
                reject(Rejection(self._row, None, _QUOTES, _WRITE_QUOTES))
            except BadText as problem:
                raise unusable_row(self._row + 1, self._name, problem) from None

    def _read_headings(self) -> list[str]:
        try:
            for cells in self._reader:
                self._row += 1
                if any(cell.strip() for cell in cells):
                    return cells
        except csv.Error:
            pass
        except BadText as problem:
            raise unusable_row(self._row + 1, self._name, problem) from None
        raise UnusablePatients(
            f"The headings of {self._name} cannot be read.", hint="Look for a quotation mark that is not closed."
        )

    def _fits(self, cells: list[str], reject: Reject) -> bool:
        """Whether a row of another length can be used; one that ends early is filled up."""
        count, width = len(cells), len(self.headings)
        if not any(cell.strip() for cell in cells):
            return False
        if count > width:
            reject(Rejection(self._row, None, f"has {count} cells where the heading has {width}", _TOO_MANY))
            return False
        reject(Rejection(self._row, self.headings[count].strip(), "the row ends before this column", _TOO_FEW))
        cells.extend([""] * (width - count))
        return True

    def _check_confined(self) -> None:
        # An unclosed quote over several lines has swallowed other patients: going on would lose them without a word.
        if self._lines.count > 1:
            raise UnusablePatients(
                f"Row {self._row} of {self._name} cannot be read: {_QUOTES}.",
                hint="Correct the row; the rows behind it were not read.",
            )


def _delimiter(first_line: str) -> str:
    """The delimiter that shows the heading `patient_id` and splits the line into most cells."""
    found = ((len(headings), delimiter) for delimiter, headings in _split(first_line) if PATIENT_ID in headings)
    return max(found, key=lambda each: each[0], default=(0, ","))[1]


def _split(line: str) -> Iterator[tuple[str, list[str]]]:
    for delimiter in _DELIMITERS:
        try:
            yield delimiter, [normal(cell) for cell in next(csv.reader([line], delimiter=delimiter))]
        except csv.Error:
            continue
