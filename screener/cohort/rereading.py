"""Tables that DuckDB would read otherwise than `screen` does, read by the reader of fact tables and handed on.

That is slower by far, and exact: the same rows are rejected, for the same reasons.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from screener.cohort.files import CohortFiles
from screener.cohort.reading.text import NO_VALUE
from screener.cohort.summary import UnusableRows
from screener.errors import UsageError
from screener.facts.definitions import PATIENT_ID, Vocabulary
from screener.facts.tables.cells import MARK, NO_TEXT, WRITE_TEXT, Reject, Rejection, RowSource
from screener.facts.tables.csv_rows import CsvRows
from screener.facts.tables.headings import SOURCE, known_headings, normal, resolve
from screener.facts.tables.json_rows import JsonRows
from screener.facts.tables.text import TextSource, open_bytes
from screener.facts.values import NOTHING

_BATCH: Final = 2_048


class Reread(NamedTuple):
    """What was read: the headings, those that mean nothing here where rows name their own, and what was rejected."""

    headings: list[str]
    unknown: tuple[tuple[str, str], ...]
    rejected: tuple[UnusableRows, ...]


def reread(files: CohortFiles, vocabulary: Vocabulary, to: Path) -> Reread:
    """Write the rows of CSV or JSON lines as one JSON object a line: `row`, and `cells` with a text for each heading.

    Rows are counted over all files, the headings being row 1.

    Raises:
        UnusablePatients: a file cannot be read to its end, or its headings cannot be used.
        UsageError: there is no room for the copy.
    """
    rejected = _Rejected()
    unknown: list[tuple[str, str]] = []
    headings: list[str] = []
    before = 0
    try:
        with to.open("wb") as out:
            for path in files.paths:
                with ExitStack() as closing:
                    source = _opened(path, files, vocabulary, unknown=unknown, closing=closing)
                    headings = source.headings or known_headings(vocabulary.facts.values())
                    resolve(headings, vocabulary, name=str(path))  # before all rows are read for nothing
                    rejected.begin(str(path) if len(files.paths) > 1 else None)
                    last = 1
                    for row, line in _lines(source, _Cells(headings, vocabulary, rejected), before):
                        out.write(line)
                        last = row
                    before += max(last, rejected.last) - 1
    except OSError as error:
        raise UsageError(
            f"The temporary folder cannot be written: {error.strerror}.", hint="Make room, or point TMPDIR elsewhere."
        ) from None
    return Reread(headings, tuple(dict.fromkeys(unknown)), rejected.rows())


def _opened(
    path: Path, files: CohortFiles, vocabulary: Vocabulary, *, unknown: list[tuple[str, str]], closing: ExitStack
) -> RowSource:
    source = TextSource(open_bytes(path, closing), name=str(path))
    if files.format == "csv":
        return CsvRows(source)
    return JsonRows(source, known_headings(vocabulary.facts.values()), unknown=unknown, lines=True)


def _lines(source: RowSource, as_text: _Cells, before: int) -> Iterator[tuple[int, bytes]]:
    for row, cells in source.rows(as_text.reject):
        texts = as_text.of(cells, row)
        if texts is not None:
            yield row, orjson.dumps({"row": before + row, "cells": texts}, option=orjson.OPT_APPEND_NEWLINE)


class _Rejected:
    """Counts what is rejected: what is wrong, whatever its numbers, and what to do about it."""

    def __init__(self) -> None:
        self._file: str | None = None
        self.last = 1
        self._found: dict[tuple[str, str], list[Any]] = {}

    def begin(self, file: str | None) -> None:
        """Go on with another file, which is named in what is said of it."""
        self._file, self.last = file, 1

    def __call__(self, one: Rejection) -> None:
        self.last = max(self.last, one.row)
        kind = re.sub("[0-9]+", "", one.problem)
        self._found.setdefault((kind, one.hint), [one, self._file, 0])[2] += 1

    def rows(self) -> tuple[UnusableRows, ...]:
        return tuple(
            UnusableRows(count, first.place if file is None else f"{first.place} of {file}", first.problem, first.hint)
            for first, file, count in self._found.values()
        )


class _Cells:
    """The cells of a row as the texts that a cohort is read from."""

    def __init__(self, headings: list[str], vocabulary: Vocabulary, reject: Reject) -> None:
        names = [normal(one) for one in headings]
        self.reject = reject
        self._names = names
        self._patient = names.index(PATIENT_ID)
        self._sets = {place for place, one in enumerate(names) if one in vocabulary and vocabulary[one].type == "set"}
        self._sources = {
            place: names.index(one.removesuffix(SOURCE))
            for place, one in enumerate(names)
            if one.endswith(SOURCE) and one.removesuffix(SOURCE) in names
        }

    def of(self, cells: list[str], row: int) -> list[str] | None:
        """The texts of a row, or none where it names no patient by a text."""
        if not any(cell.startswith(MARK) for cell in cells):
            return cells
        if cells[self._patient].startswith(MARK):
            self.reject(Rejection(row, PATIENT_ID, NO_TEXT, f"{WRITE_TEXT}; the row was not used"))
            return None
        for place, fact in self._sources.items():
            if cells[place].startswith(MARK) and cells[fact]:
                self.reject(Rejection(row, self._names[place], NO_TEXT, WRITE_TEXT))
        return [self._text(cell, place) if cell.startswith(MARK) else cell for place, cell in enumerate(cells)]

    def _text(self, cell: str, place: int) -> str:
        listed = cell.removeprefix(MARK)
        if place not in self._sets or "?" in listed:
            return NO_VALUE
        return listed or NOTHING
