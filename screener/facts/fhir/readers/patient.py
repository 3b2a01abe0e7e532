"""Patient: birth date, administrative sex, languages, death."""

from __future__ import annotations

from typing import Final

from screener.facts.events import EventField
from screener.facts.fhir.chart import DIFFERING, Chart, recorded
from screener.facts.fhir.concepts import concept, joined, objects
from screener.facts.fhir.references import Entry

# https://hl7.org/fhir/R4/codesystem-administrative-gender.html; `unknown` is not recorded.
_SEXES: Final = frozenset({"female", "male", "other"})
_REPLACED: Final = "replaced-by"


def read_patient_resource(entry: Entry, chart: Chart) -> None:
    """Make the event of a Patient.

    One that says of itself that another record replaces it must not be used any more
    (https://hl7.org/fhir/R4/codesystem-link-type.html); it is named, and what it says stays uncertain.
    """
    resource = entry.resource
    replaced = "link" in resource and _is_replaced(resource["link"], chart)
    if replaced:
        hint = "screen the record that replaces it"
        chart.reject(entry, "the Patient says that another record replaces it", hint, ())
    deceased, death = _deceased(entry, chart)
    fields = {
        "birth_date": chart.date(entry, "birthDate"),
        "sex": _sex(resource.get("gender"), chart),
        "languages": _languages(resource["communication"], chart) if "communication" in resource else None,
        "deceased": deceased,
        "deceased_on": death,
    }
    chart.add(entry, "patient", None, recorded(fields), status=None, standing="uncertain" if replaced else "certain")


def _is_replaced(links: object, chart: Chart) -> bool:
    return any(one.get("type") == _REPLACED for one in objects(links, "Patient.link", chart.inspection))


def _sex(value: object, chart: Chart) -> EventField | None:
    if value is None or value == "unknown":
        return None
    if isinstance(value, str) and value in _SEXES:
        return EventField(value, value)
    chart.inspection.note("unreadable", "Patient.gender", "none of FHIR's")
    return EventField(None, "", "unreadable")


def _languages(value: object, chart: Chart) -> EventField | None:
    element = "Patient.communication"
    spoken = objects(value, element, chart.inspection)
    return joined(concept(one.get("language"), element, chart.inspection) for one in spoken)


def _deceased(entry: Entry, chart: Chart) -> tuple[EventField | None, EventField | None]:
    """Whether the patient is dead, and since when; both are conflicting where the one denies the other."""
    death = chart.date(entry, "deceasedDateTime")
    value = entry.resource.get("deceasedBoolean")
    if death is not None:
        said = death.said or "a date of death"
        if value is False:
            chart.inspection.note("unreadable", "Patient.deceased[x]", DIFFERING)
            both = EventField(None, f"no, {said}", "conflicting")
            return both, both
        # Whoever has a date of death is dead, even where the date itself cannot be read.
        return EventField(True, said), death
    if isinstance(value, bool):
        return EventField(value, "yes" if value else "no"), None
    if value is not None:
        chart.inspection.note("unreadable", "Patient.deceasedBoolean", "another form than FHIR R4")
    return None, None
