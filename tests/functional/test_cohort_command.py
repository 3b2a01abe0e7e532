"""`screener cohort` as a data manager and a script use it: results, formats, and everything that can be wrong."""

from __future__ import annotations

import csv
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from cohort_runs import DAY, HEADINGS, by_screen, cohort, refused, rows
from command_line import APART, REPOSITORY, SAMPLE, TRIAL, screen, screener, table

pytest_plugins = ["java"]


def sample_parquet(folder: Path) -> Path:
    path = folder / "cohort.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"copy (select * from read_csv('{SAMPLE}', all_varchar = true)) to '{path}'")
    return path


def test_the_sample_gets_what_screen_says_in_the_promised_columns_and_in_the_order_of_the_table(tmp_path: Path) -> None:
    out = tmp_path / "results.parquet"
    ran = cohort(sample_parquet(tmp_path), "--out", out, "--in-order")
    found = rows(out)
    assert (ran.code, ran.out) == (0, "")
    assert list(found[0])[:6] == ["patient_id", "verdict", "recoverable", "score", "I1", "I1__causes"]
    assert {one["patient_id"]: one for one in found} == by_screen(SAMPLE)
    assert [one["patient_id"] for one in found] == [f"P-{number:03d}" for number in range(1, 13)]
    assert "12 patients: 2 eligible on recorded data, 4 need information, 6 not eligible" in ran.err


def test_csv_to_csv_says_recoverable_in_words_and_guards_ids_as_screen_does(tmp_path: Path) -> None:
    facts = table(tmp_path, "patient_id,who_performance_status", "=1+1,3", "-5,3", "+31 6,2", "'=2,2", "P-1,9")
    out = tmp_path / "results.csv"
    assert cohort(facts, "--out", out).code == 3
    with out.open(encoding="utf-8", newline="") as stream:
        found = list(csv.DictReader(stream))
    assert [one["patient_id"] for one in found] == ["'=1+1", "-5", "'+31 6", "''=2", "P-1"]
    assert [one["recoverable"] for one in found] == ["yes", "yes", "", "", ""]


def test_a_folder_and_a_pattern_are_read_as_one_table(tmp_path: Path) -> None:
    place = tmp_path / "parts"
    place.mkdir()
    for name, patient in (("a.csv", "P-1"), ("b.csv", "P-2")):
        table(place, "patient_id,who_performance_status", f"{patient},1", name=name)
    for facts in (place, str(place / "*.csv")):
        out = tmp_path / "results.parquet"
        assert cohort(facts, "--out", out).code == 0
        assert sorted(one["patient_id"] for one in rows(out)) == ["P-1", "P-2"]


def test_rows_of_several_files_are_said_to_be_counted_over_all(tmp_path: Path) -> None:
    place = tmp_path / "parts"
    place.mkdir()
    for name, row in (("a.csv", "P-1,1"), ("b.csv", "P-2,9")):
        table(place, "patient_id,who_performance_status", row, name=name)
    ran = cohort(place, "--out", tmp_path / "results.parquet")
    assert (ran.code, "first in row 3 (counted over all files);" in ran.err) == (3, True)


def test_json_lines_are_read(tmp_path: Path) -> None:
    lines = [{"patient_id": "P-1", "WHO_performance_status": 1, "metastasis_sites": ["neck_nodes"]}, {"patient_id": 7}]
    facts = tmp_path / "cohort.jsonl"
    facts.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    out = tmp_path / "results.parquet"
    assert cohort(facts, "--out", out).code == 0
    assert {one["patient_id"]: one["I1"] for one in rows(out)} == {"P-1": "met", "7": "unknown"}


def test_cells_that_cannot_be_read_are_counted_by_column_and_never_repeated(tmp_path: Path) -> None:
    facts = table(tmp_path, HEADINGS, "P-1,14 March 1961,7,20-05-2026,maybe", "P-2,1961-03-14,1,2026-05-20,yes")
    ran = cohort(facts, "--out", tmp_path / "results.parquet")
    assert ran.code == 3
    assert "4 cells or rows could not be used" in ran.err
    assert "column birth_date: 1, first in row 2; write the year first" in ran.err
    assert "column who_performance_status__on: 1, first in row 2" in ran.err
    assert "a day after the screening date (--as-of) cannot be used" in ran.err
    assert "maybe" not in ran.err
    assert "March" not in ran.err
    assert {one["patient_id"]: one for one in rows(tmp_path / "results.parquet")} == by_screen(facts)


def test_an_age_that_differs_from_the_date_of_birth_is_told_as_screen_tells_it(tmp_path: Path) -> None:
    facts = table(tmp_path, "patient_id,birth_date,age,age__on", "P-1,1961-03-14,65,", "P-2,1961-03-14,44,",
                  "P-3,1961-03-14,44,2005-04-01", "P-4,1961,64,", "P-5,1961,63,", "P-6,,44,")  # fmt: skip
    ran = cohort(facts, "--out", tmp_path / "results.parquet")
    assert (ran.code, screen(facts).code) == (3, 3)
    assert [(one["row"], one["problem"]) for one in screen(facts).json["rejected"]] == [
        (3, "differs from birth_date"), (6, "differs from birth_date"),
    ]  # fmt: skip
    assert "column age: 2, first in row 3; it differs from birth_date, which is used" in ran.err
    assert {one["patient_id"]: one for one in rows(tmp_path / "results.parquet")} == by_screen(facts)


def test_a_csv_file_that_holds_what_no_text_can_is_refused_where_its_rows_are_looked_at(tmp_path: Path) -> None:
    facts, out = tmp_path / "cohort.csv", tmp_path / "results.parquet"
    facts.write_bytes(b"patient_id,dutch_communication\nP\0-1,yes\nP-2,yes\n")
    ran = cohort(facts, "--out", out)
    assert (ran.code, screen(facts).code, out.exists()) == (2, 2, False)
    assert "holds bytes that are not text" in ran.err


def test_a_mark_in_a_list_is_no_mark(tmp_path: Path) -> None:
    facts = tmp_path / "cohort.jsonl"
    lines = [{"patient_id": "P-1", "metastasis_sites": "?conflicting", "metastasis_count": 1},
             {"patient_id": "P-2", "metastasis_sites": ["?conflicting"], "metastasis_count": 1}]  # fmt: skip
    facts.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    out = tmp_path / "results.parquet"
    assert cohort(facts, "--out", out).code == 3
    assert {one["patient_id"]: one for one in rows(out)} == by_screen(facts)
    assert {one["I8__causes"] for one in rows(out)} == {"conflicting", "unreadable"}


def test_a_csv_row_of_another_length_is_told_and_stops_nothing(tmp_path: Path) -> None:
    facts = table(tmp_path, HEADINGS, "P-1,1961,1,,yes", "P-2,1961", "P-3,1961,1,,yes,more", "P-4,1961,1,,yes")
    ran = cohort(facts, "--out", tmp_path / "results.parquet")
    assert ran.code == 3
    assert "2 cells or rows could not be used" in ran.err
    assert "row 3, column who_performance_status: the row ends before this column; fill the row up" in ran.err
    assert "row 4: has 6 cells where the heading has 5; put a cell that holds the separator" in ran.err
    assert [one["patient_id"] for one in rows(tmp_path / "results.parquet")] == ["P-1", "P-2", "P-4"]


def test_a_misspelt_column_is_named_with_what_was_probably_meant(tmp_path: Path) -> None:
    facts = table(tmp_path, "patient_id,who_performance_satus,dutch_communication", "P-1,1,yes")
    ran = cohort(facts, "--out", tmp_path / "results.parquet")
    assert ran.code == 0
    assert (
        'Column "who_performance_satus" is not a fact and was not used: did you mean "who_performance_status"?'
        in ran.err
    )


def test_what_cannot_be_read_is_refused_in_a_sentence_and_leaves_no_result(tmp_path: Path) -> None:
    out = tmp_path / "results.parquet"
    whole = sample_parquet(tmp_path)
    (tmp_path / "cut.parquet").write_bytes(whole.read_bytes()[:-200])
    (tmp_path / "text.parquet").write_text("patient_id\nP-1\n", encoding="utf-8")
    (tmp_path / "latin.csv").write_bytes("patient_id,er_status\nP-1,positive\nP-2,n\xe9gatif\n".encode("latin-1"))
    refused(cohort(tmp_path / "none.parquet", "--out", out), "There is no file")
    refused(cohort(tmp_path / "*.nothing", "--out", out), "No file is named like")
    refused(cohort(tmp_path / "cut.parquet", "--out", out), "is not a Parquet file that can be read")
    refused(cohort(tmp_path / "text.parquet", "--out", out), "is not a Parquet file that can be read")
    refused(cohort(tmp_path / "latin.csv", "--out", out), "Row 3 of", "is not UTF-8 text")
    refused(cohort(table(tmp_path, "id,er_status", "P-1,positive"), "--out", out), "has no column patient_id")
    refused(cohort(table(tmp_path, "patient_id,er_statu", "P-1,positive"), "--out", out), "No column", "er_status")
    refused(cohort(table(tmp_path, "patient_id,age,AGE", "P-1,1,2"), "--out", out), "stands twice")
    refused(cohort(table(tmp_path, "{}", name="a.json"), "--out", out), "screener screen")
    assert not out.exists()


def test_a_damaged_page_in_the_middle_of_a_table_is_no_result(tmp_path: Path) -> None:
    whole = tmp_path / "large.parquet"
    with duckdb.connect() as connection:
        chosen = "select 'P-' || i as patient_id, hash(i)::varchar as er_status from range(200000) t(i)"
        connection.execute(f"copy ({chosen}) to '{whole}' (format parquet, compression zstd)")
    content = bytearray(whole.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 2000] = bytes(2000)
    whole.write_bytes(content)
    out = tmp_path / "results.parquet"
    refused(cohort(whole, "--out", out), "cannot be read; nothing was written")
    assert list(tmp_path.iterdir()) == [whole]


def test_a_result_that_cannot_be_written_is_refused_in_a_sentence(tmp_path: Path) -> None:
    facts = sample_parquet(tmp_path)
    refused(cohort(facts), "The result needs a place", "--out results.parquet")
    refused(cohort(facts, "--out", tmp_path / "results.xlsx"), "names no format", ".parquet or .csv")
    refused(cohort(facts, "--out", tmp_path / "none" / "results.csv"), "There is no folder")
    refused(cohort(facts, "--out", "/proc/results.csv"), "/proc/results.csv cannot be written")
    refused(cohort(facts, "--out", tmp_path / "r.csv", "--memory-limit", "100kB"), "There is not enough memory")
    refused(cohort(facts, "--out", tmp_path / "r.csv", "--memory-limit", "many"), '"many" is no amount of memory')


def test_a_result_never_replaces_the_patients_nor_stands_where_they_are_read(tmp_path: Path) -> None:
    facts, place = table(tmp_path, HEADINGS, "P-1,1961,1,,yes"), tmp_path / "parts"
    place.mkdir()
    table(place, HEADINGS, "P-1,1961,1,,yes", name="a.csv")
    before = facts.read_bytes()
    (tmp_path / "link.csv").symlink_to(facts)
    (tmp_path / "hard.csv").hardlink_to(facts)
    for out in (facts, tmp_path / "link.csv", tmp_path / "hard.csv"):
        refused(cohort(facts, "--out", out), "holds the patients, and would be replaced", "Name another file")
    for given, out in ((place, "a.csv"), (place, "results.csv"), (f"{place}/*.csv", "results.csv")):
        refused(cohort(given, "--out", place / out), "would stand among the tables of patients", "Name a place outside")
    refused(screener("feasibility", TRIAL, "--facts", facts, "--out", facts), "holds the patients")
    assert facts.read_bytes() == before
    assert [one.name for one in place.iterdir()] == ["a.csv"]


def test_a_result_among_the_tables_of_patients_is_refused_by_name(tmp_path: Path) -> None:
    place, result = tmp_path / "parts", tmp_path / "result.parquet"
    place.mkdir()
    assert cohort(sample_parquet(place), "--out", result).code == 0
    result.rename(place / "last week.parquet")
    out = tmp_path / "again.parquet"
    refused(cohort(place, "--out", out), "last week.parquet is a result", "no table of patients", "Move it")
    refused(cohort(place / "last week.parquet", "--out", out), "last week.parquet is a result")
    as_csv = tmp_path / "result.csv"
    (place / "last week.parquet").unlink()
    assert cohort(place, "--out", as_csv).code == 0
    refused(cohort(as_csv, "--out", out), "result.csv is a result")
    assert not out.exists()


def test_parts_with_other_columns_are_refused_whatever_their_format(tmp_path: Path) -> None:
    place, out = tmp_path / "parts", tmp_path / "results.parquet"
    place.mkdir()
    for name, chosen in (("a", "1 as er_status, 1 as age"), ("b", "1 as er_statu, 1 as age")):
        with duckdb.connect() as connection:
            connection.execute(f"copy (select '{name}' as patient_id, {chosen}) to '{place}/{name}.parquet'")
    refused(cohort(place, "--out", out), "b.parquet has other headings than", "a.parquet", "er_statu")
    with duckdb.connect() as connection:
        connection.execute(f"copy (select 'b' as patient_id, 1 as er_status, 'x' as age) to '{place}/b.parquet'")
    refused(cohort(place, "--out", out), 'The column "age" holds other values in', "b.parquet", "one type")
    assert not out.exists()


def test_a_disk_that_fills_is_told_and_leaves_what_was_there(tmp_path: Path) -> None:
    facts, out = tmp_path / "large.parquet", tmp_path / "results.parquet"
    with duckdb.connect() as connection:
        chosen = (
            "select md5(i::varchar) as patient_id, (i % 6)::tinyint as who_performance_status from range(300000) t(i)"
        )
        connection.execute(f"copy ({chosen}) to '{facts}'")
    out.write_bytes(b"what was there")

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    command = [sys.executable, "-m", "screener", "cohort", TRIAL, "--facts", str(facts), "--out", str(out)]
    environment = {**os.environ, **APART}
    ran = subprocess.run(
        command, capture_output=True, env=environment, cwd=REPOSITORY, preexec_fn=small_files, check=False
    )
    assert ran.returncode == 2
    assert b"Traceback" not in ran.stderr
    assert out.read_bytes() == b"what was there"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["large.parquet", "results.parquet"]


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_the_statement_can_be_shown(tmp_path: Path, engine: str, request: pytest.FixtureRequest) -> None:
    if engine == "spark":
        request.getfixturevalue("java")
    ran = cohort(sample_parquet(tmp_path), "--engine", engine, "--show-sql")
    assert ran.code == 0
    assert ran.out.startswith("WITH ")
    assert "not_eligible" in ran.out


def test_several_trials_in_one_pass_wide_and_long(tmp_path: Path) -> None:
    criteria = tmp_path / "criteria"
    subprocess.run(["cp", "-r", str(REPOSITORY / "criteria"), str(criteria)], check=True)
    other = criteria / "NCT99999999"
    subprocess.run(["cp", "-r", str(criteria / TRIAL), str(other)], check=True)
    for name in ("criteria.yaml", "registry.json", "patients.yaml"):
        content = (other / name).read_text(encoding="utf-8").replace(TRIAL, "NCT99999999")
        (other / name).write_text(content, encoding="utf-8")
    (other / "approval.yaml").unlink(missing_ok=True)
    facts, common = sample_parquet(tmp_path), ("--as-of", DAY, "--criteria", criteria)
    wide, long = tmp_path / "wide.parquet", tmp_path / "long.csv"
    assert screener("cohort", TRIAL, "NCT99999999", "--facts", facts, "--out", wide, *common).code == 0
    ran = screener("cohort", TRIAL, "NCT99999999", "--facts", facts, "--out", long, "--layout", "long", *common)
    assert ran.code == 0
    assert "NCT99999999: 12 patients: 2 eligible" in ran.err
    for one in rows(wide):
        assert one[f"{TRIAL}__verdict"] == one["NCT99999999__verdict"]
        assert one[f"{TRIAL}__I8__causes"] == one["NCT99999999__I8__causes"]
    found = rows(long)
    assert list(found[0])[:7] == ["trial", "patient_id", "verdict", "recoverable", "score", "I1", "I1__causes"]
    assert len(found) == 24
    beside = {one["patient_id"]: one for one in rows(wide)}
    for one in found:
        assert (one["I8__causes"] or "") == beside[one["patient_id"]][f"{TRIAL}__I8__causes"]
    refused(screener("cohort", TRIAL, TRIAL, "--facts", facts, "--out", wide, *common), "is named twice")


def test_help_ends_with_examples_and_loads_no_engine() -> None:
    for command in ("cohort", "feasibility"):
        ran = screener(command, "--help")
        assert ran.code == 0
        assert "Examples:" in ran.out
