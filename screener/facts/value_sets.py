"""Value sets: named lists of codes, read from CSV files of which every row says where its code was read.

A value set speaks of the code systems it has rows of. A code of another system is neither in it nor outside it, since
nobody looked: a row with the code `none` says that somebody did, and that no code of that system belongs. A row with
the code `more` says that more codes of its system belong than are listed: one that is not listed is then not outside it
either.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from screener.facts.events import Code
from screener.findings import Mark, did_you_mean
from screener.located import LIMIT_BYTES
from screener.logic import NO, UNKNOWN, YES, Truth

if TYPE_CHECKING:
    from screener.findings import Findings

COLUMNS: Final = ("system", "code", "display", "source")
NO_CODE: Final = "none"
MORE: Final = "more"
NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class ValueSet:
    """A named list of codes, and the code systems of which every code that belongs is listed."""

    name: str
    codes: frozenset[tuple[str, str]]
    systems: frozenset[str]

    @classmethod
    def of(cls, name: str, *codes: tuple[str, str]) -> ValueSet:
        """A value set of these codes, each a system and a code."""
        return cls(name, frozenset(codes), frozenset(system for system, _ in codes))

    def holds(self, recorded: tuple[Code, ...]) -> Truth:
        """Whether one of the recorded codes is in it; unknown where none is of a system that it lists completely."""
        for code in recorded:
            if (code[0], code[1]) in self.codes:
                return YES
        for code in recorded:
            if code[0] in self.systems:
                return NO
        return UNKNOWN


class _Row(NamedTuple):
    """One row: a code, or the word that no code of its system belongs, and the line it ends in."""

    line: int
    system: str
    code: str


def read_value_set(content: bytes, name: str, file: str, findings: Findings) -> ValueSet:
    """Read one value set.

    Args:
        content: the bytes of the file.
        name: how rules call it: the file's name without its ending.
        file: how the file is called in findings.
        findings: where mistakes go.

    Returns:
        The value set with every row that can be used.
    """
    start = Mark(file, 1, 1)
    if not NAME.fullmatch(name):
        hint = "give the file a name of small letters, digits and underscores, beginning with a letter"
        findings.add("R110", start, f'"{name}" cannot be the name of a value set', hint=hint)
    reader = _Reader(file, findings)
    rows = list(reader.rows(reader.lines(content)))
    if not rows and not reader.refused:
        findings.add("V104", start, "the value set lists nothing", hint="add its codes, or remove the file")
    reader.check_none(rows)
    reader.check_more(rows)
    codes = frozenset((row.system, row.code) for row in rows if row.code not in (NO_CODE, MORE))
    unfinished = {row.system for row in rows if row.code == MORE}
    return ValueSet(name, codes, frozenset(row.system for row in rows) - unfinished)


class _Reader:
    """Reads the rows of one file; `refused` is true when a mistake was found."""

    def __init__(self, file: str, findings: Findings) -> None:
        self.file = file
        self.findings = findings
        self.refused = False

    def lines(self, content: bytes) -> Iterator[tuple[int, list[str]]]:
        """The cells of each row that is not blank, with the line it ends in; nothing where the file is no table."""
        text = self._text(content)
        if text is None:
            return
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield reader.line_num, [cell.strip() for cell in cells]
        except csv.Error as error:
            hint = "put a cell that holds a comma or a quotation mark into quotation marks, and double those inside it"
            self.refuse("R110", reader.line_num, f"this is not CSV: {error}", hint=hint)

    def rows(self, lines: Iterator[tuple[int, list[str]]]) -> Iterator[_Row]:
        """The rows that can be used."""
        _, heading = next(lines, (1, []))
        if not heading or not self._usable(heading):
            return
        first: dict[tuple[str, str], int] = {}
        for line, cells in lines:
            row = self._row(line, dict(zip(heading, cells, strict=False)), len(cells) - len(heading))
            if row is None:
                continue
            stood = first.setdefault((row.system, row.code), line)
            if stood != line:
                self.refuse("V103", line, f"this code stands in line {stood} too", hint="remove one of the two")
            yield row

    def check_none(self, rows: list[_Row]) -> None:
        """Report rows that say of a system that none of its codes belongs, while others list some."""
        listed = {row.system: row.line for row in rows if row.code != NO_CODE}
        for row in rows:
            if row.code == NO_CODE and row.system in listed:
                message = f"no code of this system belongs, says the row, and line {listed[row.system]} lists one"
                self.refuse("V102", row.line, message, hint="remove one of the two")

    def check_more(self, rows: list[_Row]) -> None:
        """Report rows that say there is more of a system of which nothing is listed."""
        listed = {row.system for row in rows if row.code not in (NO_CODE, MORE)}
        for row in rows:
            if row.code == MORE and row.system not in listed:
                message = "more codes of this system belong, says the row, and none is listed"
                self.refuse("V102", row.line, message, hint="list a code of it, or remove the row")

    def refuse(self, code: str, line: int, message: str, *, hint: str) -> None:
        """Report a mistake in a line."""
        self.refused = True
        self.findings.add(code, Mark(self.file, line, 1), message, hint=hint)

    def _text(self, content: bytes) -> str | None:
        if len(content) > LIMIT_BYTES:
            message = f"the file has {len(content):,} bytes; at most {LIMIT_BYTES:,} are read"
            self.refuse("R108", 1, message, hint="list only the codes that rules need")
            return None
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            self.refuse("R110", 1, "the file is not UTF-8 text", hint="save it as UTF-8")
            return None

    def _usable(self, heading: list[str]) -> bool:
        """Whether the headings are the ones a value set has, in any order."""
        wanted = f"write the headings {','.join(COLUMNS)}"
        for name in heading:
            if name not in COLUMNS or heading.count(name) > 1:
                problem = "stands twice" if name in COLUMNS else "is no column of a value set"
                hint = (name not in COLUMNS and did_you_mean(name, COLUMNS)) or wanted
                self.refuse("V101", 1, f'"{name}" {problem}', hint=hint)
        for name in COLUMNS:
            if name not in heading:
                self.refuse("V101", 1, f'the value set has no column "{name}"', hint=wanted)
        return not self.refused

    def _row(self, line: int, cells: dict[str, str], too_many: int) -> _Row | None:
        if too_many > 0:
            hint = "put a cell that holds a comma into quotation marks"
            self.refuse("V102", line, "the row has more cells than the heading", hint=hint)
            return None
        for name, hint in _NEEDED.items():
            if not cells.get(name):
                self.refuse("V102", line, f'the row has no "{name}"', hint=hint)
                return None
        return _Row(line, cells["system"], cells["code"])


_NEEDED: Final = {
    "system": "write the address of the code system, such as http://loinc.org",
    "code": f"write the code, `{NO_CODE}` where no code of the system belongs, `{MORE}` where more than listed do",
    "display": "write what the code means, in the words of its source",
    "source": "write where the code was read; a code from memory is a defect",
}
