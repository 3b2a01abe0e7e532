"""Conditions of FHIR as events."""

from __future__ import annotations

from typing import Any

import pytest
from fhir import (
    LEFT_BREAST,
    LEFT_BREAST_CANCER,
    PATIENT,
    RIGHT,
    Read,
    bundle,
    concept,
    condition,
    extension,
    observation,
    profile,
    read,
    said,
    status,
)


def test_a_condition_tells_its_code_site_side_times_and_status() -> None:
    event = read(
        condition(
            clinicalStatus=status("remission"),
            verificationStatus=status("confirmed"),
            bodySite=[concept(LEFT_BREAST)],
            onsetDateTime="2018-03",
            abatementDateTime="2020",
            recordedDate="2018-03-16",
        )
    ).event
    assert said(event) == {
        "code": ("recorded", ["sore"]),
        "site": ("recorded", ["80248007"]),
        "laterality": ("recorded", "left"),
        "clinical_status": ("recorded", "remission"),
        "onset": ("recorded", "2018-03"),
        "abatement": ("recorded", "2020"),
        "recorded": ("recorded", "2018-03-16"),
    }
    assert event.on is not None
    assert (event.on.text, event.reference, event.place) == ("2018-03", "Condition/a", "file, entry 2")
    assert (event.status, event.standing) == ("remission, confirmed", "certain")


@pytest.mark.parametrize(
    ("verification", "standing"),
    [
        ("confirmed", "certain"),
        ("unconfirmed", "uncertain"),
        ("provisional", "uncertain"),
        ("differential", "uncertain"),
        ("refuted", "refuted"),
        ("very likely", "uncertain"),
    ],
)
def test_the_verification_gives_the_standing(verification: str, standing: str) -> None:
    assert read(condition(verificationStatus=status(verification))).event.standing == standing


def test_a_condition_without_verification_stands_as_it_is_recorded() -> None:
    assert read(condition()).event.standing == "certain"


def test_two_verifications_leave_it_uncertain() -> None:
    both = {"coding": [*status("confirmed")["coding"], *status("refuted")["coding"]]}
    assert read(condition(verificationStatus=both)).event.standing == "uncertain"


def test_what_was_entered_in_error_is_no_event_and_is_counted() -> None:
    seen = read(condition(verificationStatus=status("entered-in-error")))
    assert seen.events == []
    assert seen.inspection.of("not_counted") == {("Condition", "entered-in-error"): 1}


@pytest.mark.parametrize(
    ("more", "role"),
    [
        ({"meta": profile("primary-cancer-condition")}, "primary"),
        ({"meta": profile("primary-cancer-condition|4.0.0")}, "primary"),
        ({"meta": profile("secondary-cancer-condition")}, "metastasis"),
        ({"clinicalStatus": status("recurrence")}, "recurrence"),
        ({"clinicalStatus": status("relapse")}, "recurrence"),
        ({"clinicalStatus": status("recurrence"), "meta": profile("primary-cancer-condition")}, "recurrence"),
        ({"clinicalStatus": status("recurrence"), "meta": profile("secondary-cancer-condition")}, "metastasis"),
    ],
)
def test_the_role_is_what_the_record_says(more: dict[str, Any], role: str) -> None:
    assert said(read(condition(**more)).event)["role"] == ("recorded", role)


def test_without_a_word_for_it_there_is_no_role() -> None:
    assert "role" not in read(condition(clinicalStatus=status("active"))).event.fields


def test_both_profiles_of_a_cancer_are_a_contradiction() -> None:
    both = {
        "profile": [*profile("primary-cancer-condition")["profile"], *profile("secondary-cancer-condition")["profile"]]
    }
    field = read(condition(meta=both)).event.fields["role"]
    assert (field.state, field.value) == ("conflicting", None)
    assert field.said == "metastasis (profile of a secondary cancer), primary (profile of a primary cancer)"


def test_the_histology_is_read_from_the_extension_and_from_what_the_profile_calls_it() -> None:
    for url in (f"{extension('histology-morphology-behavior')['url']}", "histologyMorphologyBehavior"):
        event = read(condition(extension=[{"url": url, "valueCodeableConcept": concept("duct")}])).event
        assert said(event)["histology"] == ("recorded", ["duct"])


def test_an_unknown_extension_is_counted_by_its_address() -> None:
    seen = read(condition(extension=[{"url": "http://else.test/x", "valueString": "y"}, {"valueString": "z"}, 3]))
    assert seen.inspection.of("ignored") == {
        ("Condition.extension", "http://else.test/x"): 1,
        ("Condition.extension", "without an address"): 2,
    }


def test_an_onset_within_a_period_is_the_shortest_date_that_holds_it() -> None:
    def onset(start: str, end: str) -> Any:
        return said(read(condition(onsetPeriod={"start": start, "end": end})).event)["onset"]

    assert onset("2018-03-01", "2018-03-01") == ("recorded", "2018-03-01")
    assert onset("2018-03-01", "2018-03-20") == ("recorded", "2018-03")
    assert onset("2018", "2018-03-20") == ("recorded", "2018")
    assert onset("2018-12-31", "2019-01-01") == ("unreadable", None)


@pytest.mark.parametrize(
    "more", [{"onsetAge": {"value": 50}}, {"onsetString": "as a child"}, {"onsetDateTime": "5/2018"}]
)
def test_an_onset_of_another_form_is_unreadable_and_not_silent(more: dict[str, Any]) -> None:
    seen = read(condition(**more))
    assert said(seen.event)["onset"] == ("unreadable", None)
    assert seen.event.on is None
    assert seen.inspection.total("unreadable") == 1


def test_clinical_states_that_disagree_are_said() -> None:
    both = {"coding": [*status("active")["coding"], *status("resolved")["coding"]]}
    field = read(condition(clinicalStatus=both)).event.fields["clinical_status"]
    assert (field.state, field.said) == ("conflicting", "active, resolved")


def test_a_clinical_state_that_is_none_of_fhirs_is_unreadable() -> None:
    assert said(read(condition(clinicalStatus=status("so so"))).event)["clinical_status"] == ("unreadable", None)


def test_words_without_a_code_are_kept_and_cannot_be_read() -> None:
    seen = read({**condition(), "code": {"text": "bad wrist"}})
    field = seen.event.fields["code"]
    assert (field.state, field.value, field.said) == ("unreadable", None, "bad wrist")
    assert seen.inspection.of("unreadable") == {("Condition.code", "words without a code"): 1}


def test_a_code_that_only_says_why_there_is_none_is_none() -> None:
    nothing = ("http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "UNC", "un-encoded")
    field = read(condition(code=nothing)).event.fields["code"]
    assert (field.state, field.said) == ("unreadable", "un-encoded")


def test_a_condition_without_a_code_is_rejected_by_place() -> None:
    seen = read(condition(), {"resourceType": "Condition", "id": "b", "subject": {"reference": "Patient/1"}})
    assert seen.problems == ["file, entry 3: the Condition has no code; give it one"]


def test_of_two_codings_both_codes_are_kept() -> None:
    event = read({**condition(), "code": concept("sore", ("http://codes.test/there", "S1", "soreness"))}).event
    assert said(event)["code"] == ("recorded", ["sore", "S1"])


def test_a_site_in_words_beside_a_coded_one_leaves_the_sites_unreadable() -> None:
    event = read(condition(bodySite=[concept("wrist"), {"text": "elbow"}])).event
    assert (event.fields["site"].state, event.fields["site"].said) == ("unreadable", "wrist, elbow")


def test_the_list_of_comorbidities_gives_conditions_their_role_and_records_what_is_absent() -> None:
    listed = observation(
        "list",
        "comorbidities",
        meta=profile("comorbidities"),
        effectiveDateTime="2018-03-16",
        extension=[
            extension("related-condition", valueReference={"reference": "Condition/a"}),
            extension("related-condition", valueReference={"reference": "Condition/gone"}),
            extension("related-condition-absent", valueCodeableConcept=concept("obese")),
        ],
    )
    seen = read(condition(), listed)
    sore, _, obese = seen.events
    assert said(sore)["role"] == ("recorded", "comorbidity")
    assert said(obese) == {
        "code": ("recorded", ["obese"]),
        "role": ("recorded", "comorbidity"),
        "recorded": ("recorded", "2018-03-16"),
    }
    assert (obese.kind, obese.standing, obese.on) == ("condition", "refuted", None)
    assert (obese.reference, obese.place) == ("Observation/list", "file, entry 3, absent condition 1")
    assert seen.inspection.of("lost_reference") == {("Observation.related-condition",): 1}


@pytest.mark.parametrize("word", ["preliminary", "entered-in-error"])
def test_a_list_of_comorbidities_that_is_not_settled_says_nothing_of_them(word: str) -> None:
    more = [
        extension("related-condition", valueReference={"reference": "Condition/a"}),
        extension("related-condition-absent", valueCodeableConcept=concept("obese")),
    ]
    listed = observation("list", "list", meta=profile("comorbidities"), status=word, extension=more)
    events = read(condition(), listed).events
    assert [event.kind for event in events if event.standing == "refuted"] == []
    assert "role" not in events[0].fields


def test_stu3_is_told_by_a_status_that_is_a_word() -> None:
    seen = read(condition(clinicalStatus="active"), complete=frozenset({"condition"}))
    assert seen.events == []
    assert seen.problems == ["file, entry 2: the Condition is FHIR STU3 (clinicalStatus); export it as FHIR R4"]
    assert seen.patients[0].complete == frozenset()


def recurred(onset: str = "2025-10-06", **more: Any) -> dict[str, Any]:
    return condition("again", LEFT_BREAST_CANCER, clinicalStatus=status("recurrence"), onsetDateTime=onset, **more)


def test_the_onset_of_a_recurrence_is_open_where_the_cancer_has_no_record_of_its_own() -> None:
    event = read(recurred()).event
    field = event.fields["onset"]
    assert (field.state, field.value, event.on) == ("conflicting", None, None)
    assert field.said == "2025-10-06 (of the cancer or of its recurrence: the record does not say which)"


def test_the_onset_of_a_recurrence_is_its_own_where_the_cancer_stands_before_it() -> None:
    for first in (
        condition("first", "other", meta=profile("primary-cancer-condition"), onsetDateTime="2018"),
        condition("first", LEFT_BREAST_CANCER, clinicalStatus=status("remission"), onsetDateTime="2018"),
    ):
        event = read(first, recurred()).events[1]
        assert said(event)["onset"] == ("recorded", "2025-10-06")
        assert event.on is not None


@pytest.mark.parametrize(
    "first",
    [
        condition("first", LEFT_BREAST_CANCER, onsetDateTime="2026"),
        condition("first", LEFT_BREAST_CANCER, onsetDateTime="2025"),
        condition("first", LEFT_BREAST_CANCER),
        condition("first", "sore", onsetDateTime="2018"),
        condition("first", LEFT_BREAST_CANCER, onsetDateTime="2018", verificationStatus=status("provisional")),
        condition("first", LEFT_BREAST_CANCER, onsetDateTime="2018", bodySite=[concept(RIGHT)]),
    ],
)
def test_another_record_does_not_settle_the_onset_of_a_recurrence(first: dict[str, Any]) -> None:
    assert said(read(first, recurred()).events[1])["onset"] == ("conflicting", None)


def test_a_modifier_that_is_not_known_keeps_a_record_from_being_certain_or_refuted() -> None:
    for more in ({"modifierExtension": [{"url": "http://else.test/not"}]}, {"implicitRules": "http://else.test/rules"}):
        seen = read(condition(verificationStatus=status("refuted"), **more), condition("b", **more))
        assert [event.standing for event in seen.events] == ["uncertain", "uncertain"]
        assert seen.inspection.of("ignored") == {(f"Condition.{next(iter(more))}",): 2}


def test_an_element_that_is_not_read_is_counted_and_one_without_a_proper_name_not_repeated() -> None:
    seen = read(condition(stage=[], category=[], **{"Jane Doe": 1}))
    assert seen.inspection.of("ignored") == {
        ("Condition, an element without a proper name",): 1,
        ("Condition.stage",): 1,
    }


def test_a_condition_is_counted_where_it_has_neither_date_nor_side() -> None:
    inspection = Read(bundle(PATIENT, condition())).inspection
    assert inspection.of("without_date") == {("condition",): 1}
    assert inspection.of("without_side") == {("condition",): 1}
    assert inspection.of("event") == {("condition",): 1, ("patient",): 1}
