"""Condition: what is or was the matter, since when, where, on which side, and whether it is certain."""

from __future__ import annotations

from typing import Final, NamedTuple

from screener.facts.events import EventField, Standing
from screener.facts.fhir.chart import Chart
from screener.facts.fhir.concepts import concept, extensions, joined
from screener.facts.fhir.mcode import HISTOLOGY, PRIMARY_CANCER, SECONDARY_CANCER
from screener.facts.fhir.profiles import profiles_of
from screener.facts.fhir.references import Entry
from screener.facts.fhir.sides import laterality, names_cancer, sides_of
from screener.facts.fhir.sites import read_sites
from screener.facts.fhir.statuses import CLINICAL, VERIFICATION
from screener.facts.fhir.times import whole

_HISTOLOGY: Final = frozenset({HISTOLOGY})
_RETURNED: Final = frozenset({"recurrence", "relapse"})


class _Forms(NamedTuple):
    """The elements in which a time can stand, by the form that it has there."""

    date: str
    period: str
    unread: tuple[str, ...]
    others: frozenset[str]


def _forms(element: str) -> _Forms:
    period, unread = f"{element}Period", tuple(f"{element}{form}" for form in ("Age", "Range", "String"))
    return _Forms(f"{element}DateTime", period, unread, frozenset({period, *unread}))


_FORMS: Final = {element: _forms(element) for element in ("onset", "abatement")}
_CANCERS: Final = frozenset({PRIMARY_CANCER, SECONDARY_CANCER})


def read_condition(entry: Entry, chart: Chart) -> None:
    """Make the event of a Condition, none where it was entered in error; its side is kept where it is a cancer."""
    resource = entry.resource
    for element in ("clinicalStatus", "verificationStatus"):
        if isinstance(resource.get(element), str):
            hint = "export it as FHIR R4"
            return chart.reject(entry, f"the Condition is FHIR STU3 ({element})", hint, ("condition",))
    verification, standing = _verification(entry, chart)
    if standing is None:
        return None
    clinical = _clinical(resource.get("clinicalStatus"), chart)
    code = chart.code(entry)
    if code is None:
        return chart.reject(entry, "the Condition has no code", "give it one", ("condition",))
    histology = _histology(entry, chart) if "extension" in resource else None
    sites = read_sites(resource.get("bodySite"), "Condition.bodySite", chart.inspection)
    sides = [*sides_of(code.codes, "code", chart.inspection), *sites.sides]
    profiles = profiles_of(resource)
    if standing != "refuted" and (histology is not None or profiles & _CANCERS or names_cancer(code.codes)):
        chart.cancers += [side._replace(where=f"{side.where} of {entry.reference}") for side in sides]
    onset = _when(entry, "onset", chart)
    fields = {
        "code": code.field,
        "role": _role(entry, profiles, clinical, chart),
        "site": sites.field(),
        "laterality": laterality(sides),
        "histology": histology,
        "clinical_status": clinical,
        "onset": onset,
        "abatement": _when(entry, "abatement", chart),
        "recorded": chart.date(entry, "recordedDate"),
    }
    said = [word for word in (clinical.said if clinical else None, verification) if word]
    return chart.add(entry, "condition", onset, fields, status=", ".join(said) or None, standing=standing)


def _verification(entry: Entry, chart: Chart) -> tuple[str | None, Standing | None]:
    """The verification as it is written and the standing it gives; a record that has none asserts its condition."""
    value = entry.resource.get("verificationStatus")
    if value is None:
        return None, "certain"
    found = concept(value, "Condition.verificationStatus", chart.inspection)
    known = [code[1] for code in found.codes if code[1] in VERIFICATION] if found is not None else []
    if len(set(known)) != 1:
        chart.inspection.note("unreadable", "Condition.verificationStatus", "none of FHIR's, or several")
        return None, "uncertain"
    standing = VERIFICATION[known[0]]
    if standing is None:
        chart.inspection.note("not_counted", "Condition", known[0])
    return known[0], standing


def _clinical(value: object, chart: Chart) -> EventField | None:
    found = concept(value, "Condition.clinicalStatus", chart.inspection)
    if found is None:
        return None
    known = {code[1] for code in found.codes if code[1] in CLINICAL}
    if len(known) == 1:
        return CLINICAL[known.pop()]
    if known:
        return EventField(None, ", ".join(sorted(known)), "conflicting")
    chart.inspection.note("unreadable", "Condition.clinicalStatus", "none of FHIR's")
    return EventField(None, found.words, "unreadable")


def _role(entry: Entry, profiles: frozenset[str], clinical: EventField | None, chart: Chart) -> EventField | None:
    """The part a condition plays, only where the record says so.

    mCODE's profile of a secondary cancer is a metastasis; a condition that has come back is a recurrence, also of a
    primary cancer; else mCODE's profile of a primary one, or being named in a list of comorbidities.
    """
    told: list[tuple[str, str]] = []
    if SECONDARY_CANCER in profiles:
        told.append(("metastasis", "profile of a secondary cancer"))
    elif clinical is not None and clinical.value in _RETURNED:
        told.append(("recurrence", f"clinical status {clinical.said}"))
    elif PRIMARY_CANCER in profiles:
        told.append(("primary", "profile of a primary cancer"))
    if PRIMARY_CANCER in profiles and SECONDARY_CANCER in profiles:
        told.append(("primary", "profile of a primary cancer"))
    if entry.reference in chart.comorbid:
        told.append(("comorbidity", "list of comorbidities"))
    if not told:
        return None
    said = ", ".join(f"{role} ({where})" for role, where in told)
    return EventField(told[0][0], said) if len(told) == 1 else EventField(None, said, "conflicting")


def _histology(entry: Entry, chart: Chart) -> EventField | None:
    found = extensions(entry.resource, _HISTOLOGY, "Condition", chart.inspection).get(HISTOLOGY, ())
    return joined(concept(one.get("valueCodeableConcept"), "Condition.histology", chart.inspection) for one in found)


def _when(entry: Entry, element: str, chart: Chart) -> EventField | None:
    """When a condition began or ended; a period is the time within which it did."""
    forms = _FORMS[element]
    found = chart.date(entry, forms.date)
    if found is not None or entry.resource.keys().isdisjoint(forms.others):
        return found
    span = chart.span(entry, forms.period)
    return whole(span) if span is not None else chart.unread(entry, *forms.unread)
