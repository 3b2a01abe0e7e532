"""The files a cohort is read from: one, a folder of them, or a pattern; all of one format and with the same columns."""

from __future__ import annotations

import csv
import glob
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from screener.errors import UsageError
from screener.facts.tables.csv_rows import CsvRows
from screener.facts.tables.text import TextSource, check_regular, open_bytes

Format = Literal["parquet", "csv", "jsonl"]

_ENDINGS: Final[dict[str, Format]] = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
_DELIMITERS: Final = (",", ";", "\t")
_OTHERS: Final = "`screener screen` reads it; for a cohort save it as Parquet, CSV or JSON lines."


@dataclass(frozen=True, slots=True)
class CohortFiles:
    """The files of one cohort, in the order of their names, and their format. `name` is what messages call them."""

    name: str
    format: Format
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class CsvShape:
    """How a CSV file is written: its headings, what stands between cells, and the lines above its first row."""

    headings: tuple[str, ...]
    delimiter: str
    skip: int


def find_files(facts: Path) -> CohortFiles:
    """The files that a path means.

    Raises:
        UsageError: there is none, they are of several formats, or of one that no engine reads.
    """
    if facts.is_dir():
        found = sorted(path for path in facts.iterdir() if path.suffix.lower() in _ENDINGS)
        if not found:
            raise UsageError(f"{facts} holds no table of patients.", hint="Tables end in .parquet, .csv or .jsonl.")
    elif facts.exists() or not glob.has_magic(str(facts)):
        check_regular(facts)
        found = [facts]
    else:
        root = Path(facts.anchor or ".")
        found = sorted(one for one in root.glob(str(facts.relative_to(facts.anchor))) if one.is_file())
        if not found:
            raise UsageError(f"No file is named like {facts}.", hint="Check the spelling of the path.")
    return CohortFiles(str(facts), _format(found), tuple(found))


def csv_shape(files: CohortFiles) -> CsvShape:
    """How the CSV files of a cohort are written.

    Raises:
        UsageError: two of them have other headings, or one cannot be opened.
        UnusablePatients: one is empty or is no text.
    """
    shapes = [_shape(path) for path in files.paths]
    for path, shape in zip(files.paths, shapes, strict=True):
        if shape != shapes[0]:
            raise UsageError(
                f"{path} has other headings than {files.paths[0]}.", hint="Give all files the same first line."
            )
    return shapes[0]


def _shape(path: Path) -> CsvShape:
    with ExitStack() as closing:
        source = TextSource(open_bytes(path, closing), name=str(path))
        first = source.first_line
        headings = CsvRows(source).headings
    with path.open("rb") as stream:
        skip = next(place for place, line in enumerate(stream) if line.removeprefix(b"\xef\xbb\xbf").strip()) + 1
    found = [one for one in _DELIMITERS if next(csv.reader([first], delimiter=one), []) == headings]
    return CsvShape(tuple(headings), found[0] if found else _DELIMITERS[0], skip)


def _format(paths: Sequence[Path]) -> Format:
    endings = {path.suffix.lower() for path in paths}
    formats = {_ENDINGS.get(ending) for ending in endings}
    if None in formats:
        raise UsageError(f"{paths[0]} is not a table that a cohort can be read from.", hint=_OTHERS)
    if len(formats) > 1:
        raise UsageError(f"The files are of several formats: {', '.join(sorted(endings))}.", hint="Name those of one.")
    (one,) = formats
    assert one is not None
    return one
