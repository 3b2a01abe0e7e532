"""Observation: measured and coded values, each component one of its own; and mCODE's list of comorbidities."""

from __future__ import annotations

from typing import Final

from screener.facts.events import EventField, Standing
from screener.facts.fhir.chart import Chart
from screener.facts.fhir.concepts import concept, extensions, objects
from screener.facts.fhir.elements import UNREAD_VALUES
from screener.facts.fhir.mcode import COMORBIDITIES, RELATED_CONDITION, RELATED_CONDITION_ABSENT
from screener.facts.fhir.profiles import profiles_of
from screener.facts.fhir.quantities import read_integer, read_quantity, read_range
from screener.facts.fhir.references import Address, Entry, parse_address, reference_of
from screener.facts.fhir.sides import laterality
from screener.facts.fhir.sites import read_sites
from screener.facts.fhir.statuses import OBSERVATION
from screener.facts.fhir.times import whole

_RELATED: Final = frozenset({RELATED_CONDITION, RELATED_CONDITION_ABSENT})
_NONE: Final[frozenset[str]] = frozenset()
_COMORBIDITY: Final = EventField("comorbidity", "list of comorbidities")
_SETTLED: Final = tuple(status for status, standing in OBSERVATION.items() if standing == "certain")
_NORMAL: Final = ("http://terminology.hl7.org/CodeSystem/referencerange-meaning", "normal")
"""https://hl7.org/fhir/R4/valueset-referencerange-meaning.html: a range without a type is the normal one as well."""
_OF_THE_PATIENT: Final = frozenset({"Condition", "Procedure", "Observation", "BodyStructure", "Specimen", "Medication"})


def read_observation(entry: Entry, chart: Chart) -> None:
    """Make the events of an Observation: its own, and one for each component that has a code."""
    resource = entry.resource
    status, standing = chart.standing(entry, OBSERVATION)
    if standing is None or ("dataAbsentReason" in resource and _not_performed(resource["dataAbsentReason"], chart)):
        return None
    if "focus" in resource and _of_somebody_else(entry, chart):
        return None
    code = chart.code(entry)
    if code is None:
        return chart.reject(entry, "the Observation has no code", "give it one", ("observation",))
    on = _effective(entry, chart)
    shared = _shared(entry, chart)
    fields = {"code": code.field, **_values(resource, "Observation", chart), **shared}
    chart.add(entry, "observation", on, fields, status=status, standing=standing)
    if "component" in resource:
        _components(entry, on, shared, status=status, standing=standing, chart=chart)
    if "extension" in resource:
        _absent_conditions(entry, on, status=status, settled=standing == "certain", chart=chart)
    return None


def comorbid_conditions(entry: Entry, chart: Chart) -> set[str]:
    """The references of the conditions that an Observation lists as comorbidities."""
    status = entry.resource.get("status")
    if COMORBIDITIES not in profiles_of(entry.resource) or status not in _SETTLED:
        return set()
    found: set[str] = set()
    named = entry.resource.get("extension")
    for one in named if isinstance(named, list) else ():
        if isinstance(one, dict) and one.get("url") == RELATED_CONDITION and "valueReference" in one:
            condition = chart.named(entry, one["valueReference"], "related-condition")
            if condition is not None:
                found.add(f"Condition/{condition.get('id')}")
    return found


def _absent_conditions(entry: Entry, on: EventField | None, *, status: str | None, settled: bool, chart: Chart) -> None:
    """Make a recorded no of each condition that a list of comorbidities says is absent."""
    known = _RELATED if COMORBIDITIES in profiles_of(entry.resource) else _NONE
    found = extensions(entry.resource, known, "Observation", chart.inspection)
    for number, one in enumerate(found.get(RELATED_CONDITION_ABSENT, ()) if settled else (), start=1):
        code = concept(one.get("valueCodeableConcept"), "Observation.related-condition-absent", chart.inspection)
        if code is not None:
            fields = {"code": code.field, "role": _COMORBIDITY, "recorded": on}
            part = f"absent condition {number}"
            chart.add(entry, "condition", None, fields, status=status, standing="refuted", part=part)


def _components(
    entry: Entry,
    on: EventField | None,
    shared: dict[str, EventField | None],
    *,
    status: str | None,
    standing: Standing,
    chart: Chart,
) -> None:
    parts = objects(entry.resource["component"], "Observation.component", chart.inspection)
    for number, one in enumerate(parts, start=1):
        if "dataAbsentReason" in one and _not_performed(one["dataAbsentReason"], chart):
            continue
        code = concept(one.get("code"), "Observation.component.code", chart.inspection)
        if code is None:
            chart.inspection.note("unreadable", "Observation.component", "without a code")
            continue
        fields = {**shared, "code": code.field, **_values(one, "Observation.component", chart)}
        part = f"component {number}"
        chart.add(entry, "observation", on, fields, status=status, standing=standing, part=part)


def _shared(entry: Entry, chart: Chart) -> dict[str, EventField | None]:
    """What holds for an Observation and for its components alike: site, side, method."""
    resource = entry.resource
    shared: dict[str, EventField | None] = {}
    if "bodySite" in resource:
        sites = read_sites(resource["bodySite"], "Observation.bodySite", chart.inspection)
        shared["site"] = sites.field()
        shared["laterality"] = laterality(sites.sides)
    if "method" in resource:
        method = concept(resource["method"], "Observation.method", chart.inspection)
        shared["method"] = None if method is None else method.field
    return shared


def _values(part: dict[str, object], element: str, chart: Chart) -> dict[str, EventField | None]:
    """The value of an Observation or of a component, in the field for its form, and the upper limit of normal."""
    inspection = chart.inspection
    values: dict[str, EventField | None] = {}
    if "valueQuantity" in part:
        values["value"] = read_quantity(part["valueQuantity"], f"{element}.valueQuantity", inspection)
    elif "valueCodeableConcept" in part:
        coded = concept(part["valueCodeableConcept"], f"{element}.valueCodeableConcept", inspection)
        values["value_code"] = None if coded is None else coded.field
    elif "valueInteger" in part:
        values["value"] = read_integer(part["valueInteger"], f"{element}.valueInteger", inspection)
    elif "valueRange" in part:
        values["value"] = read_range(part["valueRange"], f"{element}.valueRange", inspection)
    else:
        values |= _unread_value(part, element, chart)
    if "referenceRange" in part:
        values["upper_limit"] = _upper_limit(part["referenceRange"], f"{element}.referenceRange", chart)
    return values


def _unread_value(part: dict[str, object], element: str, chart: Chart) -> dict[str, EventField | None]:
    """A value of a form that is not read: whether it is a number or a code cannot be told either."""
    for form in UNREAD_VALUES:
        if form in part:
            chart.inspection.note("unreadable", f"{element}.{form}", "a form that is not read")
            unreadable = EventField(None, "", "unreadable")
            return {"value": unreadable, "value_code": unreadable}
    return {}


def _upper_limit(value: object, element: str, chart: Chart) -> EventField | None:
    """The upper limit of the normal range; conflicting where there are several that differ, as for the sexes."""
    limits: list[EventField] = []
    for one in objects(value, element, chart.inspection):
        kind = concept(one.get("type"), element, chart.inspection)
        if kind is None or any((code[0], code[1]) == _NORMAL for code in kind.codes):
            limit = read_quantity(one.get("high"), element, chart.inspection)
            if limit is not None:
                limits.append(limit)
    if len({(limit.value, limit.state) for limit in limits}) > 1:
        return EventField(None, ", ".join(limit.said for limit in limits), "conflicting")
    return limits[0] if limits else None


def _not_performed(value: object, chart: Chart) -> bool:
    """Whether the reason for the missing value is that nothing was observed.

    https://hl7.org/fhir/R4/codesystem-data-absent-reason.html
    """
    codings = value.get("coding") if isinstance(value, dict) else None
    for one in codings if isinstance(codings, list) else ():
        if isinstance(one, dict) and one.get("code") == "not-performed":
            chart.inspection.note("not_counted", "Observation", "not-performed")
            return True
    return False


def _of_somebody_else(entry: Entry, chart: Chart) -> bool:
    """Whether the focus is a person other than the patient, a fetus or a donor for example; then it is no event.

    https://hl7.org/fhir/R4/observation-definitions.html#Observation.focus
    """
    subject = _address(entry.resource.get("subject"))
    for one in objects(entry.resource["focus"], "Observation.focus", chart.inspection):
        focus = _address(one)
        if focus is None or focus.type in _OF_THE_PATIENT or (subject is not None and focus.local == subject.local):
            continue
        chart.inspection.note("not_counted", "Observation", "about something else than the patient")
        return True
    return False


def _address(value: object) -> Address | None:
    reference = reference_of(value)
    return None if reference is None else parse_address(reference)


def _effective(entry: Entry, chart: Chart) -> EventField | None:
    on = chart.date(entry, "effectiveDateTime")
    if on is not None:
        return on
    span = chart.span(entry, "effectivePeriod")
    if span is not None:
        return whole(span)
    return chart.date(entry, "effectiveInstant")
