"""Definitions of facts: their type, what they may be, who can answer them and how to ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Literal

from screener.dates import PartialDate
from screener.findings import Mark

FactType = Literal["yes_no", "choice", "integer", "number", "date", "set"]
AnsweredBy = Literal["record", "clinician", "patient"]
Value = bool | str | int | Decimal | PartialDate | frozenset[str]
"""What a fact can be: yes or no, an option, a number, a date, or a set of options."""

FACT_TYPES: Final[tuple[FactType, ...]] = ("yes_no", "choice", "integer", "number", "date", "set")
ANSWERED_BY: Final[tuple[AnsweredBy, ...]] = ("record", "patient", "clinician")
"""Who can settle a fact, the easiest to ask first."""

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


OLDEST_AGE: Final = 130
"""Above every documented human age (122 years): a birth date or an age beyond it is a slip of the pen."""

BUILT_IN: Final = (
    FactDefinition(BIRTH_DATE, "date of birth", "date", "record", "What is the date of birth?"),
    FactDefinition(AGE, "age", "integer", "record", "How old is the patient?", unit="years", low=0, high=OLDEST_AGE),
)
"""`age` is completed years at the screening date: from `birth_date`, else from a recorded `age` with its date."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The facts a rule set may use, by name, the built-in ones among them."""

    facts: Mapping[str, FactDefinition]

    @classmethod
    def of(cls, *definitions: FactDefinition) -> Vocabulary:
        """The built-in facts and these."""
        return cls(MappingProxyType({fact.name: fact for fact in (*BUILT_IN, *definitions)}))

    def __getitem__(self, name: str) -> FactDefinition:
        return self.facts[name]

    def __contains__(self, name: object) -> bool:
        return name in self.facts
