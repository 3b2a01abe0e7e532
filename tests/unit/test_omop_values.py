"""What rows of OMOP tables measured, and when: numbers, units, comparisons and days as the model has them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from omop_tables import condition, events_of, measurement, observed, only_event, read, tables, write_database

from screener.dates import parse_date
from screener.facts.events import EventField, Interval, Quantity


def test_a_number_is_exact_whatever_its_column_is_of(tmp_path: Path) -> None:
    for kind in ("double", "float", "decimal(18,3)", "varchar"):
        folder = tmp_path / kind.partition("(")[0]
        folder.mkdir()
        made = [measurement(value_as_number=0.1, unit_concept_id=20)]
        value = only_event(folder, "observation", {"value_as_number": kind}, measurement=made).fields["value"].value
        assert value == Quantity(Interval(Fraction(1, 10), Fraction(1, 10)), "10*3/uL")


@pytest.mark.parametrize(
    ("cells", "unit"),
    [
        ({}, "1"),
        ({"unit_source_value": "K/uL"}, "K/uL"),
        ({"unit_concept_id": 20, "unit_source_value": "thousands"}, "10*3/uL"),
        ({"unit_concept_id": 0}, ""),
        ({"unit_concept_id": 0, "unit_source_value": "mg/dL"}, "mg/dL"),
        ({"unit_concept_id": 999}, ""),
        ({"unit_concept_id": 7}, ""),
    ],
)
def test_a_unit_is_ucum_else_the_sources_own_words_else_none(tmp_path: Path, cells: dict[str, Any], unit: str) -> None:
    value = observed(tmp_path, value_as_number=5, **cells).fields["value"].value
    assert isinstance(value, Quantity)
    assert value.unit == unit


def test_a_comparison_is_an_interval_and_another_operator_unreadable(tmp_path: Path) -> None:
    rows = [
        measurement(1, value_as_number=5, operator_concept_id=21),
        measurement(2, value_as_number=5, operator_concept_id=22),
    ]
    path = write_database(tmp_path / "one.duckdb", tables(measurement=rows))
    below, about = (event.fields["value"] for event in events_of(path, "observation"))
    assert below.value == Quantity(Interval(None, Fraction(5), high_open=True), "1")
    assert (about.value, about.state, about.said) == (None, "unreadable", "? 5.000 1")


def test_a_value_that_is_no_number_is_unreadable_and_counted(tmp_path: Path) -> None:
    rows = [measurement(value_as_number="many", range_high="NaN")]
    path = write_database(
        tmp_path / "one.duckdb", tables(measurement=rows), {"value_as_number": "varchar", "range_high": "double"}
    )
    (patient,), source = read(path)
    told = patient.events[1].fields
    assert (told["value"].state, told["upper_limit"].state) == ("unreadable", "unreadable")
    assert source.inspection.of("unreadable") == {
        ("measurement.range_high", "not a number"): 1,
        ("measurement.value_as_number", "not a number"): 1,
    }


def test_words_without_a_concept_are_kept_and_cannot_be_read(tmp_path: Path) -> None:
    said = {"observation_id": 1, "person_id": 1, "observation_concept_id": 6, "observation_date": "2026-05-02"}
    event = only_event(tmp_path, "observation", observation=[{**said, "value_as_string": "fairly sore"}])
    assert event.fields["value_code"] == EventField(None, "fairly sore", "unreadable")


@pytest.mark.parametrize(
    ("kind", "cell", "day"),
    [
        ("timestamp", "2026-05-01 23:30:00", "2026-05-01"),
        ("timestamptz", "2026-05-01 23:30:00+00", "2026-05-02"),
        ("varchar", "2026-05-01", "2026-05-01"),
        ("varchar", "2026-05-01 23:30:00", "2026-05-01"),
        ("varchar", "2026-05-01T23:30:00Z", "2026-05-02"),
        ("varchar", "2026-05", "2026-05"),
    ],
)
def test_a_time_with_a_zone_is_a_day_in_the_zone_of_the_site(tmp_path: Path, kind: str, cell: str, day: str) -> None:
    made = [measurement(measurement_date=cell)]
    assert only_event(tmp_path, "observation", {"measurement_date": kind}, measurement=made).on == parse_date(day)


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("varchar", "01/05/2026"),
        ("varchar", "2026-02-30"),
        ("date", "infinity"),
        ("timestamptz", "290000-01-01 00:00:00+00"),
    ],
)
def test_what_is_no_date_is_unreadable_and_counted(tmp_path: Path, kind: str, cell: str) -> None:
    made = tables(condition_occurrence=[condition(condition_start_date=cell)])
    (patient,), source = read(write_database(tmp_path / "one.duckdb", made, {"condition_start_date": kind}))
    assert patient.events[1].on is None
    assert patient.events[1].fields["onset"].state == "unreadable"
    assert source.inspection.of("unreadable") == {("condition_occurrence.condition_start_date", "not a date"): 1}
    assert source.inspection.of("without_date") == {("condition",): 1}
