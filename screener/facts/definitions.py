"""Definitions of facts: their type, what they may be, who can answer them and how to ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Literal

from screener.dates import PartialDate
from screener.facts.events import FIELDS, EventKind, FieldDefinition
from screener.facts.imprecise import AtLeastSet, NumberRange
from screener.findings import Mark

FactType = Literal["yes_no", "choice", "integer", "number", "date", "set"]
AnsweredBy = Literal["record", "clinician", "patient"]
Value = bool | str | int | Decimal | PartialDate | frozenset[str] | NumberRange | AtLeastSet
"""What a fact can be: yes or no, an option, a number, a date, or a set of options; the last two are known in part."""

FACT_TYPES: Final[tuple[FactType, ...]] = ("yes_no", "choice", "integer", "number", "date", "set")
EVENT: Final = "event"
"""The type of a fact that is one event of a patient; what can be known of it are its fields."""
ANSWERED_BY: Final[tuple[AnsweredBy, ...]] = ("record", "patient", "clinician")
"""Who can settle a fact, the easiest to ask first."""

DECEASED: Final = "deceased"
"""The fact of which a note stands in lists as well: whoever works down a list calls these patients."""
BIRTH_DATE: Final = "birth_date"
AGE: Final = "age"
PATIENT_ID: Final = "patient_id"


@dataclass(frozen=True, slots=True)
class Presumption:
    """The value a missing fact reads as, and why that is allowed."""

    value: Value
    because: str


@dataclass(frozen=True, slots=True)
class FactDefinition:
    """One fact. `low` and `high` bound a number, both included; `options` belong to a choice or a set."""

    name: str
    label: str
    type: FactType
    answered_by: AnsweredBy
    question: str
    options: tuple[str, ...] = ()
    unit: str | None = None
    low: int | Decimal | None = None
    high: int | Decimal | None = None
    presume: Presumption | None = None
    mark: Mark | None = field(default=None, compare=False)

    @property
    def numeric(self) -> bool:
        """Whether its values are numbers."""
        return self.type in ("integer", "number")


@dataclass(frozen=True, slots=True)
class EventFact:
    """One event of a patient, such as the latest recurrence. It has no value; its fields are facts: `name.field`."""

    name: str
    label: str
    kind: EventKind
    answered_by: AnsweredBy
    question: str
    mark: Mark | None = field(default=None, compare=False)

    def fields(self) -> Iterator[FactDefinition]:
        """The facts that the fields of the event are: choices, dates, numbers, yes and no; codes are read by none."""
        for one in FIELDS[self.kind].values():
            kind = _TYPE_OF_FIELD.get(one.type)
            if kind is not None:
                yield FactDefinition(
                    f"{self.name}.{one.name}", f"{one.label} of the {self.label}", kind, self.answered_by,
                    self._ask(one), options=one.options, mark=self.mark,
                )  # fmt: skip

    def _ask(self, one: FieldDefinition) -> str:
        return f"{self.question} {f'Is it {one.label}?' if one.type == 'yes_no' else f'What is its {one.label}?'}"


_TYPE_OF_FIELD: Final[dict[str, FactType]] = {
    "choice": "choice",
    "date": "date",
    "number": "number",
    "yes_no": "yes_no",
}

Definition = FactDefinition | EventFact
"""What a name of the vocabulary stands for."""

OLDEST_AGE: Final = 130
"""Above every documented human age (122 years): a birth date or an age beyond it is a slip of the pen."""

BUILT_IN: Final = (
    FactDefinition(BIRTH_DATE, "date of birth", "date", "record", "What is the date of birth?"),
    FactDefinition(AGE, "age", "integer", "record", "How old is the patient?", unit="years", low=0, high=OLDEST_AGE),
)
"""`age` is completed years at the screening date: from `birth_date`, else from a recorded `age` with its date."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The facts a rule set may use, by name, the built-in ones and the fields of events among them."""

    facts: Mapping[str, FactDefinition]
    events: Mapping[str, EventFact] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, *definitions: Definition) -> Vocabulary:
        """The built-in facts and these, and for each event the facts that its fields are."""
        facts = {fact.name: fact for fact in BUILT_IN}
        events: dict[str, EventFact] = {}
        for one in definitions:
            if isinstance(one, EventFact):
                events[one.name] = one
            facts |= {fact.name: fact for fact in (one.fields() if isinstance(one, EventFact) else (one,))}
        return cls(MappingProxyType(facts), MappingProxyType(events))

    def __getitem__(self, name: str) -> FactDefinition:
        return self.facts[name]

    def __contains__(self, name: object) -> bool:
        return name in self.facts

    def defined(self, name: str) -> Definition:
        """What a name is defined as: an event, or a fact."""
        return self.events.get(name) or self.facts[name]
