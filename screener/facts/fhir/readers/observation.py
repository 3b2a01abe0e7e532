"""Observation: measured and coded values, each component one of its own; and mCODE's list of comorbidities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from screener.facts.events import EventField, Standing
from screener.facts.fhir.chart import Chart, recorded, standing_of
from screener.facts.fhir.concepts import concept, extensions, objects
from screener.facts.fhir.elements import ABSENT, UNREAD_VALUES, VALUES
from screener.facts.fhir.mcode import COMORBIDITIES, RELATED_CONDITION, RELATED_CONDITION_ABSENT
from screener.facts.fhir.profiles import profiles_of
from screener.facts.fhir.quantities import read_integer, read_quantity, read_range
from screener.facts.fhir.references import Address, Entry, parse_address, reference_of
from screener.facts.fhir.remembered import Remembered
from screener.facts.fhir.sides import laterality
from screener.facts.fhir.sites import read_sites
from screener.facts.fhir.statuses import OBSERVATION
from screener.facts.fhir.times import LONGEST_SAID, whole
from screener.facts.inspection import Inspection

_QUANTITY: Final = "valueQuantity"
_QUANTITY_READ: Final = f"Observation.{_QUANTITY}"
_REPEATED: Final = frozenset({"valueCodeableConcept", "valueInteger", "valueRange"})
"""The forms of which few values occur again and again."""
_FORMS: Final = (*VALUES, *UNREAD_VALUES)
"""The forms of a value, of which one may be there."""
_ANY_FORM: Final = frozenset(_FORMS)
_RELATED: Final = frozenset({RELATED_CONDITION, RELATED_CONDITION_ABSENT})
_NONE: Final[frozenset[str]] = frozenset()
_COMORBIDITY: Final = EventField("comorbidity", "list of comorbidities")
_SETTLED: Final = tuple(status for status, standing in OBSERVATION.items() if standing == "certain")
_NORMAL: Final = ("http://terminology.hl7.org/CodeSystem/referencerange-meaning", "normal")
"""https://hl7.org/fhir/R4/valueset-referencerange-meaning.html: a range without a type is the normal one as well."""
_OF_THE_PATIENT: Final = frozenset({"Condition", "Procedure", "Observation", "BodyStructure", "Specimen", "Medication"})


class _Parts(NamedTuple):
    """What the parts of an Observation say that records repeat; `shared` holds of its components as well."""

    fields: Mapping[str, EventField]
    shared: Mapping[str, EventField]


def _read_parts(
    parts: tuple[object, str | None, object, object, object, object], inspection: Inspection
) -> _Parts | None:
    """Read a code, the form of a value and the value, ranges of normal, a body site and a method.

    None where there is no code.
    """
    code_said, form, value, ranges, site, method = parts
    code = concept(code_said, "Observation.code", inspection)
    if code is None:
        return None
    shared = _shared(site, method, inspection)
    fields = {
        "code": code.field,
        **_read_value(form, value, "Observation", inspection),
        "upper_limit": _upper_limit(ranges, "Observation.referenceRange", inspection),
    }
    return _Parts({**recorded(fields), **shared}, shared)


_parts_of: Final = Remembered(_read_parts)


def read_observation(entry: Entry, chart: Chart) -> None:
    """Make the events of an Observation: its own, and one for each component that has a code."""
    resource = entry.resource
    get = resource.get
    status, standing = standing_of("Observation", get("status"), OBSERVATION, chart.inspection)
    if standing is None or (ABSENT in resource and _not_performed(resource, chart)):
        return None
    if "focus" in resource and _of_somebody_else(entry, chart):
        return None
    form = _form(resource)
    value = resource[form] if form in _REPEATED else None
    parts = (get("code"), form, value, get("referenceRange"), get("bodySite"), get("method"))
    said, alike = _parts_of(parts, chart.inspection)
    if said is None:
        return chart.reject(entry, "the Observation has no code", "give it one", ("observation",))
    on = _effective(entry, chart)
    fields = dict(said.fields)
    if on is not None and on[0] is None:
        fields["on"] = on
    if form == _QUANTITY:
        quantity = read_quantity(resource[_QUANTITY], _QUANTITY_READ, chart.inspection)
        if quantity is None:
            alike = None
        else:
            fields["value"] = quantity
    if chart.several and _contradictory(resource):
        fields, alike = fields | _all_said(resource), None
    chart.add(entry, "observation", on, fields, status=status, standing=standing, alike=alike)
    if "component" in resource:
        undated = {} if on is None or on.value is not None else {"on": on}
        _components(entry, on, {**said.shared, **undated}, status=status, standing=standing, chart=chart)
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
            fields = recorded({"code": code.field, "role": _COMORBIDITY, "recorded": on})
            part = f"absent condition {number}"
            chart.add(entry, "condition", None, fields, status=status, standing="refuted", part=part)


def _components(
    entry: Entry,
    on: EventField | None,
    shared: Mapping[str, EventField],
    *,
    status: str | None,
    standing: Standing,
    chart: Chart,
) -> None:
    parts = objects(entry.resource["component"], "Observation.component", chart.inspection)
    for number, one in enumerate(parts, start=1):
        if ABSENT in one and _not_performed(one, chart):
            continue
        code = concept(one.get("code"), "Observation.component.code", chart.inspection)
        if code is None:
            chart.inspection.note("unreadable", "Observation.component", "without a code")
            continue
        form = _form(one)
        value = _read_value(form, None if form is None else one[form], "Observation.component", chart.inspection)
        limit = _upper_limit(one.get("referenceRange"), "Observation.component.referenceRange", chart.inspection)
        fields = {**shared, **recorded({"code": code.field, **value, "upper_limit": limit})}
        if _contradictory(one):
            fields |= _all_said(one)
        part = f"component {number}"
        chart.add(entry, "observation", on, fields, status=status, standing=standing, part=part)


def _shared(site: object, method: object, inspection: Inspection) -> dict[str, EventField]:
    """What holds for an Observation and for its components alike: site, side, method."""
    sites = read_sites(site, "Observation.bodySite", inspection)
    how = concept(method, "Observation.method", inspection)
    fields = {
        "site": sites.field(),
        "laterality": laterality(sites.sides),
        "method": None if how is None else how.field,
    }
    return recorded(fields)


def _read_value(form: str | None, value: object, element: str, inspection: Inspection) -> dict[str, EventField | None]:
    """The value of an Observation or of a component, in the field for its form."""
    match form:
        case None:
            return {}
        case "valueQuantity":
            return {"value": read_quantity(value, f"{element}.valueQuantity", inspection)}
        case "valueCodeableConcept":
            coded = concept(value, f"{element}.valueCodeableConcept", inspection)
            return {"value_code": None if coded is None else coded.field}
        case "valueInteger":
            return {"value": read_integer(value, f"{element}.valueInteger", inspection)}
        case "valueRange":
            return {"value": read_range(value, f"{element}.valueRange", inspection)}
    # Whether it is a number or a code cannot be told either.
    inspection.note("unreadable", f"{element}.{form}", "a form that is not read")
    unreadable = EventField(None, "", "unreadable")
    return {"value": unreadable, "value_code": unreadable}


def _upper_limit(value: object, element: str, inspection: Inspection) -> EventField | None:
    """The upper limit of the normal range; conflicting where there are several that differ, as for the sexes."""
    limits: list[EventField] = []
    for one in objects(value, element, inspection):
        kind = concept(one.get("type"), element, inspection)
        if kind is None or any((code[0], code[1]) == _NORMAL for code in kind.codes):
            limit = read_quantity(one.get("high"), element, inspection)
            if limit is not None:
                limits.append(limit)
    if len({(limit.value, limit.state) for limit in limits}) > 1:
        return EventField(None, ", ".join(limit.said for limit in limits), "conflicting")
    return limits[0] if limits else None


def _form(part: dict[str, object]) -> str | None:
    """The form of the value of an Observation or of a component."""
    for form in _FORMS:
        if form in part:
            return form
    return None


def _contradictory(part: dict[str, object]) -> bool:
    """Whether there is more than one value, or one beside a reason why there is none."""
    return (ABSENT in part and not _ANY_FORM.isdisjoint(part)) or len(_ANY_FORM.intersection(part)) > 1


def _all_said(part: dict[str, object]) -> dict[str, EventField]:
    """A value that contradicts itself, with everything that is said in its place."""
    unseen = Inspection()  # what is there was counted when it was read
    words: list[str] = []
    for form in (form for form in _FORMS if form in part):
        read = _read_value(form, part[form], "Observation", unseen).values()
        words.append(next((field.said for field in read if field is not None and field.said), form))
    if ABSENT in part:
        reason = concept(part[ABSENT], "Observation.dataAbsentReason", unseen)
        words.append("absent" if reason is None else f"absent: {reason.words}")
    field = EventField(None, ", ".join(words)[:LONGEST_SAID], "conflicting")
    return {"value": field, "value_code": field}


def _not_performed(part: dict[str, object], chart: Chart) -> bool:
    """Whether there is no value, and the reason for that is that nothing was observed.

    https://hl7.org/fhir/R4/codesystem-data-absent-reason.html
    """
    if not _ANY_FORM.isdisjoint(part):
        return False
    value = part[ABSENT]
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
    """The day that a value holds for; unreadable where one is told and cannot be read, none where none is told."""
    if chart.several and (differing := chart.differing(entry, "effective")) is not None:
        return differing
    on = chart.date(entry, "effectiveDateTime")
    if on is not None:
        return on
    span = chart.span(entry, "effectivePeriod")
    if span is not None:
        on = whole(span)
        unread = any(end is not None and end.value is None for end in span)
        return on if on is None or on.value is not None or unread else None
    return chart.date(entry, "effectiveInstant") or chart.unread(entry, "effectiveTiming")
