"""What `screener screen` says of input it cannot use, in part or at all: a sentence, the place, and what to do next."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from command_line import SAMPLE, TRIAL, screen, screener, table


def test_rejected_cells_are_named_by_row_and_column_and_stop_nothing(tmp_path: Path) -> None:
    secret = "Zwaansdijk-1960"
    path = table(
        tmp_path,
        "patient_id,birth_date,who_performance_status,metastasis_count",
        f"A,{secret},1,0",
        "B,1960-02-30,7,0",
        "B,1961,1,0",
        ",1961,1,0",
        "C,1961,1,0",
    )
    ran = screen(path)
    assert ran.code == 3
    assert [(one["row"], one["column"]) for one in ran.json["rejected"]] == [
        (2, "birth_date"), (3, "birth_date"), (3, "who_performance_status"), (4, "patient_id"), (5, "patient_id"),
    ]  # fmt: skip
    assert {one["patient_id"] for one in ran.json["patients"]} == {"A", "B", "C"}
    assert secret not in ran.out + ran.err
    unreadable = next(one for one in ran.json["patients"] if one["patient_id"] == "B")["criteria"][0]
    assert (unreadable["result"], unreadable["causes"]) == ("unknown", ["unreadable"])
    assert unreadable["facts"][0]["state"] == "unreadable"


def test_a_misspelt_heading_is_named_with_a_suggestion(tmp_path: Path) -> None:
    ran = screen(table(tmp_path, "patient_id,who_performance_satus", "A,1"))
    assert ran.code == 0
    assert 'Column "who_performance_satus" is not a fact' in ran.err
    assert 'did you mean "who_performance_status"?' in ran.err


def test_a_report_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    ran = screen(SAMPLE, "--out", tmp_path / "missing" / "result.csv", form="csv")
    assert ran.code == 2
    assert "cannot be written" in ran.err


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("nothing.csv", None, "There is no file"),
        ("empty.csv", b"", "is empty"),
        ("binary.csv", bytes(range(256)) * 40, "is not"),
        ("utf16.csv", "patient_id\nA\n".encode("utf-16"), "UTF-16"),
        ("latin.csv", "patient_id\nJosé\n".encode("latin-1"), "not UTF-8"),
        ("no-id.csv", b"name\nA\n", "no column patient_id"),
    ],
)
def test_a_table_that_cannot_be_used_is_one_sentence(
    tmp_path: Path, name: str, content: bytes | None, says: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    ran = screen(path)
    assert ran.code == 2
    assert ran.out == ""
    assert says in ran.err


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    assert screen(tmp_path).code == 2


def test_rules_with_errors_do_not_run_and_the_findings_are_shown(tmp_path: Path) -> None:
    folder = tmp_path / TRIAL
    folder.mkdir()
    source = SAMPLE.parents[1] / "criteria" / TRIAL
    rules = (source / "criteria.yaml").read_text().replace("at_most: 2}", "at_mots: 2}")
    (folder / "criteria.yaml").write_text(rules)
    (folder / "registry.json").write_bytes((source / "registry.json").read_bytes())
    ran = screener("screen", folder, "--patients", SAMPLE)
    assert ran.code == 2
    assert 'did you mean "at_most"?' in ran.err
    assert "may not run" in ran.err


def test_an_unknown_trial_is_told_which_there_are() -> None:
    ran = screener("screen", "NCT99999999", "--patients", SAMPLE)
    assert ran.code == 2
    assert "NCT06452485" in ran.err


def test_every_rejected_cell_says_what_to_write_and_the_json_keeps_its_three_keys(tmp_path: Path) -> None:
    path = table(tmp_path, "patient_id,birth_date,dutch_communication", "A,6 October 1960,maybe", "A,1960,yes")
    ran = screen(path)
    assert ran.json["rejected"] == [
        {"row": 2, "column": "birth_date", "problem": "not a date"},
        {"row": 2, "column": "dutch_communication", "problem": "not yes or no"},
        {"row": 3, "column": "patient_id", "problem": "repeats row 2"},
    ]
    for said in (
        "row 2, column birth_date: not a date; write the year first, as 2026-03-04",
        "row 2, column dutch_communication: not yes or no; write yes or no",
        "row 3, column patient_id: repeats row 2; row 2 was used and row 3 was not: keep the right one",
    ):
        assert said in ran.err


def test_an_age_that_contradicts_the_birth_date_is_said_and_the_birth_date_decides(tmp_path: Path) -> None:
    ran = screen(table(tmp_path, "patient_id,birth_date,age", "A,1960-01-01,12"))
    assert ran.code == 3
    assert ran.json["rejected"] == [{"row": 2, "column": "age", "problem": "differs from birth_date"}]
    assert ran.json["patients"][0]["criteria"][1]["reason"] == "age is 66 (born 1960-01-01); at least 18"


def test_thousands_of_unknown_columns_are_counted_and_listed_in_the_report(tmp_path: Path) -> None:
    names = [f"c{number}" for number in range(5_000)]
    path = table(tmp_path, ",".join(["patient_id", *names]), ",".join(["A", *["1"] * 5_000]))
    ran = screen(path, "--report", tmp_path / "report.html")
    assert (ran.code, len(ran.json["patients"])) == (0, 1)
    assert 'Column "c19" is not a fact' in ran.err
    assert "and 4,980 more columns were not used" in ran.err
    assert len(ran.err.splitlines()) < 30
    assert all(f">{name}<" in (tmp_path / "report.html").read_text() for name in names)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"patient_id,age\nA,5\x00\nB,6\n", "Row 2 of"),
        (b'patient_id,age\nA,"5\nB,6\n', "a quotation mark is not closed"),
        (b'"patient_id,age\nA,5\n', "The headings of"),
        (b"\n \n", "is empty"),
        (b"patient_id\n" + b"x" * 3_000_000, "is longer than 1 MiB"),
    ],
)
def test_a_table_that_ends_in_the_middle_is_one_sentence_with_a_next_step(
    tmp_path: Path, content: bytes, says: str
) -> None:
    path = tmp_path / "patients.csv"
    path.write_bytes(content)
    ran = screen(path, form="csv")
    assert (ran.code, ran.out) == (2, "")
    error, hint = [line for line in ran.err.splitlines() if not line.startswith(TRIAL)]
    assert error.startswith("Error: ")
    assert says in error
    assert hint.startswith("  ")


def test_a_file_of_two_gigabytes_without_a_line_end_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    with path.open("wb") as file:
        file.truncate(2 * 1024**3)
    ran = screen(path)
    assert (ran.code, ran.out) == (2, "")
    assert "is not UTF-8 text" in ran.err


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "patients.csv")
    ran = screen(tmp_path / "patients.csv")
    assert ran.code == 2
    assert 'write "-" and send it to standard input' in ran.err


@pytest.mark.parametrize("option", ["--out", "--report"])
def test_a_result_never_replaces_the_patients_it_is_made_of(tmp_path: Path, option: str) -> None:
    path = table(tmp_path, "patient_id,who_performance_status", "A,1")
    before = path.read_bytes()
    ran = screen(path, option, path, form="csv")
    assert (ran.code, ran.out, path.read_bytes()) == (2, "", before)
    assert "holds the patients, and would be replaced" in ran.err
