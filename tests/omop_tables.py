"""OMOP tables for tests: rows as dictionaries, written as a database, as Parquet or as CSV of the model's types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from screener.errors import UnusablePatients, UsageError
from screener.facts.events import Event, EventKind, PatientEvents
from screener.facts.omop.source import OmopTables, open_omop

Rows = Sequence[Mapping[str, Any]]
Tables = Mapping[str, Rows]

ZONE = ZoneInfo("Europe/Amsterdam")
HERE = "http://codes.test/here"
NO_KINDS: frozenset[EventKind] = frozenset()

FEMALE = 8532
CONCEPTS: Rows = [
    {"concept_id": number, "concept_name": name, "vocabulary_id": vocabulary, "concept_code": code}
    for number, name, vocabulary, code in (
        (0, "No matching concept", "None", "No matching concept"),
        (FEMALE, "FEMALE", "Gender", "F"),
        (1, "sore wrist", HERE, "sore"),
        (2, "sore wrist (old code)", "ICD10CM", "S00"),
        (3, "plate", HERE, "plate"),
        (4, "calm tablet", "RxNorm", "4"),
        (5, "platelets", "LOINC", "5"),
        (6, "score", "LOINC", "6"),
        (7, "present", "SNOMED", "7"),
        (8, "clinic", HERE, "clinic"),
        (9, "visit for a wrist", "CPT4", "9"),
        (10, "Radiotherapy course of treatment", "SNOMED", "1217123003"),
        (11, "Left (qualifier value)", "SNOMED", "7771000"),
        (12, "Right (qualifier value)", "SNOMED", "24028007"),
        (20, "thousand per microliter", "UCUM", "10*3/uL"),
        (21, "<", "SNOMED", "21"),
        (22, "about", "SNOMED", "22"),
        (30, "Preliminary diagnosis", "Condition Status", "30"),
        (31, "Resolved condition", "Condition Status", "31"),
        (32, "Confirmed diagnosis", "Condition Status", "32"),
        (33, "Exclusionary diagnosis", "Condition Status", "33"),
        (40, "EHR administration record", "Type Concept", "40"),
        (41, "EHR prescription", "Type Concept", "41"),
        (42, "Pharmacy claim", "Type Concept", "42"),
        (1147127, "condition_occurrence.condition_occurrence_id", "CDM", "50"),
        (51, "procedure_occurrence.procedure_occurrence_id", "CDM", "51"),
        (32528, "Disease First Occurrence", "Episode", "52"),
        (53, "Disease Recurrence", "Episode", "53"),
        (54, "Treatment Regimen", "Episode", "54"),
    )
]

_TYPES = {
    "date": "date",
    "datetime": "timestamp",
    "value": "varchar",
    "number": "numeric",
    "high": "numeric",
    "string": "varchar",
}
_TEXTS = ("name", "vocabulary_id", "code")


def person(number: int = 1, **more: Any) -> dict[str, Any]:
    return {"person_id": number, "gender_concept_id": FEMALE, "year_of_birth": 1970, **more}


def condition(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "condition_occurrence_id": number,
        "person_id": 1,
        "condition_concept_id": 1,
        "condition_start_date": "2020-01-10",
        **more,
    }


def measurement(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "measurement_id": number,
        "person_id": 1,
        "measurement_concept_id": 5,
        "measurement_date": "2026-05-01",
        **more,
    }


def tables(**more: Rows) -> dict[str, Rows]:
    """One person and the concepts, and these tables besides."""
    return {"person": [person()], "concept": CONCEPTS, **more}


def write_database(path: Path, tables: Tables, types: Mapping[str, str] | None = None) -> Path:
    """A DuckDB database with the types that OMOP CDM 5.4 gives its columns, or those named here."""
    with duckdb.connect(str(path)) as connection:
        for name, rows in tables.items():
            _create(connection, name, rows, types or {})
    return path


def write_folder(folder: Path, tables: Tables, ending: str = "parquet") -> Path:
    """A folder with a file for each table."""
    folder.mkdir(exist_ok=True)
    with duckdb.connect() as connection:
        for name, rows in tables.items():
            _create(connection, name, rows, {})
            connection.execute(f"copy {name} to '{folder / name}.{ending}'")
    return folder


def _create(connection: duckdb.DuckDBPyConnection, name: str, rows: Rows, types: Mapping[str, str]) -> None:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    defined = ", ".join(f"{column} {types.get(column) or _type(column)}" for column in columns)
    connection.execute(f"create table {name} ({defined})")
    marks = ", ".join(f"({', '.join('?' for _ in columns)})" for _ in rows)
    connection.execute(f"insert into {name} values {marks}", [row.get(column) for row in rows for column in columns])


def _type(column: str) -> str:
    if column.endswith(_TEXTS):
        return "varchar"
    return _TYPES.get(column.rpartition("_")[2], "integer")


def read(path: Path, complete: frozenset[EventKind] = NO_KINDS) -> tuple[list[PatientEvents], OmopTables]:
    """Every patient of a source, and the source, which is closed."""
    with open_omop(path, zone=ZONE, complete=complete) as source:
        return list(source), source


def events_of(path: Path, kind: EventKind) -> list[Event]:
    """The events of a kind of the only patient."""
    (patient,) = read(path)[0]
    return [event for event in patient.events if event.kind == kind]


def only_event(folder: Path, kind: EventKind, types: dict[str, str] | None = None, **made: Any) -> Event:
    """The only event of a kind of the only patient of these tables."""
    (event,) = events_of(write_database(folder / "one.duckdb", tables(**made), types), kind)
    return event


def observed(folder: Path, **more: Any) -> Event:
    """The event of one measurement."""
    return only_event(folder, "observation", measurement=[measurement(**more)])


def refused(path: Path) -> str:
    """What is said of tables that cannot be used."""
    with pytest.raises((UnusablePatients, UsageError)) as caught, open_omop(path, zone=ZONE, complete=NO_KINDS) as made:
        list(made)
    assert caught.value.hint
    return str(caught.value).replace(str(path), "HERE")
