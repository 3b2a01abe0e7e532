"""What parts of records say, remembered by how they are written: records repeat few of them very often.

Reading a coded value, a body site with its qualifiers or a range of normal makes many small objects; looking up whether
the same bytes were read before makes none. What reading them counted is counted again each time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar

import orjson

from screener.facts.inspection import Inspection

Parts = TypeVar("Parts")
Said = TypeVar("Said")

_REMEMBERED: Final = 8_192
_LONGEST: Final = 1_000
"""Bytes of what is remembered: long parts are rare, and do not come again."""


class Remembered(Generic[Parts, Said]):
    """A function from parts of a record to what they say, which must depend on nothing else.

    Args:
        read: the function; it counts what cannot be read, and nothing of what it makes may be changed later.
    """

    def __init__(self, read: Callable[[Parts, Inspection], Said]) -> None:
        self._read = read
        self._known: dict[bytes, tuple[Said, object, Inspection | None]] = {}

    def __call__(self, parts: Parts, inspection: Inspection) -> tuple[Said, object]:
        """What the parts say, and what is the same object wherever they do (see `Event.alike`); none if not kept.

        What cannot be read of them is counted.
        """
        try:
            written = orjson.dumps(parts)
        except orjson.JSONEncodeError:  # deeper than can be written, which is less than can be read
            return self._read(parts, inspection), None
        said, alike, counted = self._known.get(written) or self._first(written, parts)
        if counted is not None:
            inspection.add(counted)
        return said, alike

    def _first(self, written: bytes, parts: Parts) -> tuple[Said, object, Inspection | None]:
        """Read parts that were not met before, or are too long to be remembered."""
        inspection = Inspection()
        said = self._read(parts, inspection)
        counted = inspection if inspection.tally else None
        return said, self._kept(written, said, counted), counted

    def _kept(self, written: bytes, said: Said, counted: Inspection | None) -> object:
        if len(written) > _LONGEST:
            return None
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        alike = object()
        self._known[written] = said, alike, counted
        return alike
