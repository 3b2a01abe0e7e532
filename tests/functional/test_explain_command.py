"""`screener explain`: one patient, looked at alone."""

from __future__ import annotations

from pathlib import Path

from command_line import SAMPLE, TRIAL, Ran, screen, screener, table


def explain(patient: str, *more: str) -> tuple[int, str, str]:
    ran = screener("explain", TRIAL, "--patients", SAMPLE, "--as-of", "2026-06-01", "--patient", patient, *more)
    return ran.code, ran.out, ran.err


def test_the_text_shows_the_registrys_words_the_evidence_and_the_verdict_last() -> None:
    code, out, _ = explain("P-004")
    words = " ".join(out.split())
    assert code == 0
    assert "“Previously treated with whole or partial breast irradiation.”" in words
    assert "the text does not say whether irradiation of the chest wall counts as breast irradiation" in words
    assert "a person must decide [interpretation open]" in words
    assert out.index("where to look it up") < out.index("I1") < out.rindex("needs information")


def test_the_json_is_the_patient_object_alone() -> None:
    import json

    code, out, _ = explain("P-004", "--format", "json")
    patient = json.loads(out)
    ranked = next(one for one in screen(SAMPLE).json["patients"] if one["patient_id"] == "P-004")
    assert code == 0
    assert {**ranked, "rank": None} == patient


ROWS = (
    "patient_id,who_performance_status,who_performance_status__on,birth_date,age,ecog",
    "A,1,2026-05-20,1960,66,0",
    "B,many,2026-05-20,1960,20,0",
    "C,1,20-05-2026,1960,,0",
    "A,2,2026-05-20,1960,,0",
)


def explained(folder: Path, patient: str) -> Ran:
    path = table(folder, *ROWS)
    return screener("explain", TRIAL, "--patients", path, "--as-of", "2026-06-01", "--patient", patient)


def test_only_the_problems_of_the_asked_patient_are_said(tmp_path: Path) -> None:
    asked = explained(tmp_path, "B")
    assert asked.code == 3
    assert "row 3, column who_performance_status: not a whole number; write digits alone" in asked.err
    assert "row 3, column age: differs from birth_date; birth_date is used" in asked.err
    assert "row 4" not in asked.err
    assert "row 5" not in asked.err


def test_a_row_that_repeats_the_patient_is_said_and_names_both_rows(tmp_path: Path) -> None:
    asked = explained(tmp_path, "A")
    assert asked.code == 3
    assert "row 5, column patient_id: repeats row 2; row 2 was used and row 5 was not" in asked.err
    assert "row 3" not in asked.err


def test_a_patient_without_a_problem_is_fine_whatever_the_others_have(tmp_path: Path) -> None:
    path = table(tmp_path, ROWS[0], ROWS[1], ROWS[3])
    ran = screener("explain", TRIAL, "--patients", path, "--as-of", "2026-06-01", "--patient", " A ")
    assert ran.code == 0
    assert "row 3" not in ran.err
    assert 'Column "ecog" is not a fact' in ran.err


def test_a_date_that_cannot_be_read_is_named_and_not_its_value(tmp_path: Path) -> None:
    asked = explained(tmp_path, "C")
    assert asked.code == 3
    assert "row 4, column who_performance_status__on" in " ".join(asked.out.split())
    assert "cannot be read" in asked.out
    assert "row 4, column who_performance_status__on: not a date; write the year first" in asked.err


def test_somebody_who_is_not_in_the_table_may_stand_in_a_row_that_could_not_be_used(tmp_path: Path) -> None:
    asked = explained(tmp_path, "D")
    assert asked.code == 2
    assert "What could not be used: row 5." in asked.err
    many = table(tmp_path, "patient_id,age", *["E,1"] * 15)
    ran = screener("explain", TRIAL, "--patients", many, "--patient", "D")
    assert (
        "What could not be used: row 3, row 4, row 5, row 6, row 7, row 8, row 9, row 10, row 11, row 12 and 4 more."
        in ran.err
    )


def test_a_patient_who_is_not_in_the_table_is_said_without_repeating_the_id() -> None:
    code, _, err = explain("Somebody Else")
    assert code == 2
    assert "no patient of that id" in err
    assert "Somebody" not in err
