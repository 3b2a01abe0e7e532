"""Files of OMOP tables that cannot be used are refused, with what to do about it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from omop_tables import condition, refused, tables, write_database, write_folder


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        ("drop table person", "there is no table person"),
        ("drop table concept", "there is no table concept"),
        ("alter table person drop year_of_birth", "the table person has no column year_of_birth"),
        ("alter table concept drop concept_code", "the table concept has no column concept_code"),
        ("alter table condition_occurrence drop person_id", "the table condition_occurrence has no column person_id"),
        (
            "alter table condition_occurrence alter condition_start_date type integer using 1",
            "condition_occurrence.condition_start_date is INTEGER, and a date belongs there",
        ),
        (
            "alter table condition_occurrence alter condition_concept_id type date using date '2020-01-01'",
            "condition_occurrence.condition_concept_id is DATE, and a whole number belongs there",
        ),
        (
            "alter table concept alter concept_name type blob using 'a'",
            "concept.concept_name is BLOB, and text belongs there",
        ),
    ],
)
def test_what_is_missing_or_of_another_type_is_said_by_name(tmp_path: Path, spoil: str, problem: str) -> None:
    path = write_database(tmp_path / "one.duckdb", tables(condition_occurrence=[condition()]))
    with duckdb.connect(str(path)) as connection:
        connection.execute(spoil)
    assert refused(path) == f"HERE cannot be read as OMOP tables: {problem}."


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    path = write_database(tmp_path / "one.duckdb", {"measurement": [{"measurement_id": 1}]})
    told = refused(path)
    assert told.count(";") == 4
    assert all(
        name in told for name in ("person", "concept", "measurement_concept_id", "measurement_date", "person_id")
    )


def _both_forms(folder: Path) -> None:
    (folder / "person.csv").write_text("person_id\n", encoding="utf-8")


def _link_out(folder: Path) -> None:
    (folder / "person.parquet").rename(folder.parent / "elsewhere.parquet")
    (folder / "person.parquet").symlink_to(folder.parent / "elsewhere.parquet")


def _pipe(folder: Path) -> None:
    (folder / "person.parquet").unlink()
    os.mkfifo(folder / "person.parquet")


def _cut(folder: Path) -> None:
    file = folder / "person.parquet"
    file.write_bytes(file.read_bytes()[:100])


def _empty(folder: Path) -> None:
    (folder / "person.parquet").unlink()
    (folder / "person.csv").write_bytes(b"")


def _repeated_heading(folder: Path) -> None:
    (folder / "person.parquet").unlink()
    (folder / "person.csv").write_text("person_id,Person_ID\n", encoding="utf-8")


def _utf_16(folder: Path) -> None:
    (folder / "person.parquet").unlink()
    (folder / "person.csv").write_text("person_id,gender_concept_id,year_of_birth\n", encoding="utf-16")


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (_both_forms, "HERE holds both person.csv and person.parquet."),
        (_link_out, "HERE/person.parquet is a link out of its folder."),
        (_pipe, "HERE/person.parquet is not a file."),
        (_cut, "HERE/person.parquet is damaged, or not of the format that its name says."),
        (_empty, "HERE/person.csv has no usable heading row."),
        (_repeated_heading, "HERE/person.csv has no usable heading row."),
        (_utf_16, "HERE/person.csv is not UTF-8 text."),
    ],
)
def test_files_that_cannot_be_used_are_refused(tmp_path: Path, spoil: Callable[[Path], None], problem: str) -> None:
    folder = write_folder(tmp_path / "tables", tables())
    spoil(folder)
    assert refused(folder) == problem


def test_a_file_that_is_damaged_further_in_is_refused_without_a_word_of_it(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "tables", tables())
    file = folder / "person.parquet"
    data = file.read_bytes()
    footer = int.from_bytes(data[-8:-4], "little") + 8
    file.write_bytes(data[:4] + bytes(len(data) - footer - 4) + data[-footer:])
    assert refused(folder) == "HERE/person.parquet is damaged, or not of the format that its name says."
