"""Clinical events: what a patient record says happened, each with its date, its codes and where it can be looked up.

Every source of records (FHIR, OMOP) is read into these, and every derived fact is derived from these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, get_args

from screener.dates import PartialDate

EventKind = Literal[
    "patient", "condition", "procedure", "radiotherapy", "medication", "observation", "imaging", "encounter"
]
FieldType = Literal["codes", "choice", "date", "quantity", "number", "yes_no"]
FieldState = Literal["recorded", "unreadable", "conflicting"]
Standing = Literal["certain", "uncertain", "refuted"]
"""Whether an event counts: uncertain (provisional, planned) is never a yes, refuted is a recorded no."""

EVENT_KINDS: Final[tuple[EventKind, ...]] = get_args(EventKind)


class Code(NamedTuple):
    """One code as recorded; `system` is the address of its code system, `display` the record's own words for it."""

    system: str
    code: str
    display: str | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """The numbers a measured value can be; an end that is none has no limit, an open end is not itself included."""

    low: Fraction | None
    high: Fraction | None
    low_open: bool = False
    high_open: bool = False


class Quantity(NamedTuple):
    """A measured value as an interval, in a unit written in UCUM; a plain value is an interval of one number."""

    interval: Interval
    unit: str


FieldValue = tuple[Code, ...] | str | PartialDate | Quantity | int | bool
"""By the field's type: codes, an option, a date, a quantity, a number, yes or no."""


class EventField(NamedTuple):
    """What an event says in one field.

    `value` is none unless the state is `recorded`. `said` is what the record says, for people: all of it where the
    record contradicts itself.
    """

    value: FieldValue | None
    said: str
    state: FieldState = "recorded"


class Event(NamedTuple):
    """One event of one patient. A named tuple, for the speed of making millions.

    `on` is the day it happened or was measured, which orders events in time. `fields` holds what is recorded, by the
    names that `FIELDS` lists for the kind; `on` is among them only where a day is told that cannot be read. `reference`
    is how the source names the record (`Condition/abc`), `place` where it stands (a file, with line or position).
    `status` is the record's own word for its state. Events with the same `alike` differ in their dates, their measured
    values and their places alone; without one, nobody knows.
    """

    kind: EventKind
    on: PartialDate | None
    fields: Mapping[str, EventField]
    reference: str
    place: str
    status: str | None = None
    standing: Standing = "certain"
    alike: object = None


@dataclass(frozen=True, slots=True)
class PatientEvents:
    """The events of one patient. `row` counts the patients of the source from 1."""

    patient_id: str
    events: tuple[Event, ...]
    row: int = 0
    complete: frozenset[EventKind] = field(default_factory=frozenset)
    """The kinds of which the source says that it holds every event; only there does finding nothing mean no."""


class FieldDefinition(NamedTuple):
    """One field of a kind of event.

    `other_form` is the field in which a record says the same thing in another way: a value is a quantity or a code, and
    what stands in one of the two is known not to be in the other.
    """

    name: str
    label: str
    type: FieldType
    options: tuple[str, ...] = ()
    other_form: str | None = None


_SIDES: Final = ("left", "right", "bilateral")
_CODE: Final = FieldDefinition("code", "code", "codes")
_SITE: Final = FieldDefinition("site", "body site", "codes")
_SIDE: Final = FieldDefinition("laterality", "side", "choice", _SIDES)
_INTENT: Final = FieldDefinition("intent", "intent", "codes")
_ROLES: Final = ("primary", "recurrence", "second_primary", "metastasis", "comorbidity")
_REASON: Final = FieldDefinition("reason", "reason", "codes")
_REASON_ROLE: Final = FieldDefinition("reason_role", "role of the condition it was done for", "choice", _ROLES)
_START: Final = FieldDefinition("start", "start", "date")
_END: Final = FieldDefinition("end", "end", "date")

_KINDS: Final[dict[EventKind, tuple[FieldDefinition, ...]]] = {
    "patient": (
        FieldDefinition("birth_date", "date of birth", "date"),
        FieldDefinition("sex", "administrative sex", "choice", ("female", "male", "other")),
        FieldDefinition("languages", "languages", "codes"),
        FieldDefinition("deceased", "deceased", "yes_no"),
        FieldDefinition("deceased_on", "date of death", "date"),
    ),
    "condition": (
        _CODE,
        FieldDefinition("role", "role", "choice", _ROLES),
        _SITE,
        _SIDE,
        FieldDefinition("histology", "histology", "codes"),
        FieldDefinition(
            "clinical_status",
            "clinical status",
            "choice",
            ("active", "recurrence", "relapse", "inactive", "remission", "resolved"),
        ),
        FieldDefinition("onset", "onset", "date"),
        FieldDefinition("abatement", "abatement", "date"),
        FieldDefinition("recorded", "date of the record", "date"),
    ),
    "procedure": (_CODE, _INTENT, _SITE, _SIDE, _REASON, _REASON_ROLE, _START, _END),
    "radiotherapy": (
        _CODE,
        FieldDefinition("modality", "modality", "codes"),
        FieldDefinition("technique", "technique", "codes"),
        _INTENT,
        _SITE,
        _SIDE,
        FieldDefinition("entire_site", "body site that was irradiated whole", "codes", other_form="partial_site"),
        FieldDefinition("partial_site", "body site that was irradiated in part", "codes", other_form="entire_site"),
        FieldDefinition("volume", "treated volume", "codes"),
        FieldDefinition("dose", "total dose", "quantity"),
        FieldDefinition("fractions", "fractions", "number"),
        FieldDefinition("sessions", "sessions", "number"),
        _REASON,
        _REASON_ROLE,
        _START,
        _END,
    ),
    "medication": (
        _CODE,
        FieldDefinition("act", "kind of record", "choice", ("administration", "request", "statement")),
        _INTENT,
        _REASON,
        _START,
        _END,
    ),
    "observation": (
        _CODE,
        FieldDefinition("value", "value", "quantity", other_form="value_code"),
        FieldDefinition("value_code", "coded value", "codes", other_form="value"),
        FieldDefinition("upper_limit", "upper limit of normal", "quantity"),
        _SITE,
        _SIDE,
        FieldDefinition("method", "method", "codes"),
    ),
    "imaging": (
        _CODE,
        FieldDefinition("modality", "modality", "codes"),
        FieldDefinition("tracer", "tracer", "codes"),
        _SITE,
        _SIDE,
        _REASON,
    ),
    "encounter": (_CODE, FieldDefinition("setting", "setting", "codes"), _REASON, _START, _END),
}

FIELDS: Final[Mapping[EventKind, Mapping[str, FieldDefinition]]] = MappingProxyType(
    {
        kind: MappingProxyType({one.name: one for one in (*fields, FieldDefinition("on", "date", "date"))})
        for kind, fields in _KINDS.items()
    }
)
"""The fields of each kind, by name. `on` is a field of every kind: the event's own date."""
OTHER_FORM: Final[Mapping[str, str]] = MappingProxyType(
    {one.name: one.other_form for fields in FIELDS.values() for one in fields.values() if one.other_form is not None}
)
"""By the name of a field, the one in which a record may say the same in its other form."""
