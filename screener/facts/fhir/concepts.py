"""Coded values: codings, concepts and lists of them as codes, with the record's own words for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from screener.facts.events import Code, EventField
from screener.facts.fhir.mcode import SLICE_NAMES
from screener.facts.fhir.times import LONGEST_SAID
from screener.facts.inspection import Inspection

_NO_CODES: Final = frozenset(
    {
        "http://terminology.hl7.org/CodeSystem/v3-NullFlavor",
        "http://terminology.hl7.org/CodeSystem/data-absent-reason",
    }
)
"""Systems whose codes say why there is no code (https://hl7.org/fhir/R4/terminologies-systems.html)."""

_LONGEST: Final = 1_000
_OTHER_FORM: Final = "another form than FHIR R4"


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


def objects(value: object, element: str, inspection: Inspection) -> Iterator[dict[str, object]]:
    """The objects of a list. Anything else in it, or in its place, is counted as unreadable."""
    if value is None:
        return
    if isinstance(value, list):
        for one in value:
            if isinstance(one, dict):
                yield one
            else:
                inspection.note("unreadable", element, _OTHER_FORM)
        return
    inspection.note("unreadable", element, _OTHER_FORM)


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
            inspection.note("unreadable", element, _OTHER_FORM)
        return None
    codings = value.get("coding")
    if isinstance(codings, list) and len(codings) == 1 and isinstance(codings[0], dict):
        only = codings[0]
        parts = only.get("system"), only.get("code"), only.get("display"), value.get("text")
        try:
            found = _of_one(*parts) if short(parts) else _of_one.__wrapped__(*parts)
        except TypeError:  # a list or an object where a text belongs
            found = None
        if found is not None:
            return found
    return _read(value, element, inspection)


def short(parts: Iterable[object]) -> bool:
    """Whether texts are short enough to be remembered: thousands of long ones would fill the memory."""
    return sum([len(one) for one in parts if isinstance(one, str)]) <= _LONGEST


@lru_cache(maxsize=16_384)
def _of_one(system: object, code: object, display: object, text: object) -> Concept | None:
    """What a concept of one coding says; none where it has no code. Records repeat few of them very often."""
    found = code_of({"system": system, "code": code, "display": display})
    if found is None:
        return None
    return told((found,), text if isinstance(text, str) and text else found.display or found.code)


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
        inspection.note("unreadable", element, _OTHER_FORM)
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
        address = SLICE_NAMES.get(url, url) if isinstance(url, str) else None
        if address in known:
            found.setdefault(address, []).append(one)
        else:
            what = url[:LONGEST_SAID] if isinstance(url, str) else "without an address"
            inspection.note("ignored", f"{element}.extension", what)
    return found
