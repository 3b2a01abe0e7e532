"""The files a cohort is read from: one, a folder of them, or a pattern; all of one format and with the same columns."""

from __future__ import annotations

import csv
import fnmatch
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


def check_places(facts: str, *outs: Path | None) -> None:
    """Refuse a result that would replace the patients, or would be read as patients the next time.

    Raises:
        UsageError: it would.
    """
    for out in (one for one in outs if one is not None):
        if Path(facts).is_file() and _is_same(Path(facts), out):
            raise UsageError(f"{out} holds the patients, and would be replaced.", hint="Name another file.")
        if out.suffix.lower() in _ENDINGS and _is_among(facts, out.absolute()):
            raise UsageError(
                f"{out} would stand among the tables of patients, and be read as one the next time.",
                hint=f"Name a place outside {facts}.",
            )


def check_folders(*outs: Path | None) -> None:
    """Refuse a result that has no folder to stand in, before anything is worked out.

    Raises:
        UsageError: there is none.
    """
    for out in (one for one in outs if one is not None):
        if not out.parent.is_dir():
            raise UsageError(f"There is no folder {out.parent}.", hint="Make it first, or name another.")


def _is_among(facts: str, out: Path) -> bool:
    """Whether a folder or a pattern of tables takes in a file, be it there or not."""
    if Path(facts).is_dir():
        return out.parent.resolve() == Path(facts).resolve() or any(_is_same(one, out) for one in Path(facts).iterdir())
    return glob.has_magic(facts) and not Path(facts).exists() and fnmatch.fnmatch(str(out), str(Path(facts).absolute()))


def _is_same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve() or (one.exists() and other.exists() and one.samefile(other))


def csv_shape(path: Path) -> CsvShape:
    """How a CSV file is written.

    Raises:
        UsageError: it cannot be opened.
        UnusablePatients: it is empty or is no text.
    """
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
