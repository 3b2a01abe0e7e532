"""Which files a fact table can be, and Parquet and Excel in particular."""

from __future__ import annotations

import os
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest

from screener.dates import parse_date
from screener.errors import UnusablePatients, UsageError
from screener.facts.definitions import FactDefinition, Vocabulary
from screener.facts.table import FactTable, Rejection, open_fact_table
from screener.facts.tables import reading
from screener.facts.tables import seen as seen_patients
from screener.facts.tables.seen import SeenPatients
from screener.facts.values import PatientRecord

AS_OF = date(2026, 6, 1)
MIDNIGHT = datetime.fromisoformat("2025-10-06")
VOCABULARY = Vocabulary.of(
    FactDefinition("healed", "healed", "yes_no", "record", "Healed?"),
    FactDefinition("grade", "grade", "integer", "record", "Grade?"),
    FactDefinition("platelets", "platelets", "number", "record", "Platelets?"),
    FactDefinition("fracture", "fracture", "date", "record", "When?"),
    FactDefinition("sites", "sites", "set", "record", "Where?", options=("lung", "liver")),
)


def read(path: Path) -> tuple[list[PatientRecord], FactTable]:
    with open_fact_table(path, VOCABULARY, as_of=AS_OF) as table:
        return list(table), table


def parquet(folder: Path, query: str) -> Path:
    path = folder / "patients.parquet"
    duckdb.sql(f"copy ({query}) to '{path}' (format parquet)")
    return path


def workbook(folder: Path, *rows: tuple[object, ...], name: str = "patients.xlsx") -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / name)
    return folder / name


@pytest.mark.parametrize("ending", ["csv", "json", "jsonl", "parquet", "xlsx"])
def test_a_missing_file_and_a_folder_and_a_pipe_are_refused_at_once(tmp_path: Path, ending: str) -> None:
    folder, pipe = tmp_path / f"folder.{ending}", tmp_path / f"pipe.{ending}"
    folder.mkdir()
    os.mkfifo(pipe)
    for path, words in (
        (tmp_path / f"no.{ending}", "There is no file"),
        (folder, "is a folder"),
        (pipe, "is not a file"),
    ):
        with pytest.raises(UsageError, match=words) as error:
            read(path)
        assert error.value.hint


@pytest.mark.parametrize("ending", ["csv", "json", "jsonl", "parquet", "xlsx"])
def test_a_file_that_may_not_be_read_is_said_in_a_sentence(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    path = tmp_path / f"patients.{ending}"
    path.write_bytes(b"patient_id\nP-1\n")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UsageError, match=rf"patients\.{ending} cannot be read") as error:
        read(path)
    assert "permissions" in error.value.hint


def test_a_device_is_refused() -> None:
    with pytest.raises(UsageError, match="is not a file"):
        read(Path("/dev/zero"))


@pytest.mark.parametrize("ending", ["parquet", "xlsx"])
@pytest.mark.parametrize(
    "content", [b"", b"patient_id\nP-1\n", b"PAR1" + b"\0" * 40 + b"PAR1", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0x"]
)
def test_a_broken_file_is_refused_with_a_next_step(tmp_path: Path, ending: str, content: bytes) -> None:
    path = tmp_path / f"patients.{ending}"
    path.write_bytes(content)
    with pytest.raises(UnusablePatients) as error:
        read(path)
    assert str(path) in error.value.message
    assert error.value.hint


def test_a_parquet_file_that_is_damaged_further_in_is_refused(tmp_path: Path) -> None:
    path = parquet(tmp_path, "select 'P-' || i::varchar as patient_id from range(50000) as rows(i)")
    content = bytearray(path.read_bytes())
    content[2_000:60_000] = b"\xff" * 58_000
    path.write_bytes(content)
    with pytest.raises(UnusablePatients, match="is not a Parquet file"):
        read(path)


def test_a_parquet_file_without_patient_ids_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusablePatients, match="no column patient_id"):
        read(parquet(tmp_path, "select 1 as grade"))


@pytest.mark.parametrize(
    ("column", "sql", "value"),
    [
        ("grade", "2::tinyint", 2),
        ("grade", "2::ubigint", 2),
        ("grade", "2.00::decimal(10, 2)", 2),
        ("grade", "2::double", 2),
        ("platelets", "0.1::float", Decimal("0.1")),
        ("platelets", "0.1::double", Decimal("0.1")),
        ("platelets", "0.10::decimal(8, 4)", Decimal("0.1")),
        ("healed", "true", True),
        ("healed", "'Yes'::enum('Yes', 'No')", True),
        ("fracture", "date '2025-10-06'", parse_date("2025-10-06")),
        ("fracture", "timestamp '2025-10-06 00:00:00'", parse_date("2025-10-06")),
        ("fracture", "timestamp_ns '2025-10-06 00:00:00'", parse_date("2025-10-06")),
        ("fracture", "'2025-10'", parse_date("2025-10")),
        ("sites", "[]::varchar[]", frozenset()),
        ("sites", "['lung']", frozenset({"lung"})),
    ],
)
def test_every_usual_parquet_type_is_read(tmp_path: Path, column: str, sql: str, value: object) -> None:
    patients, table = read(parquet(tmp_path, f'select 7 as patient_id, {sql} as "{column}"'))
    assert patients[0].patient_id == "7"
    assert patients[0].facts[column].value == value
    assert table.rejected == []


@pytest.mark.parametrize(
    ("column", "sql"),
    [
        ("platelets", "'nan'::double"),
        ("platelets", "'inf'::double"),
        ("grade", "{'value': 2}"),
        ("fracture", "timestamp '2025-10-06 08:00:00'"),
        ("fracture", "time '08:00:00'"),
        ("sites", "['lung', null]"),
        ("sites", "[['lung']]"),
        ("healed", "'yes'::blob"),
        ("healed", "'yes' || chr(0)"),
    ],
)
def test_a_parquet_value_of_another_type_is_an_unreadable_cell(tmp_path: Path, column: str, sql: str) -> None:
    patients, table = read(parquet(tmp_path, f'select 7 as patient_id, {sql} as "{column}"'))
    assert patients[0].facts[column].state == "unreadable"
    assert [(each.row, each.column) for each in table.rejected] == [(2, column)]


def test_typed_cells_of_a_workbook_are_read(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        ("patient_id", "healed", "grade", "platelets", "fracture", "sites"),
        (101.0, True, 2.0, 0.1, MIDNIGHT, "lung; liver"),
        (102, "=1/0", "#N/A", time(8), MIDNIGHT.replace(hour=8), None),
    )
    (first, second), table = read(path)
    assert first.patient_id == "101"
    assert [str(fact.value) for fact in first.facts.values()][:4] == ["True", "2", "0.1", "2025-10-06"]
    assert [(each.row, each.column) for each in table.rejected] == [(3, "grade"), (3, "platelets"), (3, "fracture")]
    assert second.row == 3


def test_an_error_in_a_workbook_is_no_patient_id(tmp_path: Path) -> None:
    patients, table = read(workbook(tmp_path, ("patient_id", "grade"), ("#REF!", 1)))
    assert patients == []
    assert table.rejected == [Rejection(2, "patient_id", "not text")]


def test_empty_cells_and_rows_of_a_workbook_hold_nothing(tmp_path: Path) -> None:
    rows = ((None, None), ("patient_id", "healed", "grade", " "), (), ("P-1", True), ("P-2", False, 1, None, " "))
    patients, table = read(workbook(tmp_path, *rows))
    assert [(each.patient_id, each.row) for each in patients] == [("P-1", 4), ("P-2", 5)]
    assert (table.rejected, table.unknown_columns) == ([], [])


def test_a_row_of_a_workbook_with_more_cells_than_headings_is_rejected(tmp_path: Path) -> None:
    patients, table = read(workbook(tmp_path, ("patient_id", "grade"), ("P-1", 1, "shifted"), ("P-2", 2)))
    assert [each.patient_id for each in patients] == ["P-2"]
    assert table.rejected == [Rejection(2, None, "has 3 cells where the heading has 2")]


def test_an_empty_workbook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusablePatients, match="is empty"):
        read(workbook(tmp_path))


def test_a_workbook_damaged_inside_is_refused(tmp_path: Path) -> None:
    whole, broken = workbook(tmp_path, ("patient_id",), ("P-1",), name="whole.xlsx"), tmp_path / "broken.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[: len(content) // 2] if "sheet1" in name else content)
    with pytest.raises(UnusablePatients, match="is not an Excel workbook"):
        read(broken)


def test_a_name_with_another_ending_is_told_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "a.dat").write_text("patient_id\tgrade\nP-1\t2\n")
    (tmp_path / "b").write_text('[{"patient_id": "P-1", "grade": 2}]')
    assert read(tmp_path / "a.dat")[0] == read(tmp_path / "b")[0]


def test_reading_goes_on_when_more_texts_were_met_than_are_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_MOST_REMEMBERED", 3)
    path = tmp_path / "patients.csv"
    rows = [f"P-{number},{number},2025-01-{number % 28 + 1:02}" for number in range(50)]
    path.write_text("\n".join(["patient_id,grade,grade__on", *rows]))
    patients, _ = read(path)
    assert [each.facts["grade"].value for each in patients] == list(range(50))
    assert str(patients[49].facts["grade"].on) == "2025-01-22"


@pytest.mark.parametrize("held", [0, 1000, 100_000])
def test_the_row_of_every_patient_seen_is_remembered(held: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen_patients, "_HELD", held)
    seen = SeenPatients()
    assert [seen.earlier_row(f"P-{number}", number) for number in range(20_000)] == [None] * 20_000
    assert [seen.earlier_row(f"P-{number}", 1) for number in (0, 77, 19_999)] == [0, 77, 19_999]
    seen.close()


def test_a_full_temporary_folder_is_said_gently(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen_patients, "_HELD", 10)
    seen = SeenPatients()
    seen._database.execute("pragma max_page_count = 4")
    with pytest.raises(UsageError, match="temporary folder") as error:
        [seen.earlier_row(f"P-{number}", number) for number in range(10_000)]
    assert "TMPDIR" in error.value.hint
    seen.close()


def test_a_table_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    path.write_text("patient_id\nP-1\n")
    with open_fact_table(path, VOCABULARY, as_of=AS_OF) as table:
        assert len(list(table)) == 1
        with pytest.raises(RuntimeError, match="once"):
            list(table)


def test_the_name_of_a_folder_adds_no_column(tmp_path: Path) -> None:
    folder = tmp_path / "grade=2"
    folder.mkdir()
    patients, _ = read(parquet(folder, "select 'P-1' as patient_id"))
    assert patients[0].facts == {}
