"""Whether DuckDB's reader takes a CSV file apart exactly as the reader of fact tables does.

DuckDB forgives what that reader rejects: separators behind the last cell, a space before a quotation mark, a NUL.
A file in which each line has its cells, and each quotation mark its place, leaves nothing to forgive.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from screener.cohort.files import CsvShape

_BLOCK: Final = 16 * 1024 * 1024
_LONGEST_LINE: Final = 100_000
"""Bytes of a line; a longer one can hold a cell that the reader of fact tables rejects."""

_MARK: Final = b"\xef\xbb\xbf"


def is_plain(path: Path, shape: CsvShape) -> bool:
    """Whether every line of a file is a row with a cell for each heading, and nothing in it can be read in two ways."""
    with path.open("rb") as stream:
        first = stream.readline().removeprefix(_MARK)
        return _is_heading(first, shape) and all(
            _is_plain(block, shape, returns=first.endswith(b"\r\n")) for block in _blocks(stream)
        )


def _is_plain(block: bytes, shape: CsvShape, *, returns: bool) -> bool:
    """Whether these lines are plain; `returns` says that each ends in a carriage return besides."""
    separator = shape.delimiter.encode()
    outside = _outside(block, separator)
    if outside is None or not _is_text(block) or max(map(len, block.split(b"\n"))) > _LONGEST_LINE:
        return False
    *lines, last = outside.split(b"\n")
    if outside.count(b"\r") != (len(lines) if returns else 0) or outside.count(b"\r\n") != outside.count(b"\r"):
        return False
    rows = [*lines, last] if last else lines
    return {line.count(separator) for line in rows} <= {len(shape.headings) - 1}


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


def _outside(block: bytes, separator: bytes) -> bytes | None:
    """What stands outside of quotation marks; nothing where one of these is out of place, or a cell has two lines."""
    if b'"' not in block:
        return block
    pieces = block.split(b'"')
    outside, inside = pieces[0::2], pieces[1::2]
    if len(outside) == len(inside) or any(b"\n" in one or b"\r" in one for one in inside):
        return None
    first, *between, last = outside
    # Nothing between two marks is one mark inside of a cell.
    if not (_closes(first, separator) and _opens(last, separator)):
        return None
    if not all(not one or (_opens(one, separator) and _closes(one, separator)) for one in set(between)):
        return None
    return b"".join(outside)


def _opens(piece: bytes, separator: bytes) -> bool:
    """Whether a piece may stand behind a quoted cell."""
    return not piece or piece.startswith((separator, b"\n", b"\r\n"))


def _closes(piece: bytes, separator: bytes) -> bool:
    """Whether a piece may stand before a quoted cell."""
    return not piece or piece.endswith((separator, b"\n"))


def all_plain(paths: Sequence[Path], shapes: Sequence[CsvShape]) -> bool:
    """Whether all files are plain, and written alike."""
    alike = {(shape.delimiter, shape.skip) for shape in shapes}
    return len(alike) == 1 and all(is_plain(path, shape) for path, shape in zip(paths, shapes, strict=True))
