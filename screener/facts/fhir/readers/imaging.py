"""ImagingStudy, and the DiagnosticReport of an examination by images."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from screener.facts.events import EventField
from screener.facts.fhir.chart import NO_REASONS, Chart, recorded
from screener.facts.fhir.concepts import Concept, code_of, concepts, joined, objects, told
from screener.facts.fhir.references import Entry
from screener.facts.fhir.sides import Side, sides_of
from screener.facts.fhir.statuses import IMAGING, REPORT

_SECTIONS: Final = "http://terminology.hl7.org/CodeSystem/v2-0074"
_IMAGING: Final = frozenset(
    {
        *((_SECTIONS, code) for code in ("CT", "CUS", "IMG", "NMR", "NMS", "OUS", "RAD", "RUS", "RX", "VUS", "XRC")),
        ("http://loinc.org", "LP29684-5"),
    }
)
"""The categories of a report that are imaging.

CAT scan, cardiac ultrasound, diagnostic imaging, nuclear magnetic resonance, nuclear medicine scan, obstetric
ultrasound, radiology, radiology ultrasound, radiograph, vascular ultrasound, cineradiograph
(http://terminology.hl7.org/CodeSystem/v2-0074); and the radiology of US Core
(http://hl7.org/fhir/us/core/ValueSet/us-core-diagnosticreport-category).
"""


def read_study(entry: Entry, chart: Chart) -> None:
    """Make the event of an ImagingStudy. What tracer was used is not told by one."""
    status, standing = chart.standing(entry, IMAGING)
    if standing is None:
        return
    resource = entry.resource
    series = list(objects(resource.get("series"), "ImagingStudy.series", chart.inspection))
    codes = concepts(resource.get("procedureCode"), "ImagingStudy.procedureCode", chart.inspection)
    modalities = [*_codings(resource.get("modality"), "ImagingStudy.modality", chart)]
    sites: list[Concept] = []
    sides = [side for code in codes for side in sides_of(code.codes, "code", chart.inspection)]
    for one in series:
        modalities += _codings([one.get("modality")] if "modality" in one else None, "ImagingStudy.series", chart)
        place = list(_codings([one.get("bodySite")] if "bodySite" in one else None, "ImagingStudy.series", chart))
        sites += place
        sides += _sides_of_series(one, place, chart)
    on = chart.date(entry, "started") or _first_started(series, chart)
    reasons = chart.reasons(entry)
    fields = {
        "code": joined(codes),
        "modality": joined(dict.fromkeys(modalities)),
        "site": joined(dict.fromkeys(sites)),
        "laterality": chart.laterality(sides, reasons),
        "reason": reasons.field(),
    }
    chart.add(entry, "imaging", on, recorded(fields), status=status, standing=standing)


def _first_started(series: Iterable[dict[str, object]], chart: Chart) -> EventField | None:
    return next((chart.calendar.field(one["started"]) for one in series if "started" in one), None)


def _sides_of_series(series: dict[str, object], place: Iterable[Concept], chart: Chart) -> list[Side]:
    sides = [side for one in place for side in sides_of(one.codes, "body site", chart.inspection)]
    told = [series.get("laterality")] if "laterality" in series else None
    for one in _codings(told, "ImagingStudy.series", chart):
        sides += sides_of(one.codes, "side of a series", chart.inspection)
    return sides


def _codings(value: object, element: str, chart: Chart) -> Iterable[Concept]:
    """Each Coding of a list as a coded value of its own."""
    for one in objects(value, element, chart.inspection):
        code = code_of(one)
        if code is not None:
            yield told((code,), code.display or code.code)


def read_report(entry: Entry, chart: Chart) -> None:
    """Make an imaging event of a DiagnosticReport that says it is of imaging, where no study stands here for it.

    Other reports are counted as not understood: their results are observations.
    """
    resource = entry.resource
    categories = concepts(resource.get("category"), "DiagnosticReport.category", chart.inspection)
    studies = list(objects(resource.get("imagingStudy"), "DiagnosticReport.imagingStudy", chart.inspection))
    imaging = any((code[0], code[1]) in _IMAGING for one in categories for code in one.codes)
    if not studies and not imaging:
        chart.inspection.note("not_understood", "DiagnosticReport, not of imaging")
        return
    if any(chart.named(entry, one, "imagingStudy") is not None for one in studies):
        return
    status, standing = chart.standing(entry, REPORT)
    if standing is None:
        return
    code = chart.code(entry)
    sides = [] if code is None else sides_of(code.codes, "code", chart.inspection)
    on = chart.date(entry, "effectiveDateTime")
    if on is None:
        span = chart.span(entry, "effectivePeriod")
        on = None if span is None else span.start
    fields: dict[str, EventField | None] = {
        "code": None if code is None else code.field,
        "laterality": chart.laterality(sides, NO_REASONS),
    }
    chart.add(entry, "imaging", on, recorded(fields), status=status, standing=standing)
