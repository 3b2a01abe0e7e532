"""OMOP tables as files and as a database: what can be read, and what is said of the rest."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest
from omop_tables import CONCEPTS, NO_KINDS, ZONE, condition, person, read, refused, tables, write_database, write_folder

from screener.errors import UsageError
from screener.facts.omop.database import SETTINGS, holds_omop
from screener.facts.omop.source import open_omop

SORE = "condition_occurrence"


def test_files_are_found_whatever_the_capitals_of_their_names_and_headings(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "tables", tables(condition_occurrence=[condition()]), "csv")
    for file in folder.iterdir():
        heading, _, rows = file.read_text(encoding="utf-8").partition("\n")
        file.with_name(file.name.upper()).write_text(f"{heading.upper()}\n{rows}", encoding="utf-8")
        file.unlink()
    (patient,) = read(folder)[0]
    assert [event.kind for event in patient.events] == ["patient", "condition"]


@pytest.mark.parametrize("separator", ["\t", ";", ","])
def test_csv_may_be_separated_by_tabs_and_semicolons(tmp_path: Path, separator: str) -> None:
    folder = write_folder(tmp_path / "tables", tables(condition_occurrence=[condition()]), "csv")
    for file in folder.iterdir():
        text = file.read_text(encoding="utf-8").replace(",", separator)
        file.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    (patient,) = read(folder)[0]
    assert patient.events[1].fields["code"].said == "sore wrist"


def test_a_vocabulary_as_it_is_handed_out_has_tabs_and_single_quotation_marks(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "tables", tables(condition_occurrence=[condition()]), "csv")
    rows = ["concept_id\tconcept_name\tvocabulary_id\tconcept_code", '1\t5" of a "sore\tSNOMED\t1']
    (folder / "concept.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (patient,) = read(folder)[0]
    assert patient.events[1].fields["code"].said == '5" of a "sore'


def test_the_name_of_a_folder_may_hold_signs_of_patterns_and_quotes(tmp_path: Path) -> None:
    for ending in ("parquet", "csv"):
        folder = write_folder(tmp_path / ending, tables())
        odd = tmp_path / f"[a]*?'\"{ending} grade=2"
        folder.rename(odd)
        assert len(read(odd)[0]) == 1


def test_a_column_of_text_holds_whole_numbers_and_dates_as_well(tmp_path: Path) -> None:
    made = tables(condition_occurrence=[condition(), condition(2, condition_concept_id="sore")])
    types = dict.fromkeys(
        ("person_id", "condition_occurrence_id", "condition_concept_id", "condition_start_date"), "varchar"
    )
    types["year_of_birth"] = types["concept_id"] = "double"
    (patient,), source = read(write_database(tmp_path / "text.duckdb", made, types))
    assert [event.reference for event in patient.events] == ["person/1", "condition_occurrence/1"]
    assert source.inspection.of("unreadable") == {
        ("condition_occurrence.condition_concept_id", "not a whole number"): 1
    }
    assert [one.position for one in source.rejected] == ["row 2"]


def test_a_database_may_hold_its_tables_in_any_schema(tmp_path: Path) -> None:
    path = write_database(tmp_path / "one.duckdb", {"person": [person()]})
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema vocabulary")
        connection.execute(
            "create table vocabulary.concept(concept_id int, concept_name text, vocabulary_id text, concept_code text)"
        )
    assert len(read(path)[0]) == 1


def test_tables_and_columns_that_are_missing_are_named(tmp_path: Path) -> None:
    _, source = read(write_database(tmp_path / "one.duckdb", tables(condition_occurrence=[condition()])))
    missing = {name for (name,) in source.inspection.of("missing")}
    assert {"measurement", "death", "person.month_of_birth", "condition_occurrence.condition_end_date"} <= missing
    assert "condition_occurrence" not in missing
    assert "concept.concept_name" not in missing


def test_what_is_not_read_is_counted(tmp_path: Path) -> None:
    made = tables(
        relationship=[{"relationship_id": 1}],
        person=[person(race_concept_id=5), person(2, race_concept_id=None)],
        device_exposure=[{"device_exposure_id": 1, "person_id": 1}],
    )
    _, source = read(write_database(tmp_path / "one.duckdb", made))
    assert source.inspection.of("ignored") == {("person.race_concept_id",): 1}
    assert source.inspection.of("not_understood") == {("device_exposure",): 1}
    assert source.inspection.of("record") == {("person",): 2}
    assert source.inspection.of("event") == {("patient",): 2}
    assert source.inspection.patients == 2


def test_a_quotation_mark_that_is_not_closed_ends_the_rows_that_can_be_used(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "tables", tables(), "csv")
    with (folder / "person.csv").open("a", encoding="utf-8") as file:
        file.write('"secret\n')
    patients, source = read(folder)
    assert len(patients) == 1
    assert [(one.position, one.count) for one in source.rejected] == [("line 3", 1)]


@pytest.mark.parametrize("chunk", [1024, 7])
def test_lines_of_a_csv_may_end_in_different_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr("screener.facts.omop.columns._COPIED_AT_ONCE", chunk)
    folder = write_folder(tmp_path / "tables", tables(person=[person(number) for number in range(4)]), "csv")
    file = folder / "person.csv"
    heading, *rows = file.read_bytes().splitlines()
    ends = (b"\r\n", b"\r", b"\n", b"\r")
    file.write_bytes(heading + b"\n" + b"".join(row + end for row, end in zip(rows, ends, strict=True)))
    patients, source = read(folder)
    assert [one.patient_id for one in patients] == ["0", "1", "2", "3"]
    assert source.rejected == []
    assert {one.events[0].place for one in patients} == {str(file)}


def test_a_row_of_a_csv_that_cannot_be_taken_apart_is_named_and_stops_nothing(tmp_path: Path) -> None:
    made = tables(condition_occurrence=[condition(number) for number in (1, 2, 3, 4)])
    folder = write_folder(tmp_path / "tables", made, "csv")
    file = folder / "condition_occurrence.csv"
    first, second, third, fourth, fifth = file.read_bytes().splitlines(keepends=True)
    not_utf_8 = fourth.replace(b"2020", b"\xff")
    file.write_bytes(first + second + b"one,two,three,four,five,six\n" + third + not_utf_8 + fifth)
    (patient,), source = read(folder, frozenset({"condition", "patient"}))
    assert [event.reference.partition("/")[2] for event in patient.events[1:]] == ["1", "2", "4"]
    assert patient.complete == {"patient"}
    (told,) = source.rejected
    assert (told.file, told.position, told.count) == (str(file), "line 3", 2)
    assert told.problem == "has not the cells that the heading has, in UTF-8"


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "no.duckdb"
    path.write_bytes(b"no database" * 1000)
    assert refused(path) == "HERE cannot be opened as a DuckDB database."
    path.unlink()
    assert refused(path) == "There is no file HERE."


def test_a_table_that_stands_in_two_schemas_is_refused(tmp_path: Path) -> None:
    path = write_database(tmp_path / "one.duckdb", tables())
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema old")
        connection.execute("create table old.person as from main.person")
    assert refused(path) == "HERE holds the table person twice, in the schemas main and old."


def test_a_view_of_a_database_may_not_look_at_other_files(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("person_id,gender_concept_id,year_of_birth\n1,1,1970\n", encoding="utf-8")
    path = write_database(tmp_path / "one.duckdb", {"concept": CONCEPTS})
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create view person as from read_csv('{tmp_path / 'other.csv'}')")
    assert refused(path) == "HERE: main.person is damaged, or not of the format that its name says."


def test_rows_of_nobody_are_counted_and_stop_nothing(tmp_path: Path) -> None:
    rows = [condition(number, person_id=of) for number, of in ((1, 1), (2, 0), (3, 99), (4, None), (5, 2))]
    made = tables(condition_occurrence=rows, person=[person(), person(2), person(2), person(None)])
    path = write_database(tmp_path / "one.duckdb", made)
    patients, source = read(path)
    assert [(one.patient_id, one.row, len(one.events)) for one in patients] == [("1", 1, 2), ("2", 2, 2)]
    assert [(one.problem, one.count) for one in source.rejected] == [
        ("has the person_id of another person", 1),
        ("has no person_id that is a whole number", 1),
        ("belongs to nobody in the table of persons", 3),
    ]


def test_a_row_that_may_be_anybodys_makes_its_kind_complete_for_nobody(tmp_path: Path) -> None:
    made = tables(condition_occurrence=[condition(person_id=None)])
    (patient,), source = read(write_database(tmp_path / "one.duckdb", made), frozenset({"condition", "patient"}))
    assert patient.complete == {"patient"}
    assert source.inspection.not_complete == {"condition": 1}


def test_only_what_has_a_table_can_be_complete(tmp_path: Path) -> None:
    path = write_database(tmp_path / "one.duckdb", tables(condition_occurrence=[condition()]))
    with pytest.raises(UsageError, match="every imaging and every medication, and has no table for it"):
        open_omop(path, zone=ZONE, complete=frozenset({"condition", "medication", "imaging"}))


def test_tables_are_read_once(tmp_path: Path) -> None:
    with open_omop(write_folder(tmp_path / "tables", tables()), zone=ZONE, complete=NO_KINDS) as source:
        assert len(list(source)) == 1
        with pytest.raises(RuntimeError, match="once"):
            list(source)


def test_nothing_is_left_beside_the_source(tmp_path: Path) -> None:
    path = write_database(tmp_path / "one.duckdb", tables())
    read(path)
    assert [one.name for one in tmp_path.iterdir()] == ["one.duckdb"]


def test_what_stands_at_a_path_tells_whether_it_is_omop(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "tables", tables(relationship=[{"relationship_id": 1}]))
    assert holds_omop(folder)
    assert len(read(folder)[0]) == 1
    assert holds_omop(tmp_path / "ANY.DUCKDB")
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "person.json").write_text("{}", encoding="utf-8")
    assert not holds_omop(tmp_path / "records")
    assert not holds_omop(tmp_path / "records" / "person.json")


def test_large_tables_are_sorted_on_disk_with_the_same_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [condition(number, person_id=1 + number % 7) for number in range(500)]
    made = tables(condition_occurrence=rows, person=[person(number) for number in range(9)])
    path = write_database(tmp_path / "one.duckdb", made)
    in_memory, _ = read(path)
    monkeypatch.setattr("screener.facts.omop.database.SMALL", 0)
    assert read(path)[0] == in_memory
    assert sum(len(patient.events) for patient in in_memory) == 509


def test_a_temporary_folder_without_room_is_named_as_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_database(tmp_path / "one.duckdb", tables())
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create table measurement as select 1 person_id, i measurement_id, 5 measurement_concept_id, "
            "current_date measurement_date, repeat('x', 200) || i measurement_source_value from range(200_000) t(i)"
        )
    monkeypatch.setitem(SETTINGS, "memory_limit", "8MB")
    assert refused(path) == "The temporary folder cannot hold the tables while they are sorted."


def test_a_folder_that_may_not_be_listed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> None:
        raise PermissionError(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(UsageError, match="cannot be listed"):
        holds_omop(tmp_path)
