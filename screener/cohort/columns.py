"""What a table has: its columns, and what kind of value each holds, so that narrow types need no text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from screener.errors import UnusablePatients
from screener.facts.definitions import FactDefinition, Vocabulary
from screener.facts.tables.headings import ON, known_headings, normal, resolve

ColumnKind = Literal[
    "text", "boolean", "whole", "double", "real", "decimal", "date", "timestamp", "texts", "plain", "no value"
]
"""How a column holds its values.

`real` is a binary number of half the width of a `double`; `texts` is a list of texts; `plain` has a text form that
means it (an enumeration, a number of another width); `no value` is anything that no fact can be.
"""

_RESULT: Final = ("verdict", "recoverable", "score")
_NO_IDS: Final = ("texts", "no value")


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column as the engine knows it. `digits` bounds the digits before the point, where the type does."""

    name: str
    kind: ColumnKind
    digits: int = 0


@dataclass(frozen=True, slots=True)
class FactColumns:
    """Where one fact stands in a table; `on` is none where its date has no column."""

    fact: FactDefinition
    value: SourceColumn
    on: SourceColumn | None


@dataclass(frozen=True, slots=True)
class CohortTable:
    """A table of patients: the column of their ids, those of facts, and headings nobody knows, each with a hint."""

    patient_id: SourceColumn
    facts: Mapping[str, FactColumns]
    unknown: tuple[tuple[str, str], ...]


def cohort_table(columns: Sequence[SourceColumn], vocabulary: Vocabulary, *, name: str) -> CohortTable:
    """Find the facts of a vocabulary among the columns of a table, as the reader of fact tables does.

    Raises:
        UnusablePatients: no column is `patient_id` or it holds no text, one stands twice, none of them is a fact, or
            the table is a result.
    """
    refuse_result([one.name for one in columns], vocabulary, name=name)
    headings = resolve([one.name for one in columns], vocabulary, name=name)
    if columns[headings.patient_id].kind in _NO_IDS:
        raise UnusablePatients(f"The column patient_id of {name} is no text.", hint="Write the ids as text.")
    width = len(columns)
    facts = {
        one.fact.name: FactColumns(
            one.fact, columns[one.place], columns[one.on_place] if one.on_place < width else None
        )
        for one in headings.facts
    }
    if not facts:
        known = [heading for heading in known_headings(vocabulary.facts.values()) if "__" not in heading]
        hint = "; ".join(f'"{heading}": {hint}' for heading, hint in headings.unknown[:3] if hint)
        raise UnusablePatients(
            f"No column of {name} is a fact.", hint=hint or f"Columns it may have: {', '.join(known[:6])}, and so on."
        )
    return CohortTable(columns[headings.patient_id], facts, tuple(headings.unknown))


def refuse_result(headings: Sequence[str], vocabulary: Vocabulary, *, name: str) -> None:
    """Refuse what a run wrote, which says nothing of what is recorded of its patients.

    Raises:
        UnusablePatients: the headings are those of a result.
    """
    ends = {normal(one).rpartition("__")[2] for one in headings if normal(one) not in vocabulary}
    if ends.issuperset(_RESULT):
        raise UnusablePatients(f"{name} is a result, no table of patients.", hint="Move it, or name another path.")


def heading_of(fact: str, *, on: bool = False) -> str:
    """What the column of a fact, or of its date, is called once the table has been read."""
    return normal(fact) + (ON if on else "")
