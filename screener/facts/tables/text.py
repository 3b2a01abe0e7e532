"""Opening a patient source, and reading text from it line by line without ever holding more than one record."""

from __future__ import annotations

import io
import stat
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from screener.errors import UnusablePatients, UsageError

STANDARD_INPUT: Final = Path("-")
LONGEST_RECORD: Final = 1024 * 1024
"""Characters of one record; a longer one is no patient but a mistake."""

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_SAVE_AS_CSV: Final = 'Save it as UTF-8 ("CSV UTF-8" in Excel) and try again.'
_NOT_TEXT: Final = (
    (b"PK\x03\x04", "is an Excel workbook or another zip file, not text", "Save it as .xlsx or as CSV UTF-8."),
    (b"\xd0\xcf\x11\xe0", "is an old or locked Excel workbook", "Save it without a password as .xlsx or as CSV UTF-8."),
    (b"PAR1", "is a Parquet file", "Give it a name that ends in .parquet."),
    (b"\x1f\x8b", "is a packed file", "Unpack it first."),
    (b"\xff\xfe", "is UTF-16 text", _SAVE_AS_CSV),
    (b"\xfe\xff", "is UTF-16 text", _SAVE_AS_CSV),
)


class BadText(Exception):
    """A record is not usable text; the message ends the sentence that begins with its place."""


class Readable(Protocol):
    """What reading needs of a binary stream."""

    def read(self, size: int, /) -> bytes:
        """Up to so many bytes; none at the end."""

    def readline(self, size: int, /) -> bytes:
        """Up to so many bytes of a line."""


def display_name(path: Path) -> str:
    """What messages call the source."""
    return "Standard input" if path == STANDARD_INPUT else str(path)


def open_bytes(path: Path, closing: ExitStack) -> BinaryIO:
    """Open a file, or standard input for `-`; a file is closed by `closing`, standard input is left open.

    Raises:
        UsageError: the file is missing, a folder, a pipe or a device, or may not be read; standard input is closed.
    """
    if path == STANDARD_INPUT:
        if sys.stdin is None:
            raise UsageError("There is no standard input.", hint="Send the table to it, or name a file.")
        return sys.stdin.buffer
    check_regular(path)
    try:
        return closing.enter_context(path.open("rb"))
    except OSError:
        raise UsageError(f"{path} cannot be read.", hint="Check the permissions of the file.") from None


def check_regular(path: Path) -> None:
    """Refuse what is not a file with an end.

    Raises:
        UsageError: see `open_bytes`.
    """
    try:
        mode = path.stat().st_mode
    except PermissionError:
        raise UsageError(f"{path} cannot be read.", hint="Check the permissions of its folder.") from None
    except (OSError, ValueError):
        raise UsageError(f"There is no file {path}.", hint="Check the spelling of the path.") from None
    if stat.S_ISDIR(mode):
        raise UsageError(f"{path} is a folder.", hint="Name the file in it that holds the fact table.")
    if not stat.S_ISREG(mode):
        raise UsageError(f"{path} is not a file.", hint='To read from a pipe, write "-" and send it to standard input.')


class TextSource:
    """UTF-8 text of a source, from its first line that is not blank told what it is.

    `first_line` is that line, without line end. Reading begins at the very start of the source.

    Raises:
        UnusablePatients: the source is empty or holds no text.
    """

    def __init__(self, stream: BinaryIO, *, name: str) -> None:
        self.name = name
        head = _head(stream)
        first = head.removeprefix(_BYTE_ORDER_MARK)
        _check_text(head, first, name)
        self.first_line = first.decode(errors="surrogateescape").strip().partition("\r")[0]
        raw = io.BufferedReader(_Rejoined(first, stream), buffer_size=65_536)
        # Bad bytes become lone surrogates, so that the row that holds them can be named.
        self.stream = io.TextIOWrapper(raw, encoding="utf-8", errors="surrogateescape", newline="")


class TextLines:
    """The lines of a text; `length` and `count` say how much was read since somebody set them to 0.

    Iterating raises BadText for a line that is not UTF-8, holds a NUL, or makes `length` pass the limit.
    """

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self.length = 0
        self.count = 0

    def __iter__(self) -> Iterator[str]:
        readline = self._stream.readline
        while line := readline(LONGEST_RECORD + 1):
            self.count += 1
            self.length += len(line)
            if self.length > LONGEST_RECORD:
                raise BadText("is longer than 1 MiB")
            if "\0" in line or not line.isascii():
                check_characters(line)
            yield line


def check_characters(text: str) -> None:
    """Refuse text that was not UTF-8, or that holds a NUL.

    Raises:
        BadText: it is so.
    """
    if "\0" in text:
        raise BadText("holds bytes that are not text")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadText("is not UTF-8 text") from None


def unusable_row(row: int, name: str, problem: BadText) -> UnusablePatients:
    """The error for a source that cannot be read past this row."""
    hint = "Look for a quotation mark that is not closed." if "longer" in str(problem) else _SAVE_AS_CSV
    return UnusablePatients(f"Row {row} of {name} {problem}.", hint=hint)


def _head(stream: Readable) -> bytes:
    """The source up to and with its first line that is not blank."""
    head = b""
    while line := stream.readline(LONGEST_RECORD + 1 - len(head)):
        head += line
        if line.removeprefix(_BYTE_ORDER_MARK).strip():
            break
    return head


def _check_text(head: bytes, first: bytes, name: str) -> None:
    if not first.strip():
        raise UnusablePatients(f"{name} is empty.", hint="The first row holds the headings, patient_id among them.")
    for magic, problem, hint in _NOT_TEXT:
        if head.startswith(magic):
            raise UnusablePatients(f"{name} {problem}.", hint=hint)
    if b"\0" in head:
        raise UnusablePatients(f"{name} is not UTF-8 text.", hint=_SAVE_AS_CSV)


class _Rejoined(io.RawIOBase):
    """A stream with what was already read from it put back in front; closing it leaves the stream open."""

    def __init__(self, head: bytes, rest: Readable) -> None:
        self._head = head
        self._read = getattr(rest, "read1", rest.read)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # only BufferedReader calls it
        chunk: bytes
        if self._head:
            chunk, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        else:
            chunk = self._read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)
