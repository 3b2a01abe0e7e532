"""Putting patients into rank order in bounded memory: sorted runs in an unnamed temporary file, merged when read.

The file has no name in any folder and is gone with the process, so nothing of a patient stays behind.
"""

from __future__ import annotations

import heapq
import os
import struct
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from screener.matching.results import Screened, rank_key

_HEADER: Final = struct.Struct(">I")
_RANK: Final = struct.Struct(">BBH")
_FIXED: Final = _RANK.size
_END: Final = b"\0"
"""Ends an id, in which it never stands, and sorts before all that can."""
_RUN_BYTES: Final = 24 * 1024 * 1024
_OBJECT_BYTES: Final = 60
"""What the object around a key and a text takes."""
_READ_BYTES: Final = 64 * 1024
_WRITE_BYTES: Final = 256 * 1024
"""What stays in the processor's cache on its way to the file: a tenth of the time that a write of 24 MB takes."""


class _Run(NamedTuple):
    """Where a sorted run lies in the file."""

    start: int
    end: int


class Ranking:
    """Takes patients in any order, each with its text, and gives the texts back in rank order.

    Args:
        run_bytes: how much is kept in memory before it is sorted into the file.
    """

    def __init__(self, *, run_bytes: int = _RUN_BYTES) -> None:
        self._run_bytes = run_bytes
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._runs: list[_Run] = []
        self._closing = ExitStack()
        self._file = -1

    def add(self, key: bytes, text: bytes) -> None:
        """Take one patient's key (see `sort_key`), and the text that is to be given back for it."""
        entry = key + text
        self._held.append(entry)
        self._held_bytes += len(entry) + _OBJECT_BYTES
        if self._held_bytes > self._run_bytes:
            self._spill()

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Every patient's rank, counted from 1, and text."""
        self._held.sort()
        runs = [self._read(run) for run in self._runs]
        merged = heapq.merge(*runs, self._held) if runs else iter(self._held)
        for rank, entry in enumerate(merged, start=1):
            yield rank, entry[entry.index(_END, _FIXED) + 1 :]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    def _spill(self) -> None:
        if not self._runs:
            unnamed = self._closing.enter_context(tempfile.TemporaryFile(buffering=0))  # noqa: SIM115  # the stack closes
            self._file = unnamed.fileno()
        self._held.sort()
        start = end = self._runs[-1].end if self._runs else 0
        pieces: list[bytes] = []
        size = 0
        for entry in self._held:
            pieces += (_HEADER.pack(len(entry)), entry)
            size += len(entry)
            if size >= _WRITE_BYTES:
                end = self._write(pieces, end)
                pieces, size = [], 0
        end = self._write(pieces, end)
        self._runs.append(_Run(start, end))
        self._held, self._held_bytes = [], 0

    def _write(self, pieces: list[bytes], place: int) -> int:
        """Write pieces at a place of the file, and return where they end."""
        block = memoryview(b"".join(pieces))
        while block:
            written = os.pwrite(self._file, block, place)
            place, block = place + written, block[written:]
        return place

    def _read(self, run: _Run) -> Iterator[bytes]:
        """The patients of a run, read in blocks, since the runs share one file."""
        place, block, used = run.start, b"", 0
        while place < run.end or used < len(block):
            needed = _size(block, used)
            if len(block) - used < needed:
                more = os.pread(self._file, min(max(_READ_BYTES, needed), run.end - place), place)
                place += len(more)
                block, used = block[used:] + more, 0
                continue
            yield block[used + _HEADER.size : used + needed]
            used += needed


def _size(block: bytes, used: int) -> int:
    """The bytes of the patient that begins here, or of its header alone while that is not read."""
    if len(block) - used < _HEADER.size:
        return _HEADER.size
    return int(_HEADER.size + _HEADER.unpack_from(block, used)[0])


def sort_key(result: Screened[Any]) -> bytes:
    """The rank of a patient as bytes that sort as the rank does, whatever text stands behind them."""
    order, minus_score, questions, patient_id = rank_key(result)
    return b"%b%b%b" % (_RANK.pack(order, 100 + minus_score, questions), patient_id.encode(), _END)
