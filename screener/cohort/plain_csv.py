"""Whether DuckDB's reader takes a CSV file apart exactly as the reader of fact tables does.

DuckDB forgives what that reader rejects: separators behind the last cell, a space before a quotation mark, a NUL.
A file in which each line has its cells, and each quotation mark its place, leaves nothing to forgive.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from screener.cohort.files import CsvShape

_BLOCK: Final = 16 * 1024 * 1024
_LONGEST_LINE: Final = 100_000
"""Bytes of a line; a longer one can hold a cell that the reader of fact tables rejects."""

_LETTERS: Final = bytes(one if chr(one) in '",;\t\r\n' else ord("x") for one in range(256))
"""What stands between cells and around them is kept, and all else is alike."""
_MARK: Final = b"\xef\xbb\xbf"


def is_plain(path: Path, shape: CsvShape) -> bool:
    """Whether every line of a file is a row with a cell for each heading, and nothing in it can be read in two ways."""
    with path.open("rb") as stream:
        first = stream.readline().removeprefix(_MARK)
        line_end = b"\r\n" if first.endswith(b"\r\n") else b"\n"
        row = _row(shape)
        return _is_heading(first, shape) and all(_is_text(one) and _fits(one, row, line_end) for one in _blocks(stream))


def _row(shape: CsvShape) -> re.Pattern[bytes]:
    """What a line looks like: as many cells as there are headings, each whole in quotation marks or without any."""
    separator = re.escape(shape.delimiter)
    cell = rf'(?:"[^"\r]*(?:""[^"\r]*)*"|[^"\r{separator}]*)'
    return re.compile(rf"{cell}(?:{separator}{cell}){{{len(shape.headings) - 1}}}".encode())


def _fits(block: bytes, row: re.Pattern[bytes], line_end: bytes) -> bool:
    """Whether each line of a block is a row. Lines that differ in their letters alone are looked at once."""
    if max(map(len, block.split(b"\n"))) > _LONGEST_LINE:
        return False
    alike = block.translate(_LETTERS)
    while b"xxx" in alike:
        alike = alike.replace(b"xxx", b"x").replace(b"xx", b"x")
    lines = alike.removesuffix(line_end).split(line_end)
    return all(row.fullmatch(line) and b"\n" not in line for line in set(lines))


def _is_heading(line: bytes, shape: CsvShape) -> bool:
    try:
        cells = next(csv.reader([line.decode().rstrip("\r\n")], delimiter=shape.delimiter, strict=True), [])
    except (UnicodeDecodeError, csv.Error):
        return False
    return tuple(cells) == shape.headings and len(cells) > 1


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    """Pieces of a file that end where a line does."""
    while block := stream.read(_BLOCK):
        yield block + stream.readline()


def _is_text(block: bytes) -> bool:
    if b"\0" in block:
        return False
    try:
        return block.isascii() or bool(block.decode())
    except UnicodeDecodeError:
        return False


def all_plain(paths: Sequence[Path], shapes: Sequence[CsvShape]) -> bool:
    """Whether all files are plain, and written alike."""
    alike = {(shape.delimiter, shape.skip) for shape in shapes}
    return len(alike) == 1 and all(is_plain(path, shape) for path, shape in zip(paths, shapes, strict=True))
