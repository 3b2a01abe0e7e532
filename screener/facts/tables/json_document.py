"""The elements of one large JSON array, read one by one: at most one record and one block are in memory."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final, TextIO

from screener.errors import UnusablePatients
from screener.facts.tables.text import LONGEST_RECORD, BadText, check_characters, unusable_row

_BLOCK: Final = 65_536
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_LONGEST_WORD: Final = 16
"""Longer than any word (`-Infinity`) or escape (`\\u00e9`) that the end of a block can cut."""


class JsonElements:
    """Iterates the array that is the document, or that stands under the key `patients` of its object.

    Iterating raises UnusablePatients, naming the row, where the text is not UTF-8 or not JSON.
    """

    def __init__(self, stream: TextIO, decoder: json.JSONDecoder, *, name: str) -> None:
        self._stream = stream
        self._decoder = decoder
        self._name = name
        self._buffer = ""
        self._place = 0
        self._ended = False
        self._row = 1

    def __iter__(self) -> Iterator[object]:
        first = self._next_character()
        if first == "{":
            self._find_patients()
        elif first != "[":
            raise self._malformed()
        self._row = 2
        yield from self._elements()
        if first == "{":
            self._finish_object()
        if self._next_character(anything_else=False):
            raise self._malformed()

    def _elements(self) -> Iterator[object]:
        """What stands between `[` and `]`."""
        self._take("[")
        if self._next_character() == "]":
            self._take("]")
            return
        while True:
            yield self._value()
            self._row += 1
            if self._next_character() == "]":
                self._take("]")
                return
            self._take(",")

    def _find_patients(self) -> None:
        """Go on to the array under the key `patients`, past the keys before it."""
        self._take("{")
        while self._next_character() == '"':
            key = self._value()
            self._take(":")
            if key == "patients" and self._next_character() == "[":
                return
            self._value()
            if self._next_character() == ",":
                self._take(",")
        if self._next_character() != "}":
            raise self._malformed()
        raise UnusablePatients(
            f"{self._name} holds no list of patients.",
            hint='Write the patients as an array, or under the key "patients", or one object a line.',
        )

    def _finish_object(self) -> None:
        while self._next_character() == ",":
            self._take(",")
            self._value()
            self._take(":")
            self._value()
        self._take("}")

    def _next_character(self, *, anything_else: bool = True) -> str:
        """The next character that is no space; at the end nothing, or an error where something must follow."""
        while True:
            space = _SPACE.match(self._buffer, self._place)
            self._place = space.end() if space else self._place
            if self._place < len(self._buffer):
                return self._buffer[self._place]
            if not self._read_on():
                if anything_else:
                    raise self._malformed()
                return ""

    def _take(self, character: str) -> None:
        if self._next_character() != character:
            raise self._malformed()
        self._place += 1

    def _value(self) -> object:
        """The value that begins here; more is read until it is whole."""
        self._next_character()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._place)
            except json.JSONDecodeError as error:
                if not self._may_be_cut(error):
                    raise self._malformed() from None
            except RecursionError:
                raise self._malformed() from None
            else:
                # A number or a word at the end of the block may go on in the next one.
                if end < len(self._buffer) or self._ended:
                    self._check(self._buffer[self._place : end])
                    self._place = end
                    return value
            if len(self._buffer) - self._place > LONGEST_RECORD:
                raise unusable_row(self._row, self._name, BadText("is longer than 1 MiB"))
            self._read_on()

    def _may_be_cut(self, error: json.JSONDecodeError) -> bool:
        """Whether the value is only not whole yet, rather than wrong."""
        if self._ended:
            return False
        return error.msg.startswith("Unterminated string") or error.pos >= len(self._buffer) - _LONGEST_WORD

    def _check(self, text: str) -> None:
        try:
            if not text.isascii():
                check_characters(text)
        except BadText as problem:
            raise unusable_row(self._row, self._name, problem) from None

    def _read_on(self) -> bool:
        """Add a block to what is not read yet; no at the end."""
        block = self._stream.read(_BLOCK)
        self._ended = not block
        self._buffer = self._buffer[self._place :] + block
        self._place = 0
        return bool(block)

    def _malformed(self) -> UnusablePatients:
        return UnusablePatients(
            f"{self._name} is not valid JSON at row {self._row}, where the first patient is row 2.",
            hint="The rows behind it were not read.",
        )
