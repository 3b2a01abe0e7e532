"""What was irradiated, how much of it, and what condition something was done for."""

from __future__ import annotations

from typing import Any

import pytest
from fhir import LEFT, RIGHT, SNOMED, concept, condition, extension, procedure, profile, read, resource, said, status

COURSE = (SNOMED, "1217123003", "Radiotherapy course of treatment")
ENTIRE = (SNOMED, "255503000", "Entire (qualifier value)")
PARTIAL = (SNOMED, "255609007", "Partial (qualifier value)")
PRIMARY = profile("primary-cancer-condition")
SECONDARY = profile("secondary-cancer-condition")


def site(code: str, *qualifiers: tuple[str, str, str]) -> dict[str, Any]:
    """A body site with its qualifiers."""
    told = [extension("body-location-qualifier", valueCodeableConcept=concept(one)) for one in qualifiers]
    return concept(code, **({"extension": told} if told else {}))


def volume(name: str, code: str, *qualifiers: tuple[str, str, str]) -> dict[str, Any]:
    body = {"resourceType": "BodyStructure", "id": name, "patient": {"reference": "Patient/1"}}
    return {**body, "location": concept(code), "locationQualifier": [concept(one) for one in qualifiers]}


def course(*sites: dict[str, Any], volumes: tuple[str, ...] = (), **elements: Any) -> dict[str, Any]:
    given = [
        extension(
            "radiotherapy-dose-delivered-to-volume",
            extension=[{"url": "volume", "valueReference": {"reference": f"BodyStructure/{name}"}}],
        )
        for name in volumes
    ]
    return procedure("course", COURSE, bodySite=[*sites], extension=given, **elements)


def extents(*resources: dict[str, Any]) -> tuple[Any, Any]:
    """The codes of the sites that were irradiated whole, and of those that were in part."""
    fields = said(read(*resources).event)
    return tuple(fields[name][1] if name in fields else None for name in ("entire_site", "partial_site"))


@pytest.mark.parametrize(
    ("sites", "expected"),
    [
        ([site("breast", ENTIRE)], (["breast"], None)),
        ([site("breast", LEFT, PARTIAL)], (None, ["breast"])),
        ([site("breast", ENTIRE), site("axilla")], (["breast"], None)),
        ([site("breast", ENTIRE), site("axilla", PARTIAL)], (["breast"], ["axilla"])),
        ([site("breast", ENTIRE), site("breast", PARTIAL)], (["breast"], ["breast"])),
        ([site("breast", ENTIRE), site("breast")], (None, None)),
        ([site("breast", ENTIRE, PARTIAL)], (None, None)),
        ([site("breast", LEFT)], (None, None)),
        ([site("breast")], (None, None)),
    ],
)
def test_how_much_of_a_site_was_irradiated_is_told_by_its_qualifiers(
    sites: list[dict[str, Any]], expected: tuple[Any, Any]
) -> None:
    assert extents(course(*sites)) == expected


def test_the_qualifier_stands_among_the_words_that_are_shown() -> None:
    event = read(course(site("breast", ENTIRE), site("breast", PARTIAL))).event
    assert [event.fields[name].said for name in ("entire_site", "partial_site")] == [
        "breast (Entire)",
        "breast (Partial)",
    ]


def test_the_volumes_tell_it_rather_than_the_body_sites_of_the_course() -> None:
    whole, boost = volume("a", "breast", LEFT, ENTIRE), volume("b", "breast", LEFT, PARTIAL)
    assert extents(course(site("breast"), volumes=("a",)), whole) == (["breast"], None)
    assert extents(course(site("breast"), volumes=("a", "b")), whole, boost) == (["breast"], ["breast"])
    assert extents(course(site("breast"), volumes=("b",)), boost) == (None, ["breast"])


def test_where_the_volumes_lead_nowhere_the_body_sites_tell_it() -> None:
    assert extents(course(site("breast", ENTIRE), volumes=("lost",))) == (["breast"], None)


def test_the_location_qualifier_of_a_site_can_tell_its_side() -> None:
    assert said(read(course(site("breast", RIGHT, ENTIRE))).event)["laterality"] == ("recorded", "right")


def test_radiotherapy_is_told_by_the_code_or_the_category_of_a_procedure() -> None:
    tele = (SNOMED, "33195004", "Teleradiotherapy procedure")
    category = concept((SNOMED, "108290001", "Radiation oncology AND/OR radiotherapy"))
    surgery = concept((SNOMED, "387713003", "Surgical procedure"))
    assert read(procedure("p", tele)).event.kind == "radiotherapy"
    assert read(procedure("p", category=category)).event.kind == "radiotherapy"
    assert read(procedure("p", category=surgery)).event.kind == "procedure"
    assert read(procedure("p", category="surgery")).event.kind == "procedure"


def role(*resources: dict[str, Any]) -> tuple[str, Any] | None:
    (event,) = [one for one in read(*resources).events if one.kind == "procedure"]
    return said(event).get("reason_role")


def named(*names: str) -> dict[str, Any]:
    return procedure("p", reasonReference=[{"reference": name} for name in names])


def test_what_something_was_done_for_is_told_by_the_role_of_the_condition_it_names() -> None:
    first = condition("first", meta=PRIMARY, onsetDateTime="2015-01-01")
    again = condition("again", clinicalStatus=status("recurrence"), onsetDateTime="2025-01-01")
    spread = condition("spread", meta=SECONDARY)
    other = condition("other")
    records = (first, again, spread, other)
    assert role(*records, named("Condition/first")) == ("recorded", "primary")
    assert role(*records, named("Condition/again")) == ("recorded", "recurrence")
    assert role(*records, named("Condition/spread")) == ("recorded", "metastasis")
    assert role(*records, named("Condition/first", "Condition/other")) == ("recorded", "primary")
    assert role(*records, named("Condition/first", "Condition/again")) == ("conflicting", None)
    assert role(*records, named("Condition/other")) is None
    assert role(*records, named("Condition/lost")) is None
    assert role(*records, procedure("p", reasonCode=[concept("sore")])) is None


def test_several_conditions_of_one_role_tell_that_role() -> None:
    records = [condition(name, meta=PRIMARY) for name in "ab"]
    assert role(*records, named("Condition/a", "Condition/b")) == ("recorded", "primary")


def test_a_condition_that_is_not_certain_tells_no_role() -> None:
    doubtful = condition("first", meta=PRIMARY, verificationStatus=status("provisional"))
    assert role(doubtful, named("Condition/first")) is None


def test_a_course_tells_it_too() -> None:
    first = condition("first", meta=PRIMARY)
    found = read(first, course(site("breast"), reasonReference=[{"reference": "Condition/first"}]))
    assert said(found.events[1])["reason_role"] == ("recorded", "primary")


def test_a_procedure_of_the_patient_can_stand_before_the_condition_it_names() -> None:
    assert role(named("Condition/first"), condition("first", meta=PRIMARY)) == ("recorded", "primary")


def test_a_resource_of_another_type_as_a_reason_tells_no_role() -> None:
    report = resource("DiagnosticReport", "report", status="final", code=concept("scan"))
    assert role(report, named("DiagnosticReport/report")) is None
