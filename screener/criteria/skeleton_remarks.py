"""The comments on top of a rule file to begin with: how to go on, and what the record says that no rule holds."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Final

from screener.criteria.age_lines import YOUNGEST_ALLOWED
from screener.criteria.model import Criterion, FactTest, NumberTest
from screener.registry.record import Record, registry_version
from screener.registry.text import normalise

TO_BE_WRITTEN: Final = "to be written"
_WIDTH: Final = 118


def comments(record: Record, criteria: Iterable[Criterion], *, apart: bool) -> str:
    """The comments as YAML; `apart` when some lines of the text stand under neither heading."""
    wrapped = (
        textwrap.fill(remark, _WIDTH, initial_indent="# ", subsequent_indent="#   ", break_on_hyphens=False)
        for remark in _remarks(record, list(criteria), apart=apart)
    )
    return "".join(f"{one}\n" for one in wrapped) + "\n"


def shown(text: str) -> str:
    """A text of the record in one line, without characters that cannot stand in a file for people."""
    return "".join(character for character in normalise(text) if character.isprintable())


def _remarks(record: Record, criteria: list[Criterion], *, apart: bool) -> Iterator[str]:
    version = registry_version(record) or "a date that is not recorded"
    yield (
        f"Made from the registry record of {version}. Each criterion quotes one line of the eligibility text. Where "
        f"`not_encoded: {TO_BE_WRITTEN}` stands, write the rule with its cases, or say with `allows:` or "
        "`not_encoded:` why there is none. Put the name of whoever writes the rules under `author`."
    )
    if apart:
        yield "Some lines stand under neither heading of the text; move those that exclude to `exclusion:`."
    yield from _fields(record, criteria)


def _fields(record: Record, criteria: list[Criterion]) -> Iterator[str]:
    said = record.eligibility
    tests = [
        (one.kind, test)
        for one in criteria
        if isinstance(one.rule, FactTest)
        for test in one.rule.tests
        if isinstance(test, NumberTest)
    ]
    lower = any(test.op in YOUNGEST_ALLOWED[kind] for kind, test in tests)
    upper = any(test.op not in YOUNGEST_ALLOWED[kind] for kind, test in tests)
    for name, value, done in (("minimumAge", said.minimum_age, lower), ("maximumAge", said.maximum_age, upper)):
        if value is not None and not done:
            yield (
                f"{name}: the record's structured field says {shown(value)}. No line says this and no more, so no "
                "rule below holds it; where a line says it in other words, write it there."
            )
    if said.sex is not None and said.sex != "ALL":
        yield f"sex: the record's structured field says {shown(said.sex)}; no rule below holds it."
    if said.gender_based or said.gender_description:
        described = shown(said.gender_description or "yes")
        yield f'gender: the record\'s structured fields say "{described}"; no rule below holds it.'
    if said.healthy_volunteers is not None:
        answer = "yes" if said.healthy_volunteers else "no"
        yield f"healthyVolunteers: the record's structured field says {answer}; no rule below holds it."
    if said.study_population:
        yield "studyPopulation: the record describes it apart from the eligibility text; it is not quoted below."
