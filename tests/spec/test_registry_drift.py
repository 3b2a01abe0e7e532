"""Drift: which change of a line counts as what, and which fields are compared."""

from __future__ import annotations

from typing import Any

import pytest

from screener.registry.drift import FieldChange, LineChange, compare, compare_texts
from screener.registry.record import Record, parse_record

TEXT = """Inclusion Criteria:

* WHO performance scale ≤2
* \\>=18 years
* Tumor with high-risk\\* features
* Prior therapy is allowed
* One of the following:
  * Platelets at least 100 x 10^9/L within 28 days
  * Known thrombocytopenia

Exclusion Criteria:

* Healed fracture of the other wrist
* Allergy to gold

\\* high-risk is defined as grade 3
"""

REORDERED = TEXT.replace("* Allergy to gold\n", "").replace("* Healed", "* Allergy to gold\n* Healed")


def changes(old: str, new: str) -> list[LineChange]:
    """The lines that are not identical."""
    return [line for line in compare_texts(old, new) if line.change != "identical"]


def one(old: str, new: str, text: str = TEXT) -> tuple[str, tuple[str, ...]]:
    """The class and reasons of the only change that replacing some words makes."""
    assert text.count(old) == 1
    (line,) = changes(text, text.replace(old, new))
    return line.change, line.why


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("≤2", "≤1", "number"),
        ("≤2", "<2", "comparator"),
        ("≤2", "≥2", "comparator"),
        ("10^9/L", "10^6/L", "number"),
        ("at least 100", "at most 100", "comparator"),
        ("within 28 days", "within 28 weeks", "unit"),
        ("Known thrombocytopenia", "No known thrombocytopenia", "negation"),
        ("Known", "Unknown", "negation"),
        ("is allowed", "is not allowed", "negation"),
        ("is allowed", "is required", "allowed/required"),
        ("high-risk\\* features", "high-risk features", "footnote"),
        ("grade 3", "grade 2", "footnote"),
        ("grade 3", "grade 2", "number"),
        ("is defined as", "means", "footnote"),
        ("One of", "All of", "number"),
        ("Healed fracture", "Healed or operated fracture", "connective"),
        ("Allergy to gold", "Allergy to silver", "wording"),
        ("of the other wrist", "of the same wrist", "wording"),
        ("Allergy to gold", "Gold to allergy", "order"),
        ("\\>=18 years", "\\>=18 years, fit", "wording"),
    ],
)
def test_a_change_that_can_decide_is_material_and_says_why(old: str, new: str, why: str) -> None:
    change, reasons = one(old, new)
    assert change == "material"
    assert why in reasons


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\\>=18", ">=18"),
        ("\\>=18", "≥18"),
        ("\\>=18", "≥ 18"),
        ("≤2", "\\<=2"),
        ("high-risk\\* features", "high\u2011risk\\* features"),
        ("Allergy to gold", "Allergy  to\u00a0gold"),
        ("* Allergy", "- Allergy"),
        ("* Allergy", "2. Allergy"),
        ("x 10^9", "× 10^9"),
    ],
)
def test_another_spelling_of_the_same_is_cosmetic(old: str, new: str) -> None:
    assert one(old, new) == ("cosmetic", ())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Allergy to gold", "Allergy to gold."),
        ("Allergy to gold", "allergy to gold"),
        ("Allergy to gold", "Allergy to the gold"),
        ("Inclusion Criteria:", "INCLUSION CRITERIA"),
        ("Inclusion Criteria:", "Key Inclusion Criteria:"),
    ],
)
def test_words_without_clinical_meaning_leave_a_line_reworded(old: str, new: str) -> None:
    assert one(old, new) == ("reworded", ())


def test_patients_subjects_and_participants_are_the_same_people() -> None:
    text = "Exclusion Criteria:\n\n* Patients with a pacemaker"
    assert one("Patients", "Participants", text) == ("reworded", ())
    assert one("Patients with", "Patients without", text)[0] == "material"


@pytest.mark.parametrize(
    ("old", "new"),
    [("AIDS", "aids"), ("hepatitis A", "hepatitis"), ("5 mM", "5 MM"), ("ALL", "all"), ("2.5", "25"), ("m²", "m³")],
)
def test_what_looks_harmless_and_is_not_is_material(old: str, new: str) -> None:
    text = "Exclusion Criteria:\n\n* Active AIDS, hepatitis A, ALL or 5 mM at 2.5 per m²"
    assert one(old, new, text)[0] == "material"


def test_bullets_in_another_order_have_moved() -> None:
    found = changes(TEXT, REORDERED)
    assert [(line.change, line.why) for line in found] == [("moved", ())]


def test_a_bullet_in_the_other_section_is_material() -> None:
    line = "* Prior therapy is allowed\n"
    text = TEXT.replace(line, "").replace("* Allergy", f"{line}* Allergy")
    found = changes(TEXT, text)
    assert [(line.change, line.why) for line in found] == [("material", ("section",))]


def test_a_bullet_reworded_and_moved_to_the_other_section_is_still_one_change() -> None:
    line = "* Healed fracture of the other wrist"
    text = TEXT.replace(f"{line}\n", "").replace("* Prior therapy", f"{line} at baseline\n* Prior therapy")
    (found,) = changes(TEXT, text)
    assert found.change == "material"
    assert set(found.why) == {"section", "wording"}


def test_a_bullet_at_another_depth_is_material() -> None:
    (found,) = changes(TEXT, TEXT.replace("  * Known thrombocytopenia", "* Known thrombocytopenia"))
    assert found.change == "material"
    assert set(found.why) == {"level", "introduction"}


def test_a_bullet_under_another_introduction_is_material() -> None:
    text = "* One of the following:\n  * Gold\n  * Silver\n* All of the following:\n  * Copper"
    text_after = "* One of the following:\n  * Gold\n* All of the following:\n  * Silver\n  * Copper"
    assert [(line.change, line.why) for line in changes(text, text_after)] == [("material", ("introduction",))]


def test_introductions_alike_are_told_apart() -> None:
    text = "* One of:\n  * Gold\n  * Silver\n* One of:\n  * Copper"
    text_after = "* One of:\n  * Gold\n* One of:\n  * Silver\n  * Copper"
    assert [(line.change, line.why) for line in changes(text, text_after)] == [("material", ("introduction",))]


def test_groups_that_change_places_whole_have_moved() -> None:
    one_group, other = "For adults:\n\n* Gold\n* Silver\n\n", "For children:\n\n* Copper\n\n"
    found = changes(one_group + other, other + one_group)
    assert {line.change for line in found} == {"moved"}


def test_a_line_added_or_removed_is_material() -> None:
    (added,) = changes(TEXT, TEXT.replace("* Allergy", "* Pacemaker\n* Allergy"))
    assert (added.old, added.change, added.why) == (None, "material", ("added",))
    (removed,) = changes(TEXT, TEXT.replace("* Allergy to gold\n", ""))
    assert (removed.new, removed.change, removed.why) == (None, "material", ("removed",))


def test_a_footnote_that_comes_is_material() -> None:
    text = TEXT + "\n† see the protocol\n"
    (found,) = changes(TEXT, text)
    assert found.why == ("added",)
    assert found.new is not None
    assert found.new.kind == "footnote"


def test_a_heading_that_goes_makes_the_lines_below_it_material() -> None:
    found = changes(TEXT, TEXT.replace("Exclusion Criteria:\n", ""))
    assert {line.change for line in found} == {"material"}
    assert sum("section" in line.why for line in found) == 3


def test_a_removed_line_stands_where_it_stood() -> None:
    lines = compare_texts("* One\n* Two\n* Three\n* Four", "* One\n* Three\n* Four\n* Five hundred")
    texts = [(line.old or line.new).text for line in lines if line.old or line.new]  # type: ignore[union-attr]
    assert texts == ["One", "Two", "Three", "Four", "Five hundred"]


def test_a_text_that_vanishes_is_material_in_every_line() -> None:
    assert {line.change for line in compare_texts(TEXT, "")} == {"material"}


def test_a_text_far_too_long_to_compare_is_material() -> None:
    old, new = ("\n".join(f"* {word} {number}" for number in range(600)) for word in ("gold", "silver"))
    assert {line.why for line in compare_texts(old, new)} == {("added",), ("removed",)}


def record(*, sites: list[dict[str, str]] | None = None, status: str = "RECRUITING", **eligibility: Any) -> Record:
    fields = {"eligibilityCriteria": TEXT, "sex": "ALL", "minimumAge": "18 Years", "healthyVolunteers": False}
    section = {
        "statusModule": {"overallStatus": status},
        "eligibilityModule": {**fields, **eligibility},
        "contactsLocationsModule": {"locations": sites or []},
    }
    return parse_record({"protocolSection": section})


AMSTERDAM = {"facility": "Hospital", "city": "Amsterdam", "country": "Netherlands", "status": "RECRUITING"}
UTRECHT = {"facility": "Hospital", "city": "Utrecht", "country": "Netherlands", "status": "RECRUITING"}


@pytest.mark.parametrize(
    ("changed", "field", "was", "is_now"),
    [
        ({"minimumAge": "21 Years"}, "minimumAge", "18 Years", "21 Years"),
        ({"maximumAge": "75 Years"}, "maximumAge", None, "75 Years"),
        ({"sex": "FEMALE"}, "sex", "ALL", "FEMALE"),
        ({"healthyVolunteers": True}, "healthyVolunteers", "no", "yes"),
        ({"healthyVolunteers": None}, "healthyVolunteers", "no", None),
        ({"status": "COMPLETED"}, "overallStatus", "RECRUITING", "COMPLETED"),
    ],
)
def test_a_changed_field_is_named_with_both_values(
    changed: dict[str, Any], field: str, *, was: str | None, is_now: str | None
) -> None:
    drift = compare(record(), record(**changed))
    assert drift.fields == (FieldChange(field, was, is_now),)
    assert drift.to_review
    assert not drift.material


def test_a_site_that_stops_comes_or_goes_is_named() -> None:
    closed = {**AMSTERDAM, "status": "COMPLETED"}
    assert compare(record(sites=[AMSTERDAM]), record(sites=[closed])).fields == (
        FieldChange("site: Hospital, Amsterdam, Netherlands", "RECRUITING", "COMPLETED"),
    )
    assert compare(record(sites=[AMSTERDAM]), record(sites=[AMSTERDAM, UTRECHT])).fields == (
        FieldChange("site: Hospital, Utrecht, Netherlands", None, "RECRUITING"),
    )
    assert compare(record(sites=[AMSTERDAM, UTRECHT]), record(sites=[UTRECHT])).fields == (
        FieldChange("site: Hospital, Amsterdam, Netherlands", "RECRUITING", None),
    )


def test_sites_in_another_order_are_the_same_and_twins_are_kept_apart() -> None:
    assert compare(record(sites=[AMSTERDAM, UTRECHT]), record(sites=[UTRECHT, AMSTERDAM])).unchanged
    twin = {**AMSTERDAM, "status": "WITHDRAWN"}
    assert compare(record(sites=[AMSTERDAM, AMSTERDAM]), record(sites=[AMSTERDAM, twin])).fields == (
        FieldChange("site: Hospital, Amsterdam, Netherlands (2)", "RECRUITING", "WITHDRAWN"),
    )


def test_what_needs_no_person_is_not_for_review() -> None:
    for text in (TEXT.replace("\\>=18", "≥18"), REORDERED):
        drift = compare(record(), record(eligibilityCriteria=text))
        assert drift.changed
        assert not drift.unchanged
        assert not drift.to_review


def test_a_rewording_is_for_review() -> None:
    drift = compare(record(), record(eligibilityCriteria=TEXT.replace("Allergy to gold", "allergy to gold.")))
    assert drift.to_review
    assert not drift.material
