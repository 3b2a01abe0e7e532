"""What a fact table means, cell by cell: the settled details of the language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from screener.dates import parse_date
from screener.facts.definitions import FactDefinition, Vocabulary
from screener.facts.table import Rejection, open_fact_table
from screener.facts.values import FactValue, PatientRecord

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = date(2026, 6, 1)
VOCABULARY = Vocabulary.of(
    FactDefinition("healed", "healed", "yes_no", "record", "Healed?"),
    FactDefinition("surgery", "surgery", "choice", "record", "Which?", options=("same_side", "none")),
    FactDefinition("grade", "grade", "integer", "record", "Grade?", low=0, high=5),
    FactDefinition("platelets", "platelets", "number", "record", "Platelets?", unit="x10^9/L", low=0),
    FactDefinition("weight", "weight", "number", "record", "Weight?"),
    FactDefinition("height", "height", "integer", "record", "Height?", high=3),
    FactDefinition("bones", "bones", "set", "record", "Which?", options=("none", "ulna")),
    FactDefinition("fracture", "fracture", "date", "record", "When?"),
    FactDefinition("sites", "sites", "set", "record", "Where?", options=("neck_nodes", "lung")),
)


NOT_YET = "nothing is known of a day to come: correct the date, or give the screening date with --as-of"


def read(path: Path, *lines: str) -> tuple[list[PatientRecord], list[Rejection], list[tuple[str, str]]]:
    source = path / "patients.csv"
    source.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    with open_fact_table(source, VOCABULARY, as_of=AS_OF) as table:
        return list(table), table.rejected, table.unknown_columns


def only(path: Path, *lines: str) -> tuple[dict[str, FactValue], list[Rejection]]:
    (patient,), rejected, _ = read(path, *lines)
    return dict(patient.facts), rejected


def test_every_type_of_fact_is_read_with_its_date_and_source(tmp_path: Path) -> None:
    facts, rejected = only(
        tmp_path,
        "patient_id,healed,healed__on,healed__source,surgery,grade,platelets,fracture,sites",
        "P-1, Yes ,2026-05-20,letter of 20 May,Same Side,2.0,99.5,2025-10,Neck nodes; lung",
    )
    assert not rejected
    assert facts == {
        "healed": FactValue("healed", True, parse_date("2026-05-20"), "letter of 20 May"),
        "surgery": FactValue("surgery", "same_side", None, "row 2"),
        "grade": FactValue("grade", 2, None, "row 2"),
        "platelets": FactValue("platelets", Decimal("99.5"), None, "row 2"),
        "fracture": FactValue("fracture", parse_date("2025-10"), None, "row 2"),
        "sites": FactValue("sites", frozenset({"neck_nodes", "lung"}), None, "row 2"),
    }


def test_an_empty_or_blank_cell_is_no_fact_even_with_a_date(tmp_path: Path) -> None:
    facts, rejected = only(tmp_path, "patient_id,healed,healed__on,grade", "P-1,,not a date at all,  ")
    assert facts == {}
    assert rejected == []


def test_none_is_the_empty_set_but_an_option_of_a_choice_that_lists_it(tmp_path: Path) -> None:
    facts, _ = only(tmp_path, "patient_id,sites,surgery", "P-1,none,none")
    assert (facts["sites"].value, facts["surgery"].value) == (frozenset(), "none")


def test_a_blank_source_means_the_row(tmp_path: Path) -> None:
    facts, _ = only(tmp_path, "patient_id,healed,healed__source", "P-1,yes,  ")
    assert facts["healed"].source == "row 2"


@pytest.mark.parametrize(
    ("column", "cell", "problem"),
    [
        ("healed", "maybe", "not yes or no"),
        ("surgery", "other side", "not a listed option"),
        ("grade", "2.5", "not a whole number"),
        ("grade", "6", "outside the range"),
        ("platelets", "99 G/L", "not a number"),
        ("platelets", "1,5", "not a number"),
        ("fracture", "03/04/2025", "not a date"),
        ("sites", "lung;;neck_nodes", "not a list of options"),
    ],
)
def test_a_cell_that_cannot_be_read_is_listed_by_row_and_column_and_stops_nothing_else(
    tmp_path: Path, column: str, cell: str, problem: str
) -> None:
    facts, rejected = only(tmp_path, f"patient_id,{column},age", f'P-1,"{cell}",50')
    assert facts[column] == FactValue(column, None, None, f"row 2, column {column}", "unreadable")
    assert facts["age"].value == 50
    assert rejected == [Rejection(2, column, problem)]
    assert cell not in str(rejected)


@pytest.mark.parametrize(
    ("column", "cell", "hint"),
    [
        ("healed", "maybe", "write yes or no"),
        ("surgery", "other side", "write one of: same_side, none"),
        ("grade", "6", "write digits alone: a whole number, 0 to 5"),
        ("age", "old", "write digits alone: a whole number, 0 to 130, in years"),
        ("platelets", "1,5", "write digits alone: a number with a decimal point, at least 0, in x10^9/L"),
        ("weight", "heavy", "write digits alone: a number with a decimal point"),
        ("height", "low", "write digits alone: a whole number, at most 3"),
        ("fracture", "6 October", "write the year first, as 2026-03-04, or as much as is known: 2026-03, 2026"),
        ("healed__on", "May", "write the year first, as 2026-03-04, or as much as is known: 2026-03, 2026"),
        ("sites", "skin", "write any of these with ; between them, or none: neck_nodes, lung"),
        ("bones", "toe", "write any of these with ; between them: none, ulna"),
        ("healed__on", "2030-01-01", NOT_YET),
        ("birth_date", "2030", NOT_YET),
        ("birth_date", "1726", "correct the year: nobody is older than 130"),
        ("patient_id", " ", "give the patient an id; the row was not used"),
    ],
)  # fmt: skip
def test_every_cell_that_cannot_be_read_says_what_to_write_instead(
    tmp_path: Path, column: str, cell: str, hint: str
) -> None:
    cells = {"patient_id": "P-1", "healed": "yes", column: cell}
    _, (rejected,), _ = read(tmp_path, ",".join(cells), ",".join(f'"{each}"' for each in cells.values()))
    assert (rejected.column, rejected.hint) == (column, hint)
    assert cell.strip() not in rejected.hint or not cell.strip()


def test_a_cell_that_cannot_be_read_is_listed_in_every_row_that_holds_it(tmp_path: Path) -> None:
    patients, rejected, _ = read(tmp_path, "patient_id,healed", "P-1,maybe", "P-2,maybe")
    assert [patient.facts["healed"].state for patient in patients] == ["unreadable", "unreadable"]
    assert [each.row for each in rejected] == [2, 3]


@pytest.mark.parametrize(
    ("on", "problem"),
    [
        ("yesterday", "not a date"),
        ("2025-02-30", "not a date"),
        ("2026-06-02", "after the screening date"),
        ("2026-07", "after the screening date"),
    ],
)
def test_a_date_that_cannot_be_makes_its_fact_unreadable(tmp_path: Path, on: str, problem: str) -> None:
    facts, rejected = only(tmp_path, "patient_id,healed,healed__on", f"P-1,yes,{on}")
    assert facts["healed"] == FactValue("healed", None, None, "row 2, column healed__on", "unreadable")
    assert rejected == [Rejection(2, "healed__on", problem)]


def test_what_cannot_be_read_names_the_cell_to_look_at_and_then_its_source(tmp_path: Path) -> None:
    heading = "patient_id,healed,healed__on,healed__source,grade,grade__on,surgery,surgery__on"
    facts, _ = only(tmp_path, heading, "P-1,yes,May,letter of May,9,2026-01-01,other,May")
    assert facts["healed"].source == "row 2, column healed__on; letter of May"
    assert facts["grade"] == FactValue("grade", None, parse_date("2026-01-01"), "row 2, column grade", "unreadable")
    assert facts["surgery"].source == "row 2, column surgery and surgery__on"


@pytest.mark.parametrize("on", ["2026-06-01", "2026-06", "2026"])
def test_a_date_that_can_lie_before_the_screening_date_is_kept(tmp_path: Path, on: str) -> None:
    facts, rejected = only(tmp_path, "patient_id,healed,healed__on", f"P-1,yes, {on} ")
    assert facts["healed"].on == parse_date(on)
    assert rejected == []


@pytest.mark.parametrize(
    ("birth", "problem"),
    [
        ("2026-06-02", "after the screening date"),
        ("2027", "after the screening date"),
        ("1895-06-01", "outside the range"),
        ("1894", "outside the range"),
    ],
)
def test_a_birth_date_that_cannot_be_is_unreadable(tmp_path: Path, birth: str, problem: str) -> None:
    facts, rejected = only(tmp_path, "patient_id,birth_date", f"P-1,{birth}")
    assert facts["birth_date"].state == "unreadable"
    assert rejected == [Rejection(2, "birth_date", problem)]


@pytest.mark.parametrize("birth", ["2026-06-01", "2026", "1895-06-02", "1895"])
def test_a_birth_date_that_can_just_be_is_read(tmp_path: Path, birth: str) -> None:
    facts, rejected = only(tmp_path, "patient_id,birth_date,birth_date__on", f"P-1,{birth},2026-01-01")
    assert facts["birth_date"].value == parse_date(birth)
    assert facts["birth_date"].on == parse_date("2026-01-01")
    assert rejected == []


def test_a_blank_patient_id_is_rejected(tmp_path: Path) -> None:
    patients, rejected, _ = read(tmp_path, "patient_id,healed", "  ,yes", "P-2,no")
    assert [patient.patient_id for patient in patients] == ["P-2"]
    assert rejected == [Rejection(2, "patient_id", "blank")]


def test_a_repeated_patient_id_is_rejected_and_names_the_earlier_row(tmp_path: Path) -> None:
    patients, rejected, _ = read(tmp_path, "patient_id,healed", "P-1,yes", "P-2,yes", "P-3,no", " P-2 ,no", "P-2,no")
    assert [patient.patient_id for patient in patients] == ["P-1", "P-2", "P-3"]
    assert rejected == [Rejection(5, "patient_id", "repeats row 3"), Rejection(6, "patient_id", "repeats row 3")]
    assert rejected[0].hint == "row 3 was used and row 5 was not: keep the right one, one row a patient"


def test_the_problems_of_one_patient_are_the_cells_of_the_row_and_the_rows_that_repeat_it(tmp_path: Path) -> None:
    source = tmp_path / "patients.csv"
    source.write_text("patient_id,healed\nP-1,maybe\nP-2,often\nP-1,yes\nP-2,yes\n,yes\nP-3,no\n")
    with open_fact_table(source, VOCABULARY, as_of=AS_OF) as table:
        first, _, third = table
    assert table.problems_of(first) == [
        Rejection(2, "healed", "not yes or no"), Rejection(4, "patient_id", "repeats row 2"),
    ]  # fmt: skip
    assert table.problems_of(third) == []


@pytest.mark.parametrize(
    ("birth", "age", "on", "differs"),
    [
        ("1960-06-01", "66", "", False),
        ("1960-06-02", "66", "", True),
        ("1960-06-02", "65", "", False),
        ("1960", "65", "", False),
        ("1960", "64", "", True),
        ("1960-06-01", "30", "1990-06-01", False),
        ("1960-06-01", "30", "1990-05-31", True),
        ("1960-06-01", "29", "1990", False),
        ("1960-06-01", "31", "1990", True),
        ("1960-06-01", "old", "", False),
        ("no date", "66", "", False),
    ],
)
def test_an_age_that_the_birth_date_does_not_allow_is_told_and_the_birth_date_counts(
    tmp_path: Path, birth: str, age: str, on: str, differs: bool
) -> None:
    facts, rejected = only(tmp_path, "patient_id,birth_date,age,age__on", f"P-1,{birth},{age},{on}")
    told = Rejection(2, "age", "differs from birth_date")
    assert (told in rejected) is differs
    if differs:
        assert [one.hint for one in rejected] == ["birth_date is used; correct the one that is wrong"]
        assert (facts["birth_date"].state, facts["age"].state) == ("recorded", "recorded")


@pytest.mark.parametrize(
    ("age", "on", "state"),
    [
        ("90", "1986-06-01", "recorded"),
        ("91", "1985-06-01", "unreadable"),
        ("90", "1985", "recorded"),
        ("90", "1984", "unreadable"),
        ("0", "1895-06-01", "unreadable"),
        ("130", "", "recorded"),
    ],
)
def test_an_age_recorded_so_long_ago_that_nobody_lives_so_long_is_unreadable(
    tmp_path: Path, age: str, on: str, state: str
) -> None:
    facts, rejected = only(
        tmp_path,
        "patient_id,age,age__on",
        f"P-1,{age},{on}",
    )
    assert facts["age"].state == state
    assert rejected == ([Rejection(2, "age", "outside the range")] if state == "unreadable" else [])
    if rejected:
        assert facts["age"].value is None
        assert facts["age"].source == "row 2, column age"
        assert "by the screening date it would be over 130" in rejected[0].hint


def test_patient_ids_that_differ_in_case_are_two_patients(tmp_path: Path) -> None:
    patients, rejected, _ = read(tmp_path, "patient_id", "p-1", "P-1")
    assert len(patients) == 2
    assert rejected == []


def test_headings_match_regardless_of_case_and_outer_spaces(tmp_path: Path) -> None:
    patients, _, unknown = read(tmp_path, " Patient_ID ,HEALED, Healed__On", "P-1,yes,2026-01-01")
    assert patients[0].facts["healed"].on == parse_date("2026-01-01")
    assert unknown == []


def test_an_unknown_heading_is_named_with_what_was_probably_meant(tmp_path: Path) -> None:
    patients, rejected, unknown = read(tmp_path, "patient_id, plateletts ,platlets__on,healed,", "P-1,1,2,yes,")
    assert unknown == [
        ("plateletts", 'did you mean "platelets"?'),
        ("platlets__on", 'did you mean "platelets__on"?'),
        ("", "column 5 has no heading"),
    ]
    assert patients[0].facts["healed"].value is True
    assert rejected == []


def test_a_date_column_without_its_fact_is_named(tmp_path: Path) -> None:
    _, _, unknown = read(tmp_path, "patient_id,healed__on,grade__source", "P-1,2026-01-01,letter")
    assert unknown == [
        ("healed__on", 'there is no column "healed" beside it'),
        ("grade__source", 'there is no column "grade" beside it'),
    ]


def test_the_patient_id_has_no_date_and_no_source(tmp_path: Path) -> None:
    _, _, unknown = read(tmp_path, "patient_id,patient_id__on", "P-1,2026-01-01")
    assert [heading for heading, _ in unknown] == ["patient_id__on"]
