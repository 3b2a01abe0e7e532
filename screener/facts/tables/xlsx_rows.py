"""Fact tables as Excel workbooks: the sheet `patients`, else the first one, row by row."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from screener.errors import UnusablePatients
from screener.facts.tables.cells import BROKEN, Reject, Rejection, Row, number_cell, text_cell
from screener.facts.tables.text import open_bytes

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

SHEET: Final = "patients"
_TOO_MANY: Final = "clear the cells that have no heading, or write one above them; the row was not used"
_OLD_OR_LOCKED: Final = b"\xd0\xcf\x11\xe0"
_ERRORS: Final = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"})
# What openpyxl lets through of a damaged workbook; SyntaxError is the base of XML's parse errors.
_DAMAGED: Final = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, SyntaxError, NotImplementedError,
    KeyError, IndexError, AttributeError, TypeError, ValueError,
)  # fmt: skip


class XlsxRows:
    """An open workbook; `closing` closes it.

    Raises:
        UsageError: there is no such file, or it may not be read.
        UnusablePatients: it is not a workbook, or its sheet is empty.
    """

    def __init__(self, path: Path, closing: ExitStack) -> None:
        self._name = str(path)
        self._row = 0
        self._values = self._sheet_values(path, closing)
        self.headings: list[str] = self._read_headings()

    def rows(self, reject: Reject) -> Iterator[Row]:
        """Each row with a cell for every heading; empty cells at the end of a row are not written in a workbook.

        Raises:
            UnusablePatients: the workbook is damaged further in.
        """
        width = len(self.headings)
        while (values := self._next_values()) is not None:
            cells = _without_blank_end([_cell(value) for value in values])
            if len(cells) > width:
                problem = f"has {len(cells)} cells where the heading has {width}"
                reject(Rejection(self._row, None, problem, _TOO_MANY))
                continue
            cells.extend([""] * (width - len(cells)))
            yield self._row, cells

    def _sheet_values(self, path: Path, closing: ExitStack) -> Iterator[tuple[object, ...]]:
        import openpyxl  # slow to import, and only needed here

        if open_bytes(path, closing).read(len(_OLD_OR_LOCKED)) == _OLD_OR_LOCKED:
            raise UnusablePatients(
                f"{path} is an old or locked Excel workbook.",
                hint="Save it without a password as .xlsx or as CSV UTF-8.",
            )
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                book = openpyxl.load_workbook(path, read_only=True, data_only=True)
                closing.callback(book.close)
                sheets = cast("list[ReadOnlyWorksheet]", book.worksheets)
                sheet = next((each for each in sheets if each.title.strip().lower() == SHEET), sheets[0])
                sheet.reset_dimensions()  # some programs write wrong ones, and rows would be lost
                return iter(sheet.values)
        except _DAMAGED:
            raise self._broken() from None

    def _next_values(self) -> tuple[object, ...] | None:
        """The next row, or none at the end."""
        try:
            # A warning of openpyxl repeats the cell it is about.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                values = next(self._values, None)
        except _DAMAGED:
            raise self._broken() from None
        self._row += 1
        return values

    def _read_headings(self) -> list[str]:
        while (values := self._next_values()) is not None:
            headings = _without_blank_end([_cell(value) for value in values])
            if headings:
                return headings
        raise UnusablePatients(
            f"{self._name} is empty.", hint="The first row holds the headings, patient_id among them."
        )

    def _broken(self) -> UnusablePatients:
        return UnusablePatients(
            f"{self._name} is not an Excel workbook that can be read.", hint="Save it again as .xlsx or as CSV UTF-8."
        )


def _without_blank_end(cells: list[str]) -> list[str]:
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return BROKEN if value in _ERRORS else text_cell(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_cell(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else BROKEN
