"""How the shipped vocabulary reads facts of breast cancer off events, and where it leaves them to a person."""

from __future__ import annotations

from typing import Any

import pytest
from breast_records import (
    AXILLA,
    BREAST_CANCER,
    CHEST_WALL,
    EXCISION,
    ICD_10,
    LEFT_BREAST,
    LOCAL,
    LOINC,
    SCT,
    TOTAL,
    UNLISTED,
    UNSAID,
    WHOLE,
    course,
    primary,
    recurrence,
    shipped_deriver,
    shipped_rules,
    surgery,
    told,
)
from events import conflicting, event, quantity

from screener.criteria.derivation_prose import text
from screener.criteria.derivations import FromEvents, InValueSet, field_tests, wheres_of
from screener.criteria.library import LoadedRules
from screener.deriving import Deriver
from screener.facts.events import Event


@pytest.fixture
def loaded() -> LoadedRules:
    return shipped_rules()


@pytest.fixture
def deriver() -> Deriver:
    return shipped_deriver()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"value": quantity(2, "{score}")}, 2),
        ({"value_code": f"{LOINC}LA9624-3"}, 2),
        ({"value_code": f"{LOINC}LA9627-6"}, 5),
        ({"value": quantity(80, "{score}")}, "? unreadable"),
        ({}, "? uncertain"),
    ],
)
def test_the_performance_status_is_a_number_or_a_coded_answer(deriver: Deriver, said: Any, expected: object) -> None:
    ecog = event("observation", "2026-05-01", code=f"{LOINC}89247-1", **said)
    assert told(deriver, "who_performance_status", ecog) == expected


def test_karnofsky_is_shown_and_not_converted(deriver: Deriver) -> None:
    karnofsky = event("observation", "2026-05-01", code=f"{LOINC}89243-0", value=quantity(80, "{score}"))
    assert told(deriver, "karnofsky_performance_status", karnofsky) == 80
    assert told(deriver, "who_performance_status", karnofsky) is None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, "local"),
        ({"site": CHEST_WALL}, "local"),
        ({"code": LOCAL, "site": conflicting("two sites")}, "local"),
        ({"code": LOCAL, "laterality": "right"}, "? uncertain"),  # local to what, when the primary was on the left?
        ({"code": LOCAL, "laterality": conflicting("left, right")}, "? conflicting"),
        ({"site": AXILLA}, "regional"),
        ({"site": [LEFT_BREAST, AXILLA]}, "local_and_regional"),
        ({"site": AXILLA, "laterality": "right"}, "? uncertain"),
        ({"site": f"{SCT}245282001"}, "? uncertain"),  # internal mammary nodes
        ({"code": f"{ICD_10}C50.9", "site": AXILLA}, "regional"),
        ({"role": "metastasis"}, None),
    ],
)
def test_the_type_of_recurrence_is_told_by_its_code_or_its_site(deriver: Deriver, said: Any, expected: object) -> None:
    assert told(deriver, "recurrence_type", primary(), recurrence(**said)) == expected


def test_a_breast_cancer_without_a_role_may_be_a_recurrence_and_may_not(deriver: Deriver) -> None:
    cancer = event("condition", "2014-09-01", code=BREAST_CANCER, onset="2014-09-01", site=LEFT_BREAST)
    for name in ("recurrence_type", "recurrence_date", "primary_diagnosis_date", "primary_breast_sarcoma"):
        assert told(deriver, name, cancer) == "? uncertain"


def test_primaries_that_differ_are_a_conflict_and_a_person_says_which_is_meant(deriver: Deriver) -> None:
    both = primary(), primary("2020-01-01", laterality="right")
    assert told(deriver, "primary_diagnosis_date", *both) == "? conflicting"
    assert told(deriver, "primary_cancer.laterality", *both) == "? conflicting"
    assert told(deriver, "primary_breast_sarcoma", *both) is False


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, False),
        ({"histology": f"{SCT}39000009"}, True),
        ({"code": f"{SCT}278050001", "histology": f"{SCT}39000009"}, True),
        ({"histology": f"{SCT}87913009"}, "? unreadable"),  # malignant phyllodes tumour
        ({"code": f"{ICD_10}C50.9"}, False),
    ],
)
def test_sarcoma_is_told_by_histology_or_code_and_a_carcinoma_is_a_no(
    deriver: Deriver, said: Any, expected: object
) -> None:
    assert told(deriver, "primary_breast_sarcoma", primary(**said)) == expected


@pytest.mark.parametrize(
    ("courses", "expected"),
    [
        ([WHOLE], "whole_breast"),
        ([course(partial_site=LEFT_BREAST)], "partial_breast"),
        ([course(partial_site=LEFT_BREAST), WHOLE], "whole_breast"),
        ([course()], "? uncertain"),
        ([course(site=CHEST_WALL)], "chest_wall"),
        ([course(site=CHEST_WALL, laterality=conflicting("left, right"))], "? conflicting"),
        ([course(site=AXILLA)], "? uncertain"),
        ([course(entire_site=LEFT_BREAST, laterality="right")], "? uncertain"),
        ([course("2026-04-01", entire_site=LEFT_BREAST)], None),
        ([], None),
    ],
)
def test_earlier_irradiation_is_told_whole_or_partial_only_where_the_record_says_so(
    deriver: Deriver, courses: list[Event], expected: object
) -> None:
    assert told(deriver, "prior_breast_irradiation", primary(), recurrence(), *courses) == expected


def test_irradiation_of_the_other_side_is_not_none_even_in_complete_records(deriver: Deriver) -> None:
    other = course(entire_site=LEFT_BREAST, laterality="right")
    known = primary(), recurrence()
    assert told(deriver, "prior_breast_irradiation", *known, other, complete=["radiotherapy"]) == "? uncertain"
    assert told(deriver, "prior_breast_irradiation", *known, complete=["radiotherapy"]) == "none"


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([surgery("2014-10-01"), WHOLE], True),
        ([WHOLE], "? uncertain"),
        ([surgery("2014-12-31"), WHOLE], None),
        ([surgery("2014-10-01"), course(site=f"{SCT}119186007")], None),
        ([surgery("2014-10-01"), course("2026-04-01", entire_site=LEFT_BREAST)], "? uncertain"),
        ([surgery("2014-10-01"), course("2026-04-01", reason_role="recurrence")], None),
    ],
)
def test_the_primary_was_irradiated_postoperatively_where_a_surgery_of_it_went_before(
    deriver: Deriver, events: list[Event], expected: object
) -> None:
    assert told(deriver, "primary_irradiated_postoperatively", primary(), recurrence(), *events) == expected


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([surgery("2026-03-20", TOTAL)], "salvage_mastectomy"),
        ([surgery("2026-03-20", EXCISION)], "local_excision"),
        ([surgery("2026-03-20", EXCISION), surgery("2026-04-20", TOTAL)], "salvage_mastectomy"),
        ([surgery("2026-02-20", TOTAL, reason_role="recurrence")], "salvage_mastectomy"),
        ([surgery("2014-10-01", TOTAL)], "? uncertain"),  # before the recurrence, and what it was done for is not said
        ([surgery("2014-10-01", TOTAL, reason_role="primary")], None),
        ([surgery("2026-03-20", UNSAID)], "? unreadable"),
        ([surgery("2026-03-20", TOTAL, laterality="right")], None),
        ([surgery("2026-03-20", TOTAL, standing="uncertain")], "? uncertain"),
    ],
)
def test_the_surgery_of_the_recurrence_is_on_its_side_and_done_for_it_or_since_it(
    deriver: Deriver, events: list[Event], expected: object
) -> None:
    assert told(deriver, "recurrence_surgery", primary(), recurrence(), *events) == expected


def test_no_surgery_is_concluded_only_where_no_procedure_can_be_one(deriver: Deriver) -> None:
    known = primary(), recurrence(), surgery("2014-10-01", reason_role="primary")
    assert told(deriver, "recurrence_surgery", *known, complete=["procedure"]) == "none"
    unlisted = surgery("2026-03-20", UNLISTED)
    assert told(deriver, "recurrence_surgery", *known, unlisted, complete=["procedure"]) == "? unreadable"
    assert told(deriver, "recurrence_surgery", *known, unlisted) is None


def test_conserving_therapy_is_told_by_conserving_surgery_and_a_mastectomy_does_not_deny_it(deriver: Deriver) -> None:
    name = "previous_breast_conserving_therapy"
    assert told(deriver, name, primary(), recurrence(), surgery("2014-10-01")) is True
    assert told(deriver, name, primary(), surgery("2014-10-01", reason_role="primary")) is True
    assert told(deriver, name, primary(), recurrence(), surgery("2014-10-01", TOTAL)) is None
    assert told(deriver, name, primary(), recurrence(), surgery("2026-04-01", reason_role="recurrence")) is None


def test_receptors_of_before_the_recurrence_are_not_its_receptors(deriver: Deriver) -> None:
    result = {"code": f"{LOINC}85337-4", "value_code": f"{LOINC}LA6576-8"}
    early, late = event("observation", "2014-09-01", **result), event("observation", "2026-03-01", **result)
    assert told(deriver, "er_status", primary(), recurrence(), early) is None
    assert told(deriver, "er_status", primary(), recurrence(), early, late) == "positive"
    assert told(deriver, "estrogen_receptor", early) == "positive"


def test_a_joint_test_of_two_receptors_answers_neither(deriver: Deriver) -> None:
    joint = event("observation", "2014-09-01", code=f"{LOINC}10480-2", value_code=f"{LOINC}LA6576-8")
    assert told(deriver, "estrogen_receptor", joint) is None
    assert told(deriver, "progesterone_receptor", joint) is None


def test_an_order_is_not_a_medicine_that_was_given(deriver: Deriver) -> None:
    paclitaxel = "http://www.nlm.nih.gov/research/umls/rxnorm|56946"
    order = event("medication", "2018-04-12", code=paclitaxel, act="request")
    given = event("medication", "2018-04-22", code=paclitaxel, act="administration", start="2018-04-22")
    assert told(deriver, "systemic_therapy", order) == "? uncertain"
    assert told(deriver, "systemic_therapy", order, given) is True


def test_a_recorded_language_is_shown_and_answers_nothing(deriver: Deriver) -> None:
    speaks = event("patient", languages=["urn:ietf:bcp:47|nl-NL"])
    assert told(deriver, "dutch_recorded", speaks) is True
    assert told(deriver, "dutch_recorded", event("patient", languages=["urn:ietf:bcp:47|en-US"])) is None
    assert told(deriver, "dutch_communication", speaks) is None


def test_every_value_set_is_used_and_every_used_one_is_shipped(loaded: LoadedRules) -> None:
    derivations = [one for one in loaded.derivations.facts.values() if isinstance(one, FromEvents)]
    tests = [
        test for one in derivations for where in wheres_of(one) for leaf in field_tests(where) for test in leaf.tests
    ]
    assert {test.value_set for test in tests if isinstance(test, InValueSet)} == set(loaded.derivations.value_sets)


def test_the_sentences_say_of_which_systems_a_list_is_not_finished(loaded: LoadedRules) -> None:
    words = " ".join(text(loaded).split())
    snomed, procedures = "http://snomed.info/sct", "http://www.cms.gov/Medicare/Coding/ICD10"
    assert f'"pet ct": 2 codes, of {snomed}; more of {snomed} belong than are listed' in words
    assert f'"mastectomy": 45 codes, of {snomed} and {procedures} "' in words
