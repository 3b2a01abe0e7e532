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
from screener.matching.slots import A_SOURCE, Results, Slot, split
from screener.reports.json_text import criterion_text, end_text, start_text

Piece = tuple[str, str]
"""The number of a text, and what goes into its slots."""

Said = Callable[[tuple[FactValue, ...]], Piece]
"""The piece of a patient's facts."""

_BETWEEN, _MIDDLE = "\x1f", "\x1e"
"""What separates slots, and divides them from the numbers: JSON holds no control character."""
_MOST_TEXTS: Final = 65_536
"""Texts that are made once, of about 400 bytes; what comes later is written out for each patient."""
_WRITTEN_OUT: Final = "0"
_DATE_OF_FIRST: Final = Slot(place=0, field=FactValue._fields.index("on"))
_A_SOURCE: Final = re.compile(f'"({A_SOURCE.pattern})"')


class JsonForm(Form[Piece]):
    """The form of results for JSON, and how patients in that form are packed, and unpacked into JSON.

    What was packed by a form can be unpacked by it, and by any other if `most_texts` is 0. Sent to another process, a
    form is of that kind, since the numbers of its texts mean nothing there.

    Args:
        most_texts: how many texts are made once; what comes later is written out for each patient.
    """

    def __init__(self, most_texts: int = _MOST_TEXTS) -> None:
        self._most_texts = most_texts
        self._texts: dict[bytes, bytes] = {_WRITTEN_OUT.encode(): b"%b"}
        self._numbers: dict[str, str] = {}
        self._starts: dict[tuple[str, bool | None, int], Piece] = {}
        self._ends: dict[tuple[tuple[Any, ...], ...], Piece] = {}
        self._in_words = Results()

    def __reduce__(self) -> tuple[type[JsonForm], tuple[int]]:
        return JsonForm, (0,)

    def whole(self, result: CriterionResult) -> Piece:
        """The result, written out."""
        return _WRITTEN_OUT, criterion_text(result)

    def learned(self, specimen: CriterionResult) -> Said:
        """The text of the specimen, and what of a patient's facts goes into its slots."""
        in_words, whole = self._in_words.learned(specimen), self.whole
        pieces, slots = split(_A_SOURCE.sub(r"\1", criterion_text(specimen)))
        number = self._number(pieces)
        if number is None:
            return lambda facts: whole(in_words(facts))

        facts_slots = sum(_slots_of(fact) for fact in specimen.facts)
        in_reason = slots[: len(slots) - facts_slots]
        values = any(isinstance(fact.value, PartialDate) for fact in specimen.facts)
        if in_reason == [_DATE_OF_FIRST] and len(specimen.facts) == 1 and not values:
            return self._dated(number, in_words)

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

    def _dated(self, number: str, in_words: Callable[[tuple[FactValue, ...]], CriterionResult]) -> Said:
        """What goes into the slots of most texts, which rest on one fact and say its date: the same, in less time."""
        whole = self.whole

        def said(facts: tuple[Any, ...]) -> Piece:
            _, _, on, source, state, evidence = facts[0]
            if state != RECORDED or evidence or source is None:
                return whole(in_words(facts))
            return number, f"{on.text}{_BETWEEN}{on.text}{_BETWEEN}{quoted(source)}"

        return said

    def packed(self, patient: Screened[Piece]) -> bytes:
        """A patient without the rank, in a tenth of the room."""
        patient_id, verdict, recoverable, score, criteria, questions, presumed, notes = patient
        start = self._starts.get((verdict, recoverable, score)) or self._start(verdict, recoverable, score)
        end = self._ends.get((questions, presumed, notes)) or self._end(patient)
        pieces = [start, *criteria, end]
        own = [quoted(patient_id), *[one[1] for one in pieces if one[1]]]
        return f"{' '.join([one[0] for one in pieces])}{_MIDDLE}{_BETWEEN.join(own)}".encode()

    def unpacked(self, packed: bytes, rank: int) -> bytes:
        """The JSON object of a patient."""
        numbers, _, own = packed.partition(_MIDDLE.encode())
        start, *criteria, end = map(self._texts.__getitem__, numbers.split())
        text = b'{"rank":%b,"patient_id":%b,' + start + b",".join(criteria) + end
        return text % (b"%d" % rank, *own.split(_BETWEEN.encode()))

    def _number(self, pieces: list[str]) -> str | None:
        """The number of the text with a slot between every two pieces; none where there are too many already."""
        text = "%b".join(piece.replace("%", "%%") for piece in pieces)
        number = self._numbers.get(text)
        if number is None and len(self._numbers) < self._most_texts:
            number = self._numbers[text] = str(len(self._texts))
            self._texts[number.encode()] = text.encode()
        return number

    def _piece(self, text: str) -> Piece:
        number = self._number([text])
        return (_WRITTEN_OUT, text) if number is None else (number, "")

    def _start(self, verdict: str, recoverable: bool | None, score: int) -> Piece:
        start = self._starts[verdict, recoverable, score] = self._piece(start_text(verdict, recoverable, score))
        return start

    def _end(self, patient: Screened[Piece]) -> Piece:
        end = self._piece(end_text(patient.questions, patient.presumed, patient.notes))
        if end[0] != _WRITTEN_OUT:
            self._ends[patient[5:]] = end
        return end


def _slots_of(fact: FactValue) -> int:
    """The slots behind the reason: the value where it is a date, the date where it has one, and the source."""
    return isinstance(fact.value, PartialDate) + (fact.on is not None) + 1
