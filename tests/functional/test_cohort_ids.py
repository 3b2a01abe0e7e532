"""The ids of a cohort: which patient a row names, which names none, and who stands there twice."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from cohort_runs import HEADINGS, by_screen, cohort, refused, rows
from command_line import screen, table


def test_of_a_patient_that_stands_twice_the_first_row_is_used_and_the_others_are_told(tmp_path: Path) -> None:
    facts = table(tmp_path, HEADINGS, "P-2,1961,1,,yes", "P-1,1961,3,,yes", " P-2 ,1961,3,,no", "P-3,1961,1,,yes")
    ran = cohort(facts, "--out", tmp_path / "results.parquet")
    assert ran.code == 3
    assert "rows that name a patient again: 1, first in row 4; the first row of each was used" in ran.err
    found = rows(tmp_path / "results.parquet")
    assert [(one["patient_id"], one["I1"]) for one in found] == [("P-2", "met"), ("P-1", "not met"), ("P-3", "met")]


def test_of_a_row_that_is_not_used_no_cell_is_told(tmp_path: Path) -> None:
    facts = table(tmp_path, HEADINGS, "P-1,1961,1,,yes", "P-1,1961,9,,perhaps", "P-2,1961,1,,perhaps")
    ran, screened = cohort(facts, "--out", tmp_path / "results.parquet"), screen(facts)
    assert (ran.code, "column dutch_communication: 1, first in row 4" in ran.err) == (3, True)
    assert "who_performance_status" not in ran.err
    assert "row 3, column patient_id" in screened.err
    assert "row 3, column who_performance_status" not in screened.err


def test_rows_without_a_patient_are_left_out_and_those_that_hold_something_are_told(tmp_path: Path) -> None:
    facts = table(tmp_path, HEADINGS, "P-1,1961,1,,yes", ",,,,", ",1950,1,,yes")
    ran = cohort(facts, "--out", tmp_path / "results.parquet")
    assert ran.code == 3
    assert "column patient_id: 1, first in row 4; give the patient an id" in ran.err
    assert [one["patient_id"] for one in rows(tmp_path / "results.parquet")] == ["P-1"]


def test_an_id_that_no_text_can_hold_names_no_patient_here_as_in_screen(tmp_path: Path) -> None:
    facts, out = tmp_path / "cohort.jsonl", tmp_path / "results.parquet"
    lines = [{"patient_id": name, "dutch_communication": True} for name in ("P\0-1", "P-2", "\0")]
    facts.write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute(f"copy (select * from read_json('{facts}')) to '{facts.with_suffix('.parquet')}'")
    for table_ in (facts, facts.with_suffix(".parquet")):
        ran = cohort(table_, "--out", out)
        assert (ran.code, {one["patient_id"] for one in rows(out)}) == (3, {"P-2"})
        assert "row 2" in ran.err
        assert "column patient_id" in ran.err
        assert rows(out) == [by_screen(table_)["P-2"]]


def test_what_is_no_text_names_no_patient(tmp_path: Path) -> None:
    facts = tmp_path / "cohort.jsonl"
    lines = [{"patient_id": "P-1", "er_status": "positive"}, {"patient_id": ["P-2"], "er_status": "positive"}]
    facts.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    out = tmp_path / "results.parquet"
    ran = cohort(facts, "--out", out)
    assert (ran.code, "row 3, column patient_id: not text; write it as text" in ran.err) == (3, True)
    assert [one["patient_id"] for one in rows(out)] == ["P-1"]
    listed = tmp_path / "listed.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"copy (select ['P-1'] as patient_id, 'positive' as er_status) to '{listed}'")
    refused(cohort(listed, "--out", tmp_path / "other.parquet"), "The column patient_id of", "Write the ids as text")


@pytest.mark.parametrize("repeated", [0, 60_000, 129_999])
def test_a_patient_that_stands_twice_anywhere_in_a_large_table_is_found(tmp_path: Path, repeated: int) -> None:
    facts, out = tmp_path / "cohort.parquet", tmp_path / "results.parquet"
    number = f"(case when i = 130000 then {repeated} else i end)::varchar"
    chosen = f"'P-' || lpad({number}, 9, '0') as patient_id, 1 as who_performance_status"
    with duckdb.connect() as connection:
        connection.execute(f"copy (select {chosen} from range(200000) t(i)) to '{facts}' (row_group_size 20000)")
    ran = cohort(facts, "--out", out, "--threads", "2")
    assert (ran.code, "rows that name a patient again: 1, first in row 130,002" in ran.err) == (3, True)
    assert len(rows(out)) == 199_999


@pytest.mark.parametrize("threads", ["1", "2"])
@pytest.mark.parametrize("order", ["rising", "falling"])
@pytest.mark.parametrize(
    "ids",
    [
        pytest.param(["P-1", "P-2", "P-3"], id="plain"),
        pytest.param(["P/1", "P 2", "P%203"], id="with other signs"),
        pytest.param([" P-1", "P-2\t", "P-3"], id="with space around"),
        pytest.param(["P-1", "P-1 ", "P-2"], id="alike but for space"),
        pytest.param(["Zoë", "Ægir", "P-1"], id="beyond ASCII"),
        pytest.param(["\u00a0P-1", "P-2\u3000", "P 3"], id="with wide space"),
        pytest.param([None, "", "P-1"], id="some without"),
        pytest.param(["P-1", "P-1", "P-2"], id="repeated"),
        pytest.param([None, None, None], id="none"),
        pytest.param(["P-1"], id="one"),
    ],
)
def test_ids_of_every_kind_are_read_as_screen_reads_them(
    tmp_path: Path, ids: list[str | None], order: str, threads: str
) -> None:
    facts, out = tmp_path / "cohort.parquet", tmp_path / "results.parquet"
    written = ids if order == "rising" else ids[::-1]
    with duckdb.connect() as connection:
        connection.execute("create table cohort (patient_id varchar, who_performance_status integer)")
        connection.executemany("insert into cohort values (?, ?)", [(one, place) for place, one in enumerate(written)])
        connection.execute(f"copy cohort to '{facts}'")
    ran, screened = cohort(facts, "--out", out, "--threads", threads), screen(facts)
    assert ran.code == screened.code
    assert {one["patient_id"]: one for one in rows(out)} == by_screen(facts)
    assert len(rows(out)) == len(by_screen(facts))
