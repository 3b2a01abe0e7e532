"""ImagingStudy, and the DiagnosticReport of an examination by images."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from screener.facts.events import EventField, Standing
from screener.facts.fhir.chart import NO_REASONS, Chart, Reasons, recorded, standing_of
from screener.facts.fhir.concepts import Concept, code_of, concepts, joined, objects, told
from screener.facts.fhir.references import Entry
from screener.facts.fhir.remembered import Remembered
from screener.facts.fhir.sides import Side, laterality, sides_of
from screener.facts.fhir.statuses import IMAGING, REPORT
from screener.facts.inspection import Inspection

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


class _Parts(NamedTuple):
    """What the parts of an ImagingStudy say that records repeat; `standing` is none where there is no event."""

    standing: Standing | None
    status: str | None = None
    codes: tuple[Concept, ...] = ()
    modalities: tuple[Concept, ...] = ()
    sides: tuple[Side, ...] = ()
    fields: Mapping[str, EventField] = MappingProxyType({})


def _read_parts(parts: tuple[object, object, object], inspection: Inspection) -> _Parts:
    """Read a status, procedure codes and modalities."""
    status, standing = standing_of("ImagingStudy", parts[0], IMAGING, inspection)
    if standing is None:
        return _Parts(None)
    codes = tuple(concepts(parts[1], "ImagingStudy.procedureCode", inspection))
    modalities = tuple(_codings(parts[2], "ImagingStudy.modality", inspection))
    sides = tuple(side for code in codes for side in sides_of(code.codes, "code", inspection))
    fields = {
        "code": joined(codes),
        "modality": joined(dict.fromkeys(modalities)),
        "laterality": laterality(sides),
    }
    return _Parts(standing, status, codes, modalities, sides, recorded(fields))


_parts_of: Final = Remembered(_read_parts)


def read_study(entry: Entry, chart: Chart) -> None:
    """Make the event of an ImagingStudy. What tracer was used is not told by one."""
    get = entry.resource.get
    said, alike = _parts_of((get("status"), get("procedureCode"), get("modality")), chart.inspection)
    if said.standing is None:
        return
    series = get("series")
    several = [] if series is None else list(objects(series, "ImagingStudy.series", chart.inspection))
    on = chart.date(entry, "started") or _first_started(several, chart)
    reasons = chart.reasons(entry)
    fields = dict(said.fields)
    if several or reasons is not NO_REASONS:
        fields, alike = recorded(_more(several, reasons, said, chart)), None
    chart.add(entry, "imaging", on, fields, status=said.status, standing=said.standing, alike=alike)


def _more(
    series: Sequence[dict[str, object]], reasons: Reasons, said: _Parts, chart: Chart
) -> dict[str, EventField | None]:
    """The fields of a study that has series, or reasons."""
    modalities, sides = [*said.modalities], [*said.sides]
    sites: list[Concept] = []
    for one in series:
        modalities += _coding_of(one, "modality", chart)
        place = _coding_of(one, "bodySite", chart)
        sites += place
        sides += [side for site in place for side in sides_of(site.codes, "body site", chart.inspection)]
        for side in _coding_of(one, "laterality", chart):
            sides += sides_of(side.codes, "side of a series", chart.inspection)
    return {
        "code": joined(said.codes),
        "modality": joined(dict.fromkeys(modalities)),
        "site": joined(dict.fromkeys(sites)),
        "laterality": chart.laterality(sides, reasons),
        "reason": reasons.field(),
    }


def _first_started(series: Iterable[dict[str, object]], chart: Chart) -> EventField | None:
    return next((chart.calendar.field(one["started"]) for one in series if "started" in one), None)


def _coding_of(series: dict[str, object], element: str, chart: Chart) -> list[Concept]:
    """The Coding in an element of a series, as far as it has a code."""
    given = [series[element]] if element in series else None
    return list(_codings(given, "ImagingStudy.series", chart.inspection))


def _codings(value: object, element: str, inspection: Inspection) -> Iterable[Concept]:
    """Each Coding of a list as a coded value of its own."""
    for one in objects(value, element, inspection):
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
    on = chart.differing(entry, "effective") or chart.date(entry, "effectiveDateTime")
    if on is None:
        span = chart.span(entry, "effectivePeriod")
        on = None if span is None else span.start
    fields: dict[str, EventField | None] = {
        "code": None if code is None else code.field,
        "laterality": chart.laterality(sides, NO_REASONS),
    }
    chart.add(entry, "imaging", on, recorded(fields), status=status, standing=standing)
