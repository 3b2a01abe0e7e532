"""The same table means the same in every format it can be carried in."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import openpyxl
import pytest

from screener.dates import parse_date
from screener.facts.definitions import FactDefinition, Vocabulary
from screener.facts.table import Rejection, open_fact_table

if TYPE_CHECKING:
    from pathlib import Path

    from screener.facts.values import PatientRecord

AS_OF = date(2026, 6, 1)
VOCABULARY = Vocabulary.of(
    FactDefinition("healed", "healed", "yes_no", "record", "Healed?"),
    FactDefinition("surgery", "surgery", "choice", "record", "Which?", options=("same_side", "both_sides")),
    FactDefinition("grade", "grade", "integer", "record", "Grade?", low=0, high=5),
    FactDefinition("platelets", "platelets", "number", "record", "Platelets?", low=0, high=2000),
    FactDefinition("sites", "sites", "set", "record", "Where?", options=("neck_nodes", "lung")),
)
HEADINGS = (
    "patient_id", "birth_date", "healed", "healed__on", "healed__source",
    "surgery", "grade", "platelets", "sites", "note",
)  # fmt: skip
TYPED: tuple[tuple[object, ...], ...] = (
    (
        "P-1",
        date(1970, 2, 3),
        True,
        datetime.fromisoformat("2026-05-01"),
        "letter, page 2",
        "same_side",
        2,
        0.1,
        ["lung"],
        "x",
    ),
    ("Ü-2", None, False, None, None, "both_sides", None, 75.0, [], None),
    (None,) * 10,
    ("P-3", date(2027, 1, 1), None, None, None, "left", 7, None, ["lung", "neck_nodes"], None),
    ("P-1", None, True, None, None, None, None, None, None, None),
)
PARQUET_TYPES = (
    "varchar",
    "date",
    "boolean",
    "timestamp",
    *["varchar"] * 2,
    "bigint",
    "double",
    "varchar[]",
    "varchar",
)


def text(value: object) -> str:
    if isinstance(value, list):
        return ";".join(value) or "none"
    if isinstance(value, datetime):
        return value.date().isoformat()
    return "" if value is None else str(value)


def write_csv(folder: Path) -> Path:
    path = folder / "patients.csv"
    rows = [",".join(f'"{text(value)}"' for value in row) for row in (HEADINGS, *TYPED)]
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def objects() -> list[dict[str, object]]:
    plain = [
        [value if isinstance(value, list | float | int) or value is None else text(value) for value in row]
        for row in TYPED
    ]
    return [dict(zip(HEADINGS, row, strict=True)) for row in plain]


def write_json(folder: Path) -> Path:
    path = folder / "patients.json"
    path.write_text(json.dumps(objects(), indent=2), encoding="utf-8")
    return path


def write_wrapped(folder: Path) -> Path:
    path = folder / "wrapped.json"
    document = {"made": {"by": ["hand"]}, "patients": objects(), "end": True}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def write_lines(folder: Path) -> Path:
    path = folder / "patients.jsonl"
    path.write_text("\n".join(json.dumps(each) for each in objects()), encoding="utf-8")
    return path


def write_parquet(folder: Path) -> Path:
    path = folder / "it's [1] patients.parquet"
    with duckdb.connect() as connection:
        columns = ", ".join(f"{name} {kind}" for name, kind in zip(HEADINGS, PARQUET_TYPES, strict=True))
        connection.execute(f"create table patients ({columns})")
        connection.executemany(
            f"insert into patients values ({', '.join('?' * len(HEADINGS))})", [list(r) for r in TYPED]
        )
        connection.execute(f"copy patients to '{str(path).replace(chr(39), chr(39) * 2)}' (format parquet)")
    return path


def write_xlsx(folder: Path) -> Path:
    path = folder / "patients.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "first"
    sheet = book.create_sheet("Patients")
    for row in (HEADINGS, *TYPED):
        sheet.append([text(value) if isinstance(value, list) else value for value in row])
    book.save(path)
    return path


def read(path: Path) -> tuple[list[PatientRecord], list[Rejection], list[tuple[str, str]]]:
    with open_fact_table(path, VOCABULARY, as_of=AS_OF) as table:
        return list(table), table.rejected, table.unknown_columns


def test_the_csv_table_is_read_as_it_is_meant(tmp_path: Path) -> None:
    patients, rejected, unknown = read(write_csv(tmp_path))
    assert [(patient.patient_id, patient.row) for patient in patients] == [("P-1", 2), ("Ü-2", 3), ("P-3", 5)]
    first, second, third = (patient.facts for patient in patients)
    assert first["birth_date"].value == parse_date("1970-02-03")
    assert first["healed"][1:4] == (True, parse_date("2026-05-01"), "letter, page 2")
    assert first["platelets"].value == Decimal("0.1")
    assert (second["sites"].value, second["platelets"].value) == (frozenset(), 75)
    assert third["sites"].value == frozenset({"lung", "neck_nodes"})
    assert sorted(rejected) == [
        Rejection(5, "birth_date", "after the screening date"),
        Rejection(5, "grade", "outside the range"),
        Rejection(5, "surgery", "not a listed option"),
        Rejection(6, "patient_id", "repeats row 2"),
    ]
    assert [heading for heading, _ in unknown] == ["note"]


@pytest.mark.parametrize("write", [write_json, write_wrapped, write_lines, write_parquet, write_xlsx])
def test_every_format_gives_what_csv_gives(tmp_path: Path, write: object) -> None:
    assert callable(write)
    assert read(write(tmp_path)) == read(write_csv(tmp_path))
