"""Patients as JSON by the million: what repeats is made once, and each patient's own is filled in at the very end.

A screening of a million patients spends more time on its JSON than on its rules, and of the 4 kB of one patient a
twentieth is the patient's own. So a criterion is not made into words: it becomes the number of a text and what goes
into the slots of that text, and in this form a patient waits for the rank.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from json.encoder import encode_basestring as quoted
from typing import Any, Final

from screener.dates import PartialDate
from screener.facts.values import RECORDED, FactValue
from screener.matching.results import CriterionResult, Form, Screened
from screener.matching.slots import A_SOURCE, Results, split
from screener.reports.json_text import criterion_text, end_text, start_text

Piece = tuple[str, str]
"""The number of a text, and what goes into its slots."""

_BETWEEN, _MIDDLE = "\x1f", "\x1e"
"""What separates slots, and divides them from the numbers: JSON holds no control character."""
_MOST_TEXTS: Final = 65_536
"""Texts that are made once, of about 400 bytes; what comes later is written out for each patient."""
_WRITTEN_OUT: Final = "0"
_A_SOURCE: Final = re.compile(f'"({A_SOURCE.pattern})"')


class JsonForm(Form[Piece]):
    """The form of results for JSON, and how patients in that form are packed, and unpacked into JSON."""

    def __init__(self) -> None:
        self._texts: dict[bytes, bytes] = {_WRITTEN_OUT.encode(): b"%b"}
        self._numbers: dict[str, str] = {}
        self._starts: dict[tuple[str, bool | None, int], str] = {}
        self._ends: dict[tuple[tuple[Any, ...], ...], Piece] = {}
        self._in_words = Results()

    def whole(self, result: CriterionResult) -> Piece:
        """The result, written out."""
        return _WRITTEN_OUT, criterion_text(result)

    def learned(self, specimen: CriterionResult) -> Callable[[tuple[FactValue, ...]], Piece]:
        """The text of the specimen, and what of a patient's facts goes into its slots."""
        in_words, whole = self._in_words.learned(specimen), self.whole
        pieces, slots = split(_A_SOURCE.sub(r"\1", criterion_text(specimen)))
        number = self._number(pieces)
        if number is None:
            return lambda facts: whole(in_words(facts))

        facts_slots = sum(_slots_of(fact) for fact in specimen.facts)
        in_reason = slots[: len(slots) - facts_slots]
        values = any(isinstance(fact.value, PartialDate) for fact in specimen.facts)

        def said(facts: tuple[Any, ...]) -> Piece:
            own = [facts[place][field].text for place, field in in_reason]
            for _, value, on, source, state, evidence in facts:
                if state != RECORDED or evidence or source is None:
                    return whole(in_words(facts))
                if values and isinstance(value, PartialDate):
                    own.append(value.text)
                if on is not None:
                    own.append(on.text)
                own.append(quoted(source))
            return number, _BETWEEN.join(own)

        return said

    def packed(self, patient: Screened[Piece]) -> bytes:
        """A patient without the rank, in a twentieth of the room."""
        patient_id, verdict, recoverable, score, criteria, questions, presumed, notes = patient
        start = self._starts.get((verdict, recoverable, score)) or self._start(verdict, recoverable, score)
        end, last = self._ends.get((questions, presumed, notes)) or self._end(patient)
        numbers = [start, *[one[0] for one in criteria], end]
        own = [quoted(patient_id), *[one[1] for one in criteria if one[1]]]
        if last:
            own.append(last)
        return f"{' '.join(numbers)}{_MIDDLE}{_BETWEEN.join(own)}".encode()

    def unpacked(self, packed: bytes, rank: int) -> bytes:
        """The JSON object of a patient."""
        numbers, _, own = packed.partition(_MIDDLE.encode())
        start, *criteria, end = map(self._texts.__getitem__, numbers.split())
        return (start + b",".join(criteria) + end) % (b"%d" % rank, *own.split(_BETWEEN.encode()))

    def _number(self, pieces: list[str]) -> str | None:
        """The number of the text with a slot between every two pieces; none where there are too many already."""
        text = _with_slots(pieces)
        return None if text not in self._numbers and len(self._texts) >= _MOST_TEXTS else self._kept(text)

    def _kept(self, text: str) -> str:
        number = self._numbers.setdefault(text, str(len(self._texts)))
        self._texts[number.encode()] = text.encode()
        return number

    def _start(self, verdict: str, recoverable: bool | None, score: int) -> str:
        text = _with_slots(['{"rank":', ',"patient_id":', f",{start_text(verdict, recoverable, score)}"])
        number = self._starts[verdict, recoverable, score] = self._kept(text)  # there are a few hundred at most
        return number

    def _end(self, patient: Screened[Piece]) -> Piece:
        text = end_text(patient.questions, patient.presumed, patient.notes)
        number = self._number([text])
        if number is None:
            return _WRITTEN_OUT, text
        end = self._ends[patient[5:]] = number, ""
        return end


def _slots_of(fact: FactValue) -> int:
    """The slots behind the reason: the value where it is a date, the date where it has one, and the source."""
    return isinstance(fact.value, PartialDate) + (fact.on is not None) + 1


def _with_slots(pieces: list[str]) -> str:
    return "%b".join(piece.replace("%", "%%") for piece in pieces)
