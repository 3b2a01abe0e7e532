"""The files of a source: found without leaving the folder, opened without waiting, unpacked without being flooded."""

from __future__ import annotations

import gzip
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase, BytesIO
from pathlib import Path
from typing import Final, NamedTuple

from screener.errors import UsageError
from screener.facts.fhir.documents import Unusable
from screener.facts.inspection import Inspection, Problems, RecordProblem

LARGEST_DOCUMENT: Final = 128 * 1024 * 1024
"""Bytes of one JSON document, unpacked; it is held in memory whole, several times its size."""
LONGEST_LINE: Final = 16 * 1024 * 1024
"""Bytes of one resource that stands in a line."""
_FIRST_READ: Final = 65_536
_NEXT_READ: Final = 4 * 1024 * 1024
_HIGHEST_RATIO: Final = 200
_RATIO_FROM: Final = 64 * 1024 * 1024
"""From so many unpacked bytes on, how many times larger than packed a file may be: records come to 10 to 60 times."""

DOCUMENT: Final = "document"
LINES: Final = "lines"
_FORMS: Final = {".json": DOCUMENT, ".ndjson": LINES, ".jsonl": LINES}
_MAY_HOLD_RECORDS: Final = {
    ".xml": ("is XML, which is not read", "export it as JSON"),
    ".zip": ("is a zip archive", "unpack it first"),
    ".tar": ("is a tar archive", "unpack it first"),
    ".tgz": ("is a tar archive", "unpack it first"),
    ".7z": ("is a packed archive", "unpack it first"),
    ".bz2": ("is packed with bzip2", "unpack it first, or pack it with gzip"),
    ".xz": ("is packed with xz", "unpack it first, or pack it with gzip"),
    ".zst": ("is packed with zstd", "unpack it first, or pack it with gzip"),
}
_SHORTEST_LINE: Final = 64
"""A line counts for so many bytes at least, because millions of empty ones take their time too."""
_GZIP_MAGIC: Final = b"\x1f\x8b"
_ZIP_MAGIC: Final = b"PK\x03\x04"
_FOR_READING: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
_DAMAGES: Final = (OSError, EOFError, zlib.error)
"""What is raised while a damaged file is read; a damaged package is an `OSError` too."""


class SourceFile(NamedTuple):
    """A file that can hold records: its path, what people are told it is called, and the form its name tells."""

    path: str
    name: str
    form: str


def shown(path: str | Path) -> str:
    """A path as people are told it: what a terminal cannot show is replaced."""
    text = os.fsencode(path).decode("utf-8", "replace")
    return text if text.isprintable() else "".join(each if each.isprintable() else "?" for each in text)


def find_files(root: Path, inspection: Inspection, problems: Problems) -> list[SourceFile]:
    """The files at a path that can hold records, in a folder those of all its folders, in the order of their names.

    What is not followed or not read for what it is (a link that leads out, a pipe, an archive) is a problem; what by
    its name holds no records is counted.

    Raises:
        UsageError: there is nothing at the path, or it may not be read.
    """
    try:
        mode = root.stat().st_mode
    except (OSError, ValueError):
        raise UsageError(f"There is no file or folder {shown(root)}.", hint="Check the spelling of the path.") from None
    if not stat.S_ISDIR(mode):
        if not stat.S_ISREG(mode):
            raise UsageError(f"{shown(root)} is not a file.", hint="Name a file or a folder that holds the records.")
        return [SourceFile(os.path.realpath(root), shown(root), _form(root.name) or DOCUMENT)]
    found: list[SourceFile] = []
    _Search(os.path.realpath(root), inspection, problems, found).folder(str(root))
    return found


class _Search:
    """Goes through a folder and those in it, deepest last, without recursion."""

    def __init__(self, within: str, inspection: Inspection, problems: Problems, found: list[SourceFile]) -> None:
        self._within = within
        self._inspection = inspection
        self._problems = problems
        self._found = found

    def folder(self, root: str) -> None:
        waiting = [root]
        while waiting:
            here = waiting.pop()
            try:
                with os.scandir(here) as listing:
                    entries = sorted(listing, key=lambda one: one.name)
            except OSError:
                self._problem(here, "cannot be read", "check the permissions of the folder")
                continue
            folders = [one.path for one in entries if self._take(one)]
            waiting += reversed(folders)

    def _take(self, entry: os.DirEntry[str]) -> bool:
        """Take a file; yes where the entry is a folder that is to be searched."""
        try:
            if entry.is_symlink():
                self._link(entry.path)
                return False
            if entry.is_dir(follow_symlinks=False):
                return not entry.name.startswith(".")
            regular = entry.is_file(follow_symlinks=False)
        except OSError:
            self._problem(entry.path, "cannot be read", "check its permissions")
            return False
        form = _form(entry.name)
        if not regular:
            self._problem(entry.path, "is a pipe or a device, not a file", "leave it out of the folder")
        elif form is not None:
            self._found.append(SourceFile(entry.path, shown(entry.path), form))
        else:
            self._other(entry)
        return False

    def _link(self, path: str) -> None:
        target = os.path.realpath(path)
        if os.path.commonpath([self._within, target]) == self._within:
            # What it leads to is found where it stands.
            self._inspection.note("other_file", "link within the folder")
        else:
            self._problem(path, "is a link that leads out of the folder", "put the file itself into the folder")

    def _other(self, entry: os.DirEntry[str]) -> None:
        ending = Path(entry.name).suffix.lower()
        if entry.name.startswith("."):
            self._inspection.note("other_file", "hidden")
        elif ending in _MAY_HOLD_RECORDS or entry.name.lower().endswith(".tar.gz"):
            self._problem(entry.path, *_MAY_HOLD_RECORDS.get(ending, _MAY_HOLD_RECORDS[".tar"]))
        elif ending == ".gz":
            self._problem(
                entry.path, "is packed, and its name does not say what it holds", "call it .json.gz or .ndjson.gz"
            )
        else:
            self._inspection.note("other_file", ending or "without an ending")

    def _problem(self, path: str, problem: str, hint: str) -> None:
        self._problems.add(RecordProblem(shown(path), "", problem, hint))


def _form(name: str) -> str | None:
    """The form that a name tells; none for a hidden file and for other endings."""
    if name.startswith("."):
        return None
    unpacked = name.lower().removesuffix(".gz")
    return _FORMS.get(unpacked[unpacked.rfind(".") :])


class Opened(NamedTuple):
    """An open file, unpacked; and how many bytes it may hold, none where it is not packed."""

    stream: BufferedIOBase
    limit: int | None


def _descriptor(path: str) -> int:
    """Open a regular file for reading, never waiting: opening a pipe waits for somebody to write to it.

    Raises:
        Unusable: it is no regular file, or may not be read.
    """
    try:
        descriptor = os.open(path, _FOR_READING)
    except OSError:
        raise Unusable("cannot be read", "check its permissions") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Unusable("is a pipe or a device, not a file", "leave it out of the folder")
    return descriptor


def _damage(error: Exception) -> Unusable:
    """The words for what goes wrong while a file is read."""
    if isinstance(error, gzip.BadGzipFile | EOFError | zlib.error):
        return Unusable("is packed, and damaged or not whole", "export it again")
    return Unusable("cannot be read to its end", "check the disk it stands on")


@contextmanager
def opened(path: str) -> Iterator[Opened]:
    """Open a file, unpacked where it is packed with gzip.

    Raises:
        Unusable: it is no regular file, may not be read, is an archive, or turns out damaged while it is read.
    """
    with os.fdopen(_descriptor(path), "rb") as file:
        try:
            magic = file.peek(4)[:4]
            _refuse_archive(magic)
            if magic.startswith(_GZIP_MAGIC):
                limit = max(_RATIO_FROM, os.fstat(file.fileno()).st_size * _HIGHEST_RATIO)
                with gzip.GzipFile(fileobj=file) as unpacked:
                    yield Opened(unpacked, limit)
            else:
                yield Opened(file, None)
        except _DAMAGES as error:
            raise _damage(error) from None


def _refuse_archive(magic: bytes) -> None:
    if magic.startswith(_ZIP_MAGIC):
        raise Unusable("is a zip archive", "unpack it first")


def read_document(path: str) -> bytes:
    """The bytes of a file that is one document.

    Raises:
        Unusable: see `opened`; or it is larger than a document may be.
    """
    # Without layers in between: folders hold a hundred thousand small files.
    descriptor = _descriptor(path)
    try:
        data = _read_up_to(descriptor, LARGEST_DOCUMENT + 1)
        _refuse_archive(data[:4])
        if data.startswith(_GZIP_MAGIC):
            with gzip.GzipFile(fileobj=BytesIO(data)) as packed:
                data = packed.read(LARGEST_DOCUMENT + 1)
    except _DAMAGES as error:
        raise _damage(error) from None
    finally:
        os.close(descriptor)
    if len(data) > LARGEST_DOCUMENT:
        raise Unusable(f"is larger than {LARGEST_DOCUMENT >> 20} MiB", "split it, one bundle a patient")
    return data


def _read_up_to(descriptor: int, size: int) -> bytes:
    data = os.read(descriptor, min(size, _FIRST_READ))
    if len(data) < _FIRST_READ:
        return data
    parts = [data]
    size -= len(data)
    while size > 0 and (data := os.read(descriptor, min(size, _NEXT_READ))):
        parts.append(data)
        size -= len(data)
    return b"".join(parts)


def read_lines(path: str) -> Iterator[tuple[int, bytes | Unusable]]:
    """The lines of a file that are not blank, counted from 1; of a line that is too long, why it cannot be used.

    Raises:
        Unusable: see `opened`; or it unpacks to far more than records do.
    """
    with opened(path) as (stream, limit):
        number = size = 0
        begun = False
        while line := stream.readline(LONGEST_LINE + 1):
            size += max(len(line), _SHORTEST_LINE)
            if limit is not None and size > limit:
                raise Unusable(f"unpacks to more than {_HIGHEST_RATIO} times its size", "export it again")
            whole = line.endswith(b"\n") or len(line) <= LONGEST_LINE
            if not begun:
                number += 1
                if not whole:
                    yield number, Unusable(f"is longer than {LONGEST_LINE >> 20} MiB", "write one resource a line")
                elif not line.isspace():
                    yield number, line
            begun = not whole
