"""What the rows of OMOP tables mean, column by column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from omop_tables import HERE, condition, measurement, only_event, person, read, tables, write_database

from screener.dates import PartialDate, exactly, parse_date
from screener.facts.events import Code, EventField, EventKind


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({}, "1970"),
        ({"month_of_birth": 3}, "1970-03"),
        ({"month_of_birth": 3, "day_of_birth": 5}, "1970-03-05"),
        ({"day_of_birth": 5}, "1970"),
        ({"birth_datetime": "1970-03-05 10:00:00"}, "1970-03-05"),
        ({"month_of_birth": 3, "birth_datetime": "1970-03-05 10:00:00"}, "1970-03-05"),
        ({"year_of_birth": None, "birth_datetime": "1970-03-05 10:00:00"}, "1970-03-05"),
    ],
)
def test_a_birth_date_is_as_exact_as_it_is_recorded(tmp_path: Path, parts: dict[str, Any], expected: str) -> None:
    assert only_event(tmp_path, "patient", person=[person(**parts)]).fields["birth_date"].value == parse_date(expected)


@pytest.mark.parametrize(
    "parts", [{"month_of_birth": 13}, {"month_of_birth": 2, "day_of_birth": 30}, {"year_of_birth": 0}]
)
def test_a_birth_date_that_no_calendar_has_is_unreadable(tmp_path: Path, parts: dict[str, Any]) -> None:
    assert only_event(tmp_path, "patient", person=[person(**parts)]).fields["birth_date"].state == "unreadable"


def test_a_birth_date_in_words_is_unreadable(tmp_path: Path) -> None:
    types = {"month_of_birth": "varchar"}
    event = only_event(tmp_path, "patient", types, person=[person(month_of_birth="March")])
    assert event.fields["birth_date"].state == "unreadable"


def test_a_time_of_birth_in_another_month_is_conflicting_with_both_shown(tmp_path: Path) -> None:
    event = only_event(tmp_path, "patient", person=[person(month_of_birth=3, birth_datetime="1970-01-01 00:00:00")])
    both = "1970-03 (year of birth), 1970-01-01 (time of birth)"
    assert event.fields["birth_date"] == EventField(None, both, "conflicting")


def test_a_time_of_birth_that_is_none_leaves_the_year(tmp_path: Path) -> None:
    event = only_event(tmp_path, "patient", {"birth_datetime": "varchar"}, person=[person(birth_datetime="at night")])
    assert event.fields["birth_date"].value == parse_date("1970")


def test_a_person_without_year_of_birth_has_no_birth_date(tmp_path: Path) -> None:
    assert "birth_date" not in only_event(tmp_path, "patient", person=[person(year_of_birth=None)]).fields


@pytest.mark.parametrize(("concept", "sex"), [(8507, "male"), (8532, "female"), (0, None), (8521, None), (None, None)])
def test_only_the_two_concepts_of_the_model_tell_a_sex(tmp_path: Path, concept: int | None, sex: str | None) -> None:
    told = only_event(tmp_path, "patient", person=[person(gender_concept_id=concept)]).fields.get("sex")
    assert (told and told.value) == sex


def test_who_has_no_row_in_the_table_of_deaths_is_not_known_to_live(tmp_path: Path) -> None:
    living = only_event(tmp_path, "patient", death=[{"person_id": 2, "death_date": "2020-01-01"}])
    assert living.fields.keys() == {"birth_date", "sex"}


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        ({}, "certain"),
        ({"condition_status_concept_id": 32}, "certain"),
        ({"condition_status_concept_id": 31}, "certain"),
        ({"condition_status_concept_id": 0}, "certain"),
        ({"condition_status_concept_id": 30}, "uncertain"),
        ({"condition_status_concept_id": 33}, "uncertain"),
        ({"condition_status_concept_id": 0, "condition_status_source_value": "ruled out"}, "uncertain"),
        ({"condition_status_concept_id": 32, "condition_status_source_value": "sure"}, "certain"),
    ],
)
def test_a_diagnosis_that_its_status_does_not_assert_is_never_certain(
    tmp_path: Path, status: dict[str, Any], standing: str
) -> None:
    made = condition(**status)
    event = only_event(tmp_path, "condition", condition_occurrence=[made])
    assert event.standing == standing


def test_a_resolved_condition_says_so(tmp_path: Path) -> None:
    event = only_event(tmp_path, "condition", condition_occurrence=[condition(condition_status_concept_id=31)])
    assert (event.fields["clinical_status"].value, event.status) == ("resolved", "Resolved condition")


def test_standard_and_source_concepts_are_both_codes(tmp_path: Path) -> None:
    both = condition(condition_source_concept_id=2, condition_source_value="S00")
    code = only_event(tmp_path, "condition", condition_occurrence=[both]).fields["code"]
    old = Code("http://hl7.org/fhir/sid/icd-10-cm", "S00", "sore wrist (old code)")
    assert code == EventField((Code(HERE, "sore", "sore wrist"), old), "sore wrist")


def test_a_source_concept_that_is_the_standard_one_is_one_code(tmp_path: Path) -> None:
    made = condition(condition_source_concept_id=1, condition_source_value="sore")
    code = only_event(tmp_path, "condition", condition_occurrence=[made]).fields["code"]
    assert code == EventField((Code(HERE, "sore", "sore wrist"),), "sore wrist")


@pytest.mark.parametrize("source", [{}, {"condition_source_concept_id": 0}, {"condition_source_concept_id": 999}])
def test_a_source_value_without_a_concept_is_a_code_of_no_known_system(tmp_path: Path, source: dict[str, Any]) -> None:
    made = condition(condition_concept_id=0, condition_source_value="sore", **source)
    code = only_event(tmp_path, "condition", condition_occurrence=[made]).fields["code"]
    assert code == EventField((Code("", "sore"),), "sore")


def test_concepts_that_are_none_or_not_in_the_table_are_counted(tmp_path: Path) -> None:
    rows = [
        condition(1, condition_concept_id=0, condition_source_concept_id=1),
        condition(2, condition_source_concept_id=999),
        condition(3, condition_source_concept_id=-7),
    ]
    _, source = read(write_database(tmp_path / "one.duckdb", tables(condition_occurrence=rows)))
    own = "condition_occurrence.condition_source_concept_id"
    assert source.inspection.of("lost_reference") == {(own,): 2}
    assert source.inspection.of("unreadable") == {("condition_occurrence.condition_concept_id", "no concept (0)"): 1}


def test_a_row_that_does_not_say_what_it_is_about_is_rejected_and_its_kind_is_not_complete(tmp_path: Path) -> None:
    rows = [condition(7, condition_concept_id=0)]
    path = write_database(tmp_path / "one.duckdb", tables(condition_occurrence=rows, person=[person(), person(2)]))
    (first, second), source = read(path, frozenset({"condition"}))
    assert [event.kind for event in first.events] == ["patient"]
    assert (first.complete, second.complete) == (frozenset(), frozenset({"condition"}))
    assert source.inspection.not_complete == {"condition": 1}
    place = f"{path}: main.condition_occurrence, row 7"
    hint = "give the row one of the two"
    assert [str(one) for one in source.rejected] == [
        f"{place}: neither a concept nor a source value says what it is; {hint}"
    ]


@pytest.mark.parametrize(
    ("table", "row", "kind"),
    [
        (
            "procedure_occurrence",
            {"procedure_occurrence_id": 1, "procedure_concept_id": 0, "procedure_date": None},
            "procedure",
        ),
        (
            "drug_exposure",
            {"drug_exposure_id": 1, "drug_concept_id": 0, "drug_exposure_start_date": None},
            "medication",
        ),
        ("measurement", {"measurement_id": 1, "measurement_concept_id": 0, "measurement_date": None}, "observation"),
        ("observation", {"observation_id": 1, "observation_concept_id": 0, "observation_date": None}, "observation"),
    ],
)
def test_every_table_rejects_what_says_nothing(
    tmp_path: Path, table: str, row: dict[str, Any], kind: EventKind
) -> None:
    path = write_database(tmp_path / "one.duckdb", tables(**{table: [{"person_id": 1, **row}]}))
    (patient,), source = read(path, frozenset({kind}))
    assert (len(source.rejected), patient.complete) == (1, frozenset())


def test_a_visit_without_any_concept_is_still_a_visit(tmp_path: Path) -> None:
    visit = {"visit_occurrence_id": 1, "person_id": 1, "visit_concept_id": 0, "visit_start_date": "2026-05-01"}
    event = only_event(tmp_path, "encounter", visit_occurrence=[visit])
    assert event.fields.keys() == {"start"}


@pytest.mark.parametrize(
    ("kind", "act", "standing", "dated"),
    [(40, "administration", "certain", True), (41, "request", "uncertain", False), (42, None, "certain", True)],
)
def test_what_was_prescribed_may_not_have_been_taken(
    tmp_path: Path, kind: int, act: str | None, standing: str, dated: bool
) -> None:
    drug = {
        "drug_exposure_id": 1,
        "person_id": 1,
        "drug_concept_id": 4,
        "drug_exposure_start_date": "2019-06-01",
        "drug_exposure_end_date": "2019-07-01",
        "drug_type_concept_id": kind,
    }
    event = only_event(tmp_path, "medication", drug_exposure=[drug])
    told = event.fields.get("act")
    assert ((told and told.value), event.standing, "start" in event.fields) == (act, standing, dated)
    assert event.on == parse_date("2019-06-01")
    assert "end" not in event.fields, "the model lets this end be inferred, so it is none"


def _side(number: int, value: int, *, of: int = 1, field: int = 1147127) -> dict[str, Any]:
    return measurement(number, value_as_concept_id=value, measurement_event_id=of, meas_event_field_concept_id=field)


def test_a_linked_row_tells_the_side_of_a_condition_and_of_a_procedure(tmp_path: Path) -> None:
    plate = {"procedure_occurrence_id": 1, "person_id": 1, "procedure_concept_id": 3, "procedure_date": "2026-05-01"}
    made = tables(
        condition_occurrence=[condition(1), condition(2)],
        procedure_occurrence=[plate],
        measurement=[_side(1, 11), _side(2, 12, field=51), _side(3, 7, of=2)],
    )
    (patient,) = read(write_database(tmp_path / "one.duckdb", made))[0]
    sides = {event.reference: event.fields.get("laterality") for event in patient.events if event.kind != "observation"}
    assert sides == {
        "person/1": None,
        "condition_occurrence/1": EventField("left", "left (linked row)"),
        "condition_occurrence/2": None,
        "procedure_occurrence/1": EventField("right", "right (linked row)"),
    }


def test_linked_rows_that_disagree_are_conflicting_with_both_shown(tmp_path: Path) -> None:
    made = {"condition_occurrence": [condition()], "measurement": [_side(1, 11), _side(2, 12)]}
    side = only_event(tmp_path, "condition", **made).fields["laterality"]
    assert side == EventField(None, "right (linked row), left (linked row)", "conflicting")


def _episodes(*concepts: int) -> dict[str, Any]:
    return {
        "episode": [
            {"episode_id": number, "person_id": 1, "episode_concept_id": concept}
            for number, concept in enumerate(concepts)
        ],
        "episode_event": [
            {"episode_id": number, "event_id": 1, "episode_event_field_concept_id": 1147127}
            for number in range(len(concepts))
        ],
    }


@pytest.mark.parametrize(
    ("concepts", "role"),
    [
        ((32528,), EventField("primary", "primary (episode Disease First Occurrence)")),
        ((54,), None),
        (
            (32528, 53),
            EventField(
                None,
                "recurrence (episode Disease Recurrence), primary (episode Disease First Occurrence)",
                "conflicting",
            ),
        ),
    ],
)
def test_an_episode_tells_the_role_of_its_conditions(
    tmp_path: Path, concepts: tuple[int, ...], role: EventField | None
) -> None:
    event = only_event(tmp_path, "condition", condition_occurrence=[condition()], **_episodes(*concepts))
    told = event.fields.get("role")
    assert (told and (told.value, told.state)) == (role and (role.value, role.state))
    assert (set(told.said.split(", ")) if told else None) == (set(role.said.split(", ")) if role else None)


def test_the_onset_of_a_recurrence_alone_may_be_that_of_the_cancer(tmp_path: Path) -> None:
    alone = only_event(tmp_path, "condition", condition_occurrence=[condition()], **_episodes(53))
    assert (alone.fields["role"].value, alone.fields["onset"].state) == ("recurrence", "conflicting")


def test_an_event_names_its_row_and_its_table(tmp_path: Path) -> None:
    event = only_event(tmp_path, "condition", condition_occurrence=[condition(42)])
    assert (event.reference, event.place) == (
        "condition_occurrence/42",
        f"{tmp_path / 'one.duckdb'}: main.condition_occurrence",
    )
    day = event.fields["onset"].value
    assert isinstance(day, PartialDate)
    assert day == exactly(day.first)
