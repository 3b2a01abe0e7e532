"""Slots: what stands for the date and the source of a fact in words that are made once and filled for each patient.

A slot holds half a surrogate pair, which no text that was read or is written can hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any, Final, NamedTuple

from screener.dates import PartialDate
from screener.facts.values import FactValue
from screener.matching.results import CriterionResult

_VALUE, _ON, _SOURCE = "\ud801", "\ud802", "\ud803"
_FIELDS: Final = {_VALUE: 1, _ON: 2, _SOURCE: 3}
_SLOT: Final = re.compile(f"([{_VALUE}{_ON}{_SOURCE}])([0-9]+)[{_VALUE}{_ON}{_SOURCE}]")
A_SOURCE: Final = re.compile(f"{_SOURCE}[0-9]+{_SOURCE}")
"""The slot of a source, which stands for the whole of it."""

# A named tuple made by its own __new__ costs twice as much as one made by the tuple's.
new_result: Final[Callable[[type[CriterionResult], tuple[Any, ...]], CriterionResult]] = tuple.__new__


class Slot(NamedTuple):
    """Which of the facts that a result rests on it is of, and which field of that fact goes in."""

    place: int
    field: int


def slotted(fact: FactValue, place: int) -> FactValue:
    """The fact with slots for its date, where it has one, for its source, and for its value where that is a date."""
    value, on = fact.value, None if fact.on is None else PartialDate(_mark(_ON, place), date.min, date.min)
    if isinstance(value, PartialDate):
        value = PartialDate(_mark(_VALUE, place), value.first, value.last)
    return fact._replace(value=value, on=on, source=_mark(_SOURCE, place))


def _mark(field: str, place: int) -> str:
    return f"{field}{place}{field}"


def split(text: str) -> tuple[list[str], list[Slot]]:
    """The pieces of a text between its slots, and the slots."""
    parts = _SLOT.split(text)
    slots = [Slot(int(place), _FIELDS[field]) for field, place in zip(parts[1::3], parts[2::3], strict=True)]
    return parts[::3], slots


class Results:
    """The form for readers: the results themselves, their words with the patient's own dates."""

    def whole(self, result: CriterionResult) -> CriterionResult:
        """The result as it is."""
        return result

    def learned(self, specimen: CriterionResult) -> Callable[[tuple[FactValue, ...]], CriterionResult]:
        """The specimen with the patient's own facts, and their dates in its reason."""
        head, (pieces, slots) = tuple(specimen[:5]), split(specimen.reason)
        if not slots:
            reason = pieces[0]
            return lambda facts: new_result(CriterionResult, (*head, reason, facts))
        if len(slots) == 1:
            (before, after), (place, field) = pieces, slots[0]

            def dated(facts: tuple[Any, ...]) -> CriterionResult:
                return new_result(CriterionResult, (*head, f"{before}{facts[place][field].text}{after}", facts))

            return dated
        return lambda facts: new_result(CriterionResult, (*head, _filled(pieces, slots, facts), facts))


def _filled(pieces: list[str], slots: list[Slot], facts: tuple[Any, ...]) -> str:
    words = [pieces[0]]
    for (place, field), piece in zip(slots, pieces[1:], strict=True):
        words += (facts[place][field].text, piece)
    return "".join(words)
