"""What was understood of a source of patient records and what was not, counted while it is read.

Silence about a record would look as if nothing had happened to the patient; so whatever is left aside is counted here.
Nothing in here repeats what a record says about a patient: places, element names, status words and codes only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal, get_args

from screener.facts.events import EVENT_KINDS, EventKind

Section = Literal[
    "file",
    "other_file",
    "record",
    "not_understood",
    "by_reference",
    "repeated",
    "event",
    "uncertain",
    "refuted",
    "not_counted",
    "without_date",
    "without_side",
    "ignored",
    "unreadable",
    "lost_reference",
    "shared_identifier",
    "unread_side",
    "missing",
]
"""What is counted.

| section | counted by | what |
|---|---|---|
| `file` | form | files that were read |
| `other_file` | ending | files that are not of a form that holds records, and were not looked into |
| `record` | type | every record |
| `not_understood` | type | records of a type that no event is made of |
| `by_reference` | type | records that are read only where another one names them |
| `repeated` | type | records that the source holds more than once |
| `event` | kind | events made |
| `uncertain` | type, status | events that are never a yes: planned, provisional, not yet carried out |
| `refuted` | type, status | events that are a recorded no |
| `not_counted` | type, status | records that say that nothing happened, or that they are an error; no event |
| `without_date`, `without_side` | kind | events whose date, or side, the record does not tell |
| `ignored` | element | what a record says and this program does not read |
| `unreadable` | element, why | what was read and is of no form that can be used |
| `lost_reference` | element | names of records that are not in the source |
| `shared_identifier` | type | Patients with an identifier that one before them has too: they may be one person |
| `unread_side` | system, code | codes whose words name a side and that are not in the table of sides |
| `missing` | table or column | of a source of tables: what the model has, this program would read, and is not there |
"""

SECTIONS: Final[tuple[Section, ...]] = get_args(Section)
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordProblem:
    """Something of a source that could not be used: where it stands and why, never what it says.

    `position` is a line, an entry or a row, and empty for the whole file. Of several in one file that are alike it is
    the first, and `count` says how many there are.
    """

    file: str
    position: str
    problem: str
    hint: str = ""
    count: int = 1

    @property
    def place(self) -> str:
        """Where it stands, in words."""
        return f"{self.file}, {self.position}" if self.position else self.file

    @property
    def lost(self) -> str | None:
        """The place, since patients may be lost with it."""
        return self.place

    def data(self) -> dict[str, object]:
        """It as JSON holds it."""
        return {"file": self.file, "position": self.position, "problem": self.problem, "count": self.count}

    def __str__(self) -> str:
        more = f" (and {self.count - 1:,} more like it in this file)" if self.count > 1 else ""
        return f"{self.place}: {self.problem}{more}{f'; {self.hint}' if self.hint else ''}"


class Problems:
    """Problems as they are found; those of one file that are alike are counted together."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], RecordProblem] = {}

    def add(self, problem: RecordProblem) -> None:
        """Keep a problem."""
        key = (problem.file, problem.problem)
        first = self._found.get(key)
        self._found[key] = problem if first is None else replace(first, count=first.count + problem.count)

    def taken(self) -> list[RecordProblem]:
        """Those kept so far, in the order found; they are kept no longer."""
        found = list(self._found.values())
        self._found.clear()
        return found

    def listed(self) -> list[RecordProblem]:
        """Those kept so far, in the order found."""
        return list(self._found.values())


@dataclass(slots=True)
class Inspection:
    """Counts over a source. They are complete when the source has been read to its end.

    `relied_on` are the kinds that the source was declared to hold completely; `not_complete` says of each why that was
    not relied on for some patients.
    """

    tally: Counter[tuple[Section, Key]] = field(default_factory=Counter)
    patients: int = 0
    without_patient_record: int = 0
    relied_on: frozenset[EventKind] = frozenset()
    not_complete: Counter[EventKind] = field(default_factory=Counter)

    def note(self, section: Section, *key: str, count: int = 1) -> None:
        """Count one thing, or several alike."""
        self.tally[section, key] += count

    def add(self, other: Inspection) -> None:
        """Add the counts of another part of the same source."""
        self.tally.update(other.tally)
        self.patients += other.patients
        self.without_patient_record += other.without_patient_record
        self.not_complete.update(other.not_complete)

    def of(self, section: Section) -> dict[Key, int]:
        """The counts of one section, the most frequent first."""
        found = [(key, count) for (name, key), count in self.tally.items() if name == section]
        return dict(sorted(found, key=lambda one: (-one[1], one[0])))

    def total(self, section: Section) -> int:
        """How many there are in a section altogether."""
        return sum(count for (name, _), count in self.tally.items() if name == section)


def never_answered(inspection: Inspection, derivable: Mapping[str, Iterable[EventKind]]) -> dict[str, str]:
    """The facts that this source can never answer, each with the reason.

    Args:
        inspection: of the source, read to its end.
        derivable: for each fact of a trial, the kinds of events from which it is derived; none where no record can
            say it.
    """
    made = {key[0] for key in inspection.of("event")}
    missing: dict[str, str] = {}
    for fact, kinds in derivable.items():
        wanted = sorted(kinds, key=EVENT_KINDS.index)  # in one order, whatever order a set of them has in this run
        if not wanted:
            missing[fact] = "no record says it: a person must answer"
        elif made.isdisjoint(wanted):
            missing[fact] = f"the source holds no {' and no '.join(wanted)}"
    return missing
