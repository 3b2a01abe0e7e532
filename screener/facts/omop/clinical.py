"""Rows of the clinical tables as events: conditions, procedures, drugs, visits, and the person they belong to.

What a column means follows the user guide of OMOP CDM 5.4 (https://ohdsi.github.io/CommonDataModel/cdm54.html).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from screener.dates import PartialDate, within
from screener.facts.events import Event, EventField, Standing
from screener.facts.fhir.mcode import RADIOTHERAPY_CODES
from screener.facts.fhir.sides import Side, laterality, sides_of
from screener.facts.omop.reading import Row, RowReader
from screener.logic import YES

# https://ohdsi.github.io/CommonDataModel/cdm54.html#person: the biological sex at birth, as one of two concepts.
_SEXES: Final = {8507: "male", 8532: "female"}

_RESOLVED: Final = "Resolved condition"
_PRELIMINARY: Final = frozenset({"Preliminary diagnosis", "Condition to be diagnosed by procedure"})
_ASSERTED: Final = frozenset(
    {
        "Admission diagnosis", "Cause of death", "Confirmed diagnosis", "Contributory cause of death",
        "Death diagnosis", "Discharge diagnosis", "Immediate cause of death", "Postoperative diagnosis",
        "Preoperative diagnosis",
        "Primary admission diagnosis", "Primary diagnosis", "Primary discharge diagnosis", "Primary referral diagnosis",
        "Referral diagnosis", _RESOLVED, "Secondary admission diagnosis", "Secondary diagnosis",
        "Secondary discharge diagnosis", "Secondary referral diagnosis", "Underlying cause of death",
    }
)  # fmt: skip
"""Statuses that tell when and by whom a diagnosis was made, or that it holds; with the two above these are all that the
vocabulary Condition Status has (manual additions of OHDSI/Vocabulary-v5.0)."""

# Names of the vocabulary Type Concept, https://github.com/OHDSI/Vocabulary-v5.0/wiki/Vocab.-TYPE_CONCEPT.
_ACTS: Final = {
    "EHR administration record": "administration",
    "EHR prescription": "request",
    "EHR order": "request",
    "Patient self-report": "statement",
}


class Told(NamedTuple):
    """What other rows tell of a condition or a procedure: its sides, and the part that a disease episode gives it."""

    sides: tuple[Side, ...] = ()
    roles: tuple[tuple[str, str], ...] = ()


NOTHING: Final = Told()


def read_person(row: Row, death: Row | None, reader: RowReader) -> Event:
    """The event of a person; a row in the table of deaths says that the person is dead."""
    key, sex, year, month, day, born = row
    on = None if death is None else reader.day(death[1], "death", "death_date")
    fields = {
        "birth_date": _birth_date(year, month, day, born, reader),
        "sex": _sex(sex, reader),
        "deceased": None if death is None else EventField(True, "a row in the table of deaths"),
        "deceased_on": on,
    }
    return reader.event("patient", "person", key, None, fields)


def _birth_date(year: object, month: object, day: object, born: object, reader: RowReader) -> EventField | None:
    """The day of birth as far as it is recorded.

    The model keeps the time of birth for precise ones; without it, year, month and day tell as much as they do. A time
    outside of what those say is conflicting.
    """
    parts = _parts(year, month, day, reader)
    time = reader.day(born, "person", "birth_datetime")
    if parts is None or time is None:
        return parts or time
    if not isinstance(parts.value, PartialDate) or not isinstance(time.value, PartialDate):
        return parts
    if within(time.value, parts.value.first, parts.value.last) is YES:
        return time
    return EventField(None, f"{parts.said} (year of birth), {time.said} (time of birth)", "conflicting")


def _parts(year: object, month: object, day: object, reader: RowReader) -> EventField | None:
    """The day of birth from its parts; without a month, a day says nothing."""
    if year is None:
        return None
    known = [part for part in (year, month, day if month is not None else None) if part is not None]
    text = "-".join(f"{part:0{length}}" for part, length in zip(known, (4, 2, 2), strict=False))
    return reader.day(text, "person", "year_of_birth")


def _sex(concept: object, reader: RowReader) -> EventField | None:
    sex = _SEXES.get(concept) if isinstance(concept, int) else None
    if sex is None:
        reader.coded("person", "gender_concept_id", concept)
        return None
    return EventField(sex, sex)


def read_condition(row: Row, told: Told, reader: RowReader) -> Event | None:
    """The event of a condition, none where nothing says which one it is.

    Its start is the day of the diagnosis where the source knows no other, and counts as its onset.
    """
    table = "condition_occurrence"
    _, key, concept, start, end, status, source, words, status_words = row
    code = reader.concepts.several(table, "condition", concept, source, words)
    if code is None:
        reader.reject(table, key, ("condition",))
        return None
    onset = reader.day(start, table, "condition_start_date")
    name, standing = _standing(status, status_words, reader)
    sides = [*sides_of(code.codes, "code", reader.inspection), *told.sides]
    fields = {
        "code": code.field,
        "role": _role(told.roles),
        "laterality": laterality(sides),
        "clinical_status": EventField("resolved", _RESOLVED) if name == _RESOLVED else None,
        "onset": onset,
        "abatement": reader.day(end, table, "condition_end_date"),
    }
    return reader.event("condition", table, key, onset, fields, status=name, standing=standing)


def _standing(concept: object, words: object, reader: RowReader) -> tuple[str | None, Standing]:
    """The status of a diagnosis and its standing; one that no concept of the vocabulary tells is not certain."""
    reader.coded("condition_occurrence", "condition_status_concept_id", concept)
    name = reader.concepts.name(concept)
    if name in _ASSERTED or (not name and words is None):
        return name or None, "certain"
    return name or str(words), "uncertain"


def _role(told: tuple[tuple[str, str], ...]) -> EventField | None:
    if not told:
        return None
    said = ", ".join(f"{role} ({where})" for role, where in told)
    if len({role for role, _ in told}) > 1:
        return EventField(None, said, "conflicting")
    return EventField(told[0][0], said)


def read_procedure(row: Row, told: Told, reader: RowReader) -> Event | None:
    """The event of a procedure, none where nothing says which one it is.

    A course of radiotherapy is one with the code that mCODE gives it.
    """
    table = "procedure_occurrence"
    _, key, concept, start, end, source, words = row
    code = reader.concepts.several(table, "procedure", concept, source, words)
    if code is None:
        reader.reject(table, key, ("procedure", "radiotherapy"))
        return None
    begun = reader.day(start, table, "procedure_date")
    sides = [*sides_of(code.codes, "code", reader.inspection), *told.sides]
    fields = {
        "code": code.field,
        "laterality": laterality(sides),
        "start": begun,
        "end": reader.day(end, table, "procedure_end_date"),
    }
    course = any((one.system, one.code) in RADIOTHERAPY_CODES for one in code.codes)
    return reader.event("radiotherapy" if course else "procedure", table, key, begun, fields)


def read_drug(row: Row, told: Told, reader: RowReader) -> Event | None:
    """The event of a drug exposure, none where nothing says of which drug; what was prescribed may not have been taken.

    Its end is the one that the source gives: the model lets the other be inferred from the days of supply. What was
    prescribed has neither, but the day it was prescribed on.
    """
    del told
    table = "drug_exposure"
    _, key, concept, start, end, kind, source, words = row
    code = reader.concepts.several(table, "drug", concept, source, words)
    if code is None:
        reader.reject(table, key, ("medication",))
        return None
    begun = reader.day(start, table, "drug_exposure_start_date")
    reader.coded(table, "drug_type_concept_id", kind)
    name = reader.concepts.name(kind)
    act = _ACTS.get(name)
    fields = {
        "code": code.field,
        "act": None if act is None else EventField(act, name),
        "start": None if act == "request" else begun,
        "end": None if act == "request" else reader.day(end, table, "verbatim_end_date"),
    }
    standing: Standing = "uncertain" if act == "request" else "certain"
    return reader.event("medication", table, key, begun, fields, status=name or None, standing=standing)


def read_visit(row: Row, told: Told, reader: RowReader) -> Event:
    """The event of a visit: the kind of visit is its setting, the source's own concept its code."""
    del told
    table = "visit_occurrence"
    _, key, concept, start, end, source, words = row
    begun = reader.day(start, table, "visit_start_date")
    own = reader.concepts.several(table, "visit", None, source, words)
    fields = {
        "code": own.field if own else None,
        "setting": reader.coded(table, "visit_concept_id", concept),
        "start": begun,
        "end": reader.day(end, table, "visit_end_date"),
    }
    return reader.event("encounter", table, key, begun, fields)
