"""Coded values: codings, concepts and lists of them as codes, with the record's own words for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from screener.facts.events import Code, EventField
from screener.facts.fhir.times import LONGEST_SAID
from screener.facts.inspection import Inspection

_NO_CODES: Final = frozenset(
    {
        "http://terminology.hl7.org/CodeSystem/v3-NullFlavor",
        "http://terminology.hl7.org/CodeSystem/data-absent-reason",
    }
)
"""Systems whose codes say why there is no code (https://hl7.org/fhir/R4/terminologies-systems.html)."""


class Concept(NamedTuple):
    """What one or more coded values say: their codes, their words, and both as a field of an event.

    Without any code the field cannot be read, and the words are kept for people.
    """

    codes: tuple[Code, ...]
    words: str
    field: EventField


def told(codes: tuple[Code, ...], words: str) -> Concept:
    """Codes and words as one coded value."""
    words = words[:LONGEST_SAID]
    return Concept(codes, words, EventField(codes, words) if codes else EventField(None, words, "unreadable"))


_known: dict[tuple[object, ...], Concept] = {}
"""The concepts of one coding that were read lately: records repeat few of them very often."""
_KNOWN_AT_MOST: Final = 16_384


def objects(value: object, element: str, inspection: Inspection) -> Iterator[dict[str, object]]:
    """The objects of a list. Anything else in it, or in its place, is counted as unreadable."""
    if value is None:
        return
    if isinstance(value, list):
        for one in value:
            if isinstance(one, dict):
                yield one
            else:
                inspection.note("unreadable", element, "another form than FHIR R4")
        return
    inspection.note("unreadable", element, "another form than FHIR R4")


def code_of(coding: dict[str, object]) -> Code | None:
    """The code of a coding; none where it has none, or one that only says why there is none."""
    code = coding.get("code")
    if not isinstance(code, str) or not code:
        return None
    system, display = coding.get("system"), coding.get("display")
    if not isinstance(system, str):
        system = ""
    elif system in _NO_CODES:
        return None
    return Code(system, code, display if isinstance(display, str) else None)


def concept(value: object, element: str, inspection: Inspection) -> Concept | None:
    """What a CodeableConcept says; none where it says nothing. Words without a code are counted."""
    if not isinstance(value, dict):
        if value is not None:
            inspection.note("unreadable", element, "another form than FHIR R4")
        return None
    codings = value.get("coding")
    if isinstance(codings, list) and len(codings) == 1 and isinstance(codings[0], dict):
        only = codings[0]
        key = (only.get("system"), only.get("code"), only.get("display"), value.get("text"))
        try:
            found = _known.get(key)
        except TypeError:  # a list or an object where a text belongs
            return _read(value, element, inspection)
        if found is None:
            found = _read(value, element, inspection)
            if found is not None and found.codes:
                _remember(key, found)
        return found
    return _read(value, element, inspection)


def _remember(key: tuple[object, ...], found: Concept) -> None:
    if len(_known) >= _KNOWN_AT_MOST:
        _known.clear()
    _known[key] = found


def _read(value: dict[str, object], element: str, inspection: Inspection) -> Concept | None:
    codings = value.get("coding")
    codes: list[Code] = []
    for one in objects(codings, element, inspection):
        code = code_of(one)
        if code is not None:
            codes.append(code)
    words = value.get("text")
    if not isinstance(words, str) or not words:
        words = _words(codes, codings)
    if not codes:
        if not words:
            return None
        inspection.note("unreadable", element, "words without a code")
    return told(tuple(codes), words)


def _words(codes: list[Code], codings: object) -> str:
    """The first words of codings, else the first code; of codings without a code, their display."""
    for code in codes:
        if code.display:
            return code.display
    if codes:
        return codes[0].code
    for one in codings if isinstance(codings, list) else ():
        display = one.get("display") if isinstance(one, dict) else None
        if isinstance(display, str) and display:
            return display
    return ""


def concepts(value: object, element: str, inspection: Inspection) -> list[Concept]:
    """What each CodeableConcept of a list says."""
    if isinstance(value, list):
        found = [concept(one, element, inspection) for one in value]
        return [one for one in found if one is not None]
    if value is not None:
        inspection.note("unreadable", element, "another form than FHIR R4")
    return []


def joined(several: Iterable[Concept | None]) -> EventField | None:
    """Several coded values as one field that holds the codes of all; those that are none say nothing.

    Where one of them has words only, the field cannot be read: its code could be the one that is asked for.
    """
    every = [one for one in several if one is not None]
    if len(every) <= 1:
        return every[0].field if every else None
    codes = tuple(code for one in every for code in one.codes) if all(one.codes for one in every) else ()
    return told(codes, ", ".join(one.words for one in every)).field


def extensions(
    owner: dict[str, object], known: frozenset[str], element: str, inspection: Inspection
) -> dict[str, list[dict[str, object]]]:
    """The extensions of a record or of a part of it, by address. Those that are not known are counted as ignored."""
    found: dict[str, list[dict[str, object]]] = {}
    value = owner.get("extension")
    for one in value if isinstance(value, list) else ():
        url = one.get("url") if isinstance(one, dict) else None
        if isinstance(url, str) and url in known:
            found.setdefault(url, []).append(one)
        else:
            what = url[:LONGEST_SAID] if isinstance(url, str) else "without an address"
            inspection.note("ignored", f"{element}.extension", what)
    return found
