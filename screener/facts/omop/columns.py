"""Columns as they are stored, turned in SQL into what they must hold, whichever type the export gave them.

A whole number or the number of a concept is an integer, and `UNREADABLE` where the cell holds something else. A date is
text, or an integer that counts microseconds since 1970 where it is a time with a zone. A number is its decimal text,
so that it stays exact.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Final, NamedTuple

from screener.errors import UnusablePatients
from screener.facts.omop.tables import Column, Holds

UNREADABLE: Final = -1
"""No concept and no part of a date has a number below 0."""

MOST_BROKEN: Final = 1_000
"""Up to so many rows of a CSV file are counted that cannot be taken apart."""
_REJECTING: Final = f"store_rejects = true, rejects_limit = {MOST_BROKEN}"
_COPIED_AT_ONCE: Final = 1024 * 1024
_LONGEST_HEADING: Final = 65_536
_LONGEST_TEXT: Final = 1_000
_WHOLE: Final = re.compile(r"U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|DECIMAL\([0-9]+,0\)")
_DECIMAL: Final = re.compile(r"DECIMAL\(.*|DOUBLE|FLOAT")
_DAY: Final = re.compile(r"DATE|TIMESTAMP(?:_S|_MS|_NS)?")
_ZONED: Final = "TIMESTAMP WITH TIME ZONE"
_TEXT: Final = re.compile(r"VARCHAR|ENUM\(.*|UUID", re.DOTALL)
_PATTERNS: Final = re.compile(r"([*?\[])")


class Source(NamedTuple):
    """One table as found: what to select from, its columns by name in small letters (as written, type), its place."""

    sql: str
    columns: dict[str, tuple[str, str]]
    place: str
    is_csv: bool = False

    def select(self, *cells: str) -> str:
        """The SQL that selects these."""
        return f"select {', '.join(cells)} from {self.sql}"  # noqa: S608  # a table found, and columns of it


def quoted(name: str) -> str:
    """A name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def text_literal(value: str) -> str:
    """A text as SQL."""
    return "'" + value.replace("'", "''") + "'"


def literal(path: Path) -> str:
    """A path as SQL that DuckDB takes literally, although it reads `*`, `?` and `[` as patterns."""
    return text_literal(_PATTERNS.sub(r"[\1]", str(path.absolute())))


def fits(kind: str, holds: Holds) -> bool:
    """Whether a column of this SQL type can hold what it must."""
    if _TEXT.fullmatch(kind):
        return True
    if holds == "text":
        return _WHOLE.fullmatch(kind) is not None or _DECIMAL.fullmatch(kind) is not None
    if holds == "date":
        return _DAY.fullmatch(kind) is not None or kind == _ZONED
    # Programs that know no missing whole number write them as floating point numbers.
    return _WHOLE.fullmatch(kind) is not None or _DECIMAL.fullmatch(kind) is not None


def cell(source: Source, column: Column) -> str:
    """The SQL of one column of a table."""
    found = source.columns.get(column.name)
    if found is None:
        return "null"
    name, kind = quoted(found[0]), found[1]
    text = f"nullif(trim(left({name}::varchar, {_LONGEST_TEXT})), '')"
    if column.holds == "key":
        return f"try_cast({name} as hugeint)" if not _TEXT.fullmatch(kind) else f"try_cast({text} as hugeint)"
    if column.holds == "id":
        return _whole(name, kind, text)
    if column.holds == "date" and kind == _ZONED:
        return f"epoch_us({name})"
    if column.holds == "date" and _DAY.fullmatch(kind):
        return f"{name}::date::varchar"
    return text


def _whole(name: str, kind: str, text: str) -> str:
    if _WHOLE.fullmatch(kind):
        return name
    value = f"try_cast({text} as bigint)" if _TEXT.fullmatch(kind) else f"try_cast({name} as bigint)"
    same = f"{value} is not null" if _TEXT.fullmatch(kind) else f"{value} = {name}"
    return f"case when {text} is null then null when {same} then {value} else {UNREADABLE} end"


def csv_source(file: Path) -> Source:
    """A CSV file with one heading row, separated by commas, semicolons or, as vocabularies are handed out, tabs.

    Raises:
        UnusablePatients: it has no heading row that can be read.
    """
    with file.open("rb") as stream:
        first = stream.readline(_LONGEST_HEADING)
    try:
        heading = first.decode("utf-8-sig").strip("\r\n")
    except UnicodeDecodeError:
        raise UnusablePatients(f"{file} is not UTF-8 text.", hint="Export it again as CSV in UTF-8.") from None
    separator = max("\t,;", key=heading.count)
    # In tables separated by tabs a quotation mark is just that: names of concepts hold single ones.
    quote = "" if separator == "\t" else '"'
    names = next(csv.reader([heading], delimiter=separator), [])
    if not names or len({name.lower() for name in names}) < len(names) or not all(names):
        hint = "Give every column a name of its own, in the first row."
        raise UnusablePatients(f"{file} has no usable heading row.", hint=hint)
    kinds = ", ".join(f"{text_literal(name)}: 'VARCHAR'" for name in names)
    delim, quoting = text_literal(separator), text_literal(quote)
    options = f"delim = {delim}, quote = {quoting}, escape = {quoting}, nullstr = '', {_REJECTING}"
    sql = f"read_csv({literal(file)}, auto_detect = false, header = true, columns = {{{kinds}}}, {options})"
    return Source(sql, {name.strip().lower(): (name, "VARCHAR") for name in names}, str(file), is_csv=True)


def write_with_plain_line_ends(file: Path, copy: Path) -> None:
    """Copy a text file, every end of a line, whichever signs it is made of, as a line feed."""
    with file.open("rb") as source, copy.open("wb") as target:
        held = b""
        while chunk := source.read(_COPIED_AT_ONCE):
            # A carriage return at the end of a chunk may be half of a line end.
            text = held + chunk
            held = b"\r" if text.endswith(b"\r") else b""
            text = text[: len(text) - len(held)]
            target.write(text.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
        target.write(held.replace(b"\r", b"\n"))
