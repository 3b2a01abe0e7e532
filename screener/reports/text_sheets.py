"""Sheets of text for a workbook of any size: rows are written to the disk as they come, and never held.

The workbook itself, its styles and headings are made by XlsxWriter; only the rows are put behind them here, since cell
by cell through it a hundred thousand patients take minutes. Every cell is an inline string (`is`, ECMA-376 part 1):
nothing becomes a formula, a link, a number or a date, and nothing is cut.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import IO, Final, NamedTuple

from screener.errors import UsageError

LONGEST_CELL: Final = 32_767
"""Characters that a cell of a spreadsheet holds at most."""

MOST_ROWS: Final = 1_048_576
"""Rows that a sheet holds at most; what is more goes on in another sheet."""

_ESCAPED: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_MARKUP: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_END: Final = b"</sheetData>"
_SIZE: Final = re.compile(rb'<dimension ref="[^"]*"/>')


class Part(NamedTuple):
    """A sheet of the workbook: its name, the file that holds its rows, and the number of the last."""

    name: str
    rows: Path
    last: int


Page = tuple[Sequence[str], Part]
"""A sheet with its headings."""


class TextSheet:
    """A sheet that is written row by row, and goes on in another one when it is full.

    Args:
        name: its name; those that it goes on in are numbered.
        columns: the headings.
        folder: where the rows are kept until the workbook is made; what is there is the user's alone.
        files: what closes its files.
    """

    def __init__(self, name: str, columns: Sequence[str], folder: Path, files: ExitStack) -> None:
        self.columns = columns
        self.parts: list[Part] = []
        self._name, self._folder, self._files = name, folder, files
        self._rows = self._begun()
        self._place = 1

    def add(self, *rows: Sequence[str]) -> None:
        """Write rows.

        Raises:
            UsageError: a cell holds more than a spreadsheet can.
        """
        for row in rows:
            if self._place == MOST_ROWS:
                self.close()
                self._rows = self._begun()
                self._place = 1
            self._place += 1
            if max(map(len, row)) > LONGEST_CELL:
                self._too_long(row)
            self._rows.write(f'<row r="{self._place}">{"".join(map(_cell, row))}</row>')

    def close(self) -> None:
        """End the sheet, or the one that it goes on in."""
        self._rows.close()
        self.parts[-1] = self.parts[-1]._replace(last=self._place)

    def _begun(self) -> IO[str]:
        number = len(self.parts) + 1
        path = self._folder / f"{self._name}-{number}.rows"
        self.parts.append(Part(self._name if number == 1 else f"{self._name} {number}", path, 1))
        return self._files.enter_context(path.open("x", encoding="utf-8", newline=""))

    def _too_long(self, row: Sequence[str]) -> None:
        column = next(name for name, cell in zip(self.columns, row, strict=True) if len(cell) > LONGEST_CELL)
        hint = "Use --format csv, which has no such limit."
        raise UsageError(f"A cell of {column} is too long for a spreadsheet.", hint=hint)


def make_workbook(sheets: Sequence[TextSheet], widths: Mapping[str, int], out: Path) -> None:
    """Make a workbook of sheets that are written; `widths` are those of columns by their names, in characters."""
    for sheet in sheets:
        sheet.close()
    pages = [(sheet.columns, part) for sheet in sheets for part in sheet.parts[:1]]
    pages += [(sheet.columns, part) for sheet in sheets for part in sheet.parts[1:]]
    empty = out.with_suffix(".empty")
    _with_headings(pages, widths, empty)
    filled = {f"xl/worksheets/sheet{number}.xml": page for number, page in enumerate(pages, start=1)}
    with zipfile.ZipFile(empty) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            content = source.read(member)
            if member.filename in filled:
                _fill(target, member.filename, content, filled[member.filename])
            else:
                target.writestr(member, content)


def _with_headings(pages: Sequence[Page], widths: Mapping[str, int], out: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True})
        for columns, part in pages:
            sheet = book.add_worksheet(part.name)
            sheet.freeze_panes(1, 1)
            for place, column in enumerate(columns):
                sheet.set_column(place, place, widths.get(column, 16))
                sheet.write_string(0, place, column, bold)


def _fill(target: zipfile.ZipFile, name: str, content: bytes, page: Page) -> None:
    """Put the rows of a sheet behind its headings."""
    columns, (_, rows, last) = page
    size = f'<dimension ref="A1:{_letters(len(columns) - 1)}{last}"/>'.encode()
    before, _, after = _SIZE.sub(size, content).partition(_END)
    large = len(content) + rows.stat().st_size > zipfile.ZIP64_LIMIT
    with target.open(name, "w", force_zip64=large) as sheet, rows.open("rb") as source:
        sheet.write(before)
        while some := source.read(1 << 20):
            sheet.write(some)
        sheet.write(_END + after)


def _letters(place: int) -> str:
    """The name of a column, from A on."""
    rest, last = divmod(place, 26)
    return (_letters(rest - 1) if rest else "") + chr(ord("A") + last)


@lru_cache(maxsize=100_000)
def _cell(text: str) -> str:
    """A cell, which stands behind the one before; the words of results stand in many."""
    if not text:
        return "<c/>"
    plain = _ESCAPED.sub(_escape, text).translate(_MARKUP)
    space = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
    return f'<c t="inlineStr"><is><t{space}>{plain}</t></is></c>'


def _escape(sign: re.Match[str]) -> str:
    return f"_x{ord(sign[0]):04X}_"
