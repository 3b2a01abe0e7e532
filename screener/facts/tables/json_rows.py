"""Fact tables as JSON: an array of objects, an object whose key `patients` holds it, or one object a line.

Numbers are kept as they are written, so that none loses a digit. The first object is row 2, as if headings stood above.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from screener.errors import UnusablePatients
from screener.facts.definitions import PATIENT_ID
from screener.facts.tables.cells import BROKEN, Reject, Rejection, Row, list_cell, text_cell
from screener.facts.tables.headings import hint_for, normal
from screener.facts.tables.json_document import JsonElements
from screener.facts.tables.text import BadText, TextLines, TextSource, unusable_row

_MOST_KEYS: Final = 10_000
_IGNORED: Final = -1
_DOCUMENT: Final = re.compile(r'\[.*|\{\s*|\{\s*"patients"\s*:.*')
_TWICE: Final = "a key stands twice"
_WRITE_OBJECT: Final = 'write one object a patient, as {"patient_id": "P-001"}, each key once; the row was not used'


class _Unusable(NamedTuple):
    """Stands for a value that cannot be used, and says why."""

    problem: str


class JsonRows:
    """An open JSON table, whose objects each name their own columns.

    `known` are the headings that mean something; a row has a cell for each. `unknown` grows by every other key,
    once. `lines` says how to read a text that does not tell by itself whether it is one object a line.
    """

    headings = None

    def __init__(
        self, source: TextSource, known: Sequence[str], *, unknown: list[tuple[str, str]], lines: bool
    ) -> None:
        self._source = source
        self._known = known
        self._unknown = unknown
        self._columns = {heading: index for index, heading in enumerate(known)}
        self._document = _is_document(source.first_line, otherwise=not lines)

    def rows(self, reject: Reject) -> Iterator[Row]:
        """Each object as a row; what is no object, or names a key twice, is rejected.

        Raises:
            UnusablePatients: the text is not UTF-8 or not JSON, or no object has the key `patient_id`.
        """
        row, named, place, broken = 1, False, self._columns[PATIENT_ID], ""
        for row, value in self._document_values() if self._document else self._line_values():
            if not isinstance(value, dict):
                problem = value.problem if isinstance(value, _Unusable) else "not an object"
                reject(Rejection(row, None, problem, _WRITE_OBJECT))
                broken = broken or f"; row {row} is {problem}"
                continue
            cells = self._cells(value)
            if cells is None:
                reject(Rejection(row, None, _TWICE, _WRITE_OBJECT))
                continue
            named = named or bool(cells[place])
            yield row, cells
        if row > 1 and not named:
            raise UnusablePatients(
                f"{self._source.name} names no patient{broken}.", hint='Give every object the key "patient_id".'
            )

    def _document_values(self) -> Iterator[tuple[int, object]]:
        elements = JsonElements(self._source.stream, _DECODER, name=self._source.name)
        return enumerate(elements, start=2)

    def _line_values(self) -> Iterator[tuple[int, object]]:
        lines, row = TextLines(self._source.stream), 1
        try:
            for line in lines:
                lines.length = 0
                row += 1
                if not line.isspace():
                    yield row, _decode(line)
        except BadText as problem:
            raise unusable_row(row + 1, self._source.name, problem) from None

    def _cells(self, value: dict[str, object]) -> list[str] | None:
        """The cells of an object, or none where two keys mean the same column."""
        cells, columns, filled = [""] * len(self._known), self._columns, set()
        for key, part in value.items():
            index = columns.get(key)
            if index is None:
                index = self._learn(key)
            if index in filled:
                return None
            if index != _IGNORED:
                filled.add(index)
                cells[index] = _cell(part)
        return cells

    def _learn(self, key: str) -> int:
        """The column of a key not met before, which is remembered."""
        if len(self._columns) > len(self._known) + _MOST_KEYS:
            raise UnusablePatients(
                f"{self._source.name} has more than {_MOST_KEYS:,} different keys.",
                hint="Check that it is a fact table.",
            )
        index = self._columns.get(normal(key), _IGNORED)
        self._columns[key] = index
        if index == _IGNORED:
            written = "".join(each if each.isprintable() else "?" for each in key.strip())
            self._unknown.append((written, hint_for(key, self._known)))
        return index


def _is_document(first_line: str, *, otherwise: bool) -> bool:
    """Whether the text is one JSON document, not one object a line."""
    if _DOCUMENT.fullmatch(first_line):
        return True
    if not first_line.startswith("{"):
        return otherwise
    value = _decode(first_line)
    return isinstance(value, dict) and isinstance(value.get("patients"), list)


def _decode(text: str) -> object:
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        return _Unusable("not valid JSON")


def _cell(value: object) -> str:
    if isinstance(value, str):
        return text_cell(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return list_cell(value) if isinstance(value, list) else BROKEN


def _object(pairs: list[tuple[str, object]]) -> dict[str, object] | _Unusable:
    keys = dict(pairs)
    return keys if len(keys) == len(pairs) else _Unusable(_TWICE)


def _constant(_: str) -> _Unusable:
    return _Unusable("NaN and Infinity are values of no fact")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=str,  # numbers stay as they are written
    parse_int=str,
    parse_constant=_constant,
)
