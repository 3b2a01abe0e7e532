"""Condition: what is or was the matter, since when, where, on which side, and whether it is certain."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from screener.facts.events import EventField, Standing
from screener.facts.fhir.chart import Chart, recorded
from screener.facts.fhir.concepts import concept, extensions, joined
from screener.facts.fhir.mcode import HISTOLOGY, PRIMARY_CANCER, SECONDARY_CANCER
from screener.facts.fhir.profiles import profiles_of
from screener.facts.fhir.references import Entry, Resource
from screener.facts.fhir.remembered import Remembered
from screener.facts.fhir.sides import Side, laterality, names_cancer, sides_in
from screener.facts.fhir.sites import read_sites
from screener.facts.fhir.statuses import CLINICAL, VERIFICATION
from screener.facts.fhir.times import whole
from screener.facts.inspection import Inspection

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


class _Parts(NamedTuple):
    """What the parts of a Condition say that records repeat: fields as an event has them, none without a code.

    `standing` is none where there is no event; `sides` are those of its code and its body sites; `cancer` says that the
    code names one.
    """

    standing: Standing | None
    status: str | None = None
    fields: Mapping[str, EventField] | None = None
    sides: tuple[Side, ...] = ()
    cancer: bool = False


def _read_parts(parts: tuple[object, object, object, object, tuple[str, ...]], inspection: Inspection) -> _Parts:
    """Read a verification status, a clinical status, a code, body sites, and the profiles that name a cancer."""
    verification, standing = _verification(parts[0], inspection)
    if standing is None:
        return _Parts(None)
    clinical = _clinical(parts[1], inspection)
    code = concept(parts[2], "Condition.code", inspection)
    status = ", ".join(word for word in (clinical.said if clinical else None, verification) if word) or None
    if code is None:
        return _Parts(standing, status)
    sites = read_sites(parts[3], "Condition.bodySite", inspection)
    sides = (*sides_in(code, "code", inspection), *sites.sides)
    fields = {
        "code": code.field,
        "role": _role(parts[4], clinical, comorbid=False),
        "site": sites.field(),
        "laterality": laterality(sides),
        "clinical_status": clinical,
    }
    cancer = bool(parts[4]) or names_cancer(code.codes)
    return _Parts(standing, status, recorded(fields), sides, cancer)


_parts_of: Final = Remembered(_read_parts)


def read_condition(entry: Entry, chart: Chart) -> None:
    """Make the event of a Condition, none where it was entered in error; its side is kept where it is a cancer."""
    resource = entry.resource
    get = resource.get
    verification, clinical = get("verificationStatus"), get("clinicalStatus")
    if isinstance(clinical, str) or isinstance(verification, str):
        element = "clinicalStatus" if isinstance(clinical, str) else "verificationStatus"
        hint = "export it as FHIR R4"
        return chart.reject(entry, f"the Condition is FHIR STU3 ({element})", hint, ("condition",))
    profiles = _cancers_of(resource) if "meta" in resource else ()
    said, alike = _parts_of((verification, clinical, get("code"), get("bodySite"), profiles), chart.inspection)
    if said.standing is None:
        return None
    if said.fields is None:
        return chart.reject(entry, "the Condition has no code", "give it one", ("condition",))
    fields, cancer = dict(said.fields), said.cancer
    if "extension" in resource and (histology := _histology(entry, chart)) is not None:
        fields["histology"], alike, cancer = histology, None, True
    if cancer and said.sides and said.standing != "refuted":
        chart.cancers.append((entry.reference, said.sides))
    if chart.comorbid and entry.reference in chart.comorbid:
        alike = None
        role = _role(profiles, fields.get("clinical_status"), comorbid=True)
        if role is not None:
            fields["role"] = role
    if (onset := _when(entry, "onset", chart)) is not None:
        fields["onset"] = onset
    if (abatement := _when(entry, "abatement", chart)) is not None:
        fields["abatement"] = abatement
    if "recordedDate" in resource and (day := chart.date(entry, "recordedDate")) is not None:
        fields["recorded"] = day
    return chart.add(entry, "condition", onset, fields, status=said.status, standing=said.standing, alike=alike)


def _cancers_of(resource: Resource) -> tuple[str, ...]:
    """The profiles of a Condition that name a cancer."""
    return tuple(sorted(profiles_of(resource) & _CANCERS))


def _verification(value: object, inspection: Inspection) -> tuple[str | None, Standing | None]:
    """The verification as it is written and the standing it gives; a record that has none asserts its condition."""
    if value is None:
        return None, "certain"
    found = concept(value, "Condition.verificationStatus", inspection)
    known = [code[1] for code in found.codes if code[1] in VERIFICATION] if found is not None else []
    if len(set(known)) != 1:
        inspection.note("unreadable", "Condition.verificationStatus", "none of FHIR's, or several")
        return None, "uncertain"
    standing = VERIFICATION[known[0]]
    if standing is None:
        inspection.note("not_counted", "Condition", known[0])
    return known[0], standing


def _clinical(value: object, inspection: Inspection) -> EventField | None:
    found = concept(value, "Condition.clinicalStatus", inspection)
    if found is None:
        return None
    known = {code[1] for code in found.codes if code[1] in CLINICAL}
    if len(known) == 1:
        return CLINICAL[known.pop()]
    if known:
        return EventField(None, ", ".join(sorted(known)), "conflicting")
    inspection.note("unreadable", "Condition.clinicalStatus", "none of FHIR's")
    return EventField(None, found.words, "unreadable")


def _role(profiles: Collection[str], clinical: EventField | None, *, comorbid: bool) -> EventField | None:
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
    if comorbid:
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
    if chart.several and (differing := chart.differing(entry, element)) is not None:
        return differing
    forms = _FORMS[element]
    found = chart.date(entry, forms.date)
    if found is not None or forms.others.isdisjoint(entry.resource):
        return found
    span = chart.span(entry, forms.period)
    return whole(span) if span is not None else chart.unread(entry, *forms.unread)
