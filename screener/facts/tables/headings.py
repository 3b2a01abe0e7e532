"""Headings: which column holds which fact, its date and its source, and what to say of a heading nobody knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from screener.errors import UnusablePatients
from screener.facts.definitions import PATIENT_ID, FactDefinition, Vocabulary
from screener.findings import did_you_mean

ON: Final = "__on"
SOURCE: Final = "__source"


class Heading(NamedTuple):
    """Where one fact stands; a date or a source that has no column stands in the empty cell behind the last one."""

    fact: FactDefinition
    place: int
    on_place: int
    source_place: int


class Headings(NamedTuple):
    """The columns of a table, and the headings that mean nothing here, as written, each with a hint."""

    width: int
    patient_id: int
    facts: list[Heading]
    unknown: list[tuple[str, str]]


def normal(heading: str) -> str:
    """A heading without outer spaces and regardless of case."""
    return heading.strip().lower()


def known_headings(facts: Iterable[FactDefinition]) -> list[str]:
    """Every heading that means something: the patient, and each fact with its date and its source."""
    return [PATIENT_ID, *(fact.name + suffix for fact in facts for suffix in ("", ON, SOURCE))]


def hint_for(heading: str, known: Sequence[str]) -> str:
    """What to write instead of an unknown heading, or nothing."""
    return did_you_mean(normal(heading), known)


def resolve(headings: Sequence[str], vocabulary: Vocabulary, *, name: str) -> Headings:
    """Find the facts of the vocabulary among the headings; `name` is what messages call the table.

    Raises:
        UnusablePatients: no heading is `patient_id`, or one stands twice.
    """
    names = [normal(heading) for heading in headings]
    if PATIENT_ID not in names:
        raise UnusablePatients(
            f"{name} has no column patient_id.", hint="Write the headings in the first row, patient_id among them."
        )
    twice = [heading for heading, count in Counter(names).items() if heading and count > 1]
    if twice:
        raise UnusablePatients(f'The heading "{twice[0]}" stands twice in {name}.', hint="Remove one of the columns.")
    places = {heading: place for place, heading in enumerate(names) if heading}
    width = len(headings)
    facts = [
        Heading(fact, places[fact.name], places.get(fact.name + ON, width), places.get(fact.name + SOURCE, width))
        for fact in vocabulary.facts.values()
        if fact.name in places
    ]
    return Headings(width, places[PATIENT_ID], facts, _unknown(headings, vocabulary))


def _unknown(headings: Sequence[str], vocabulary: Vocabulary) -> list[tuple[str, str]]:
    known = known_headings(vocabulary.facts.values())
    names = {normal(heading) for heading in headings}
    unknown: list[tuple[str, str]] = []
    for place, heading in enumerate(headings, start=1):
        fact = normal(heading).removesuffix(ON).removesuffix(SOURCE)
        if not heading.strip():
            unknown.append((heading, f"column {place} has no heading"))
        elif normal(heading) not in known:
            unknown.append((heading.strip(), hint_for(heading, known)))
        elif fact not in names:
            unknown.append((heading.strip(), f'there is no column "{fact}" beside it'))
    return unknown
