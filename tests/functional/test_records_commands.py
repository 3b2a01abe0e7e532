"""Patient records on the command line: screened, explained, and made into a table that says the same."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from command_line import REPOSITORY, TRIAL, screen, screener

RECORDS = REPOSITORY / "data" / "fhir"


def results(found: dict[str, Any]) -> dict[str, Any]:
    """Of each patient what was decided and why not, without the words."""
    return {
        one["patient_id"]: (
            one["verdict"], one["recoverable"], one["score"],
            [(criterion["id"], criterion["result"], criterion["causes"]) for criterion in one["criteria"]],
            [question["fact"] for question in one["questions"]],
        )
        for one in found["patients"]
    }  # fmt: skip


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_table_made_from_records_says_the_same_as_the_records(tmp_path: Path, ending: str) -> None:
    table = tmp_path / f"facts.{ending}"
    made = screener("records", "table", RECORDS, "--as-of", "2026-06-01", "--out", table)
    assert (made.code, made.err) == (0, "")
    from_records, from_table = screen(RECORDS), screen(table)
    assert (from_records.code, from_table.code) == (0, 0)
    assert results(from_records.json) == results(from_table.json)
    assert len(from_records.json["patients"]) == 12


def test_a_table_for_one_trial_has_the_columns_of_its_facts_alone(tmp_path: Path) -> None:
    whole = screener("records", "table", RECORDS, "--as-of", "2026-06-01").out.splitlines()[0].split(",")
    some = screener("records", "table", RECORDS, "--trial", TRIAL, "--as-of", "2026-06-01").out.splitlines()[0]
    assert {"patient_id", "birth_date", "recurrence_type__source"} <= set(some.split(",")) < set(whole)


def test_every_fact_is_shown_with_the_record_it_came_from() -> None:
    found = screener("explain", TRIAL, "--patients", RECORDS, "--patient", "P-001", "--as-of", "2026-06-01",
                     "--format", "json").json  # fmt: skip
    facts = {fact["fact"]: fact for criterion in found["criteria"] for fact in criterion["facts"]}
    status = facts["who_performance_status"]
    assert (status["value"], status["on"], status["source"]) == (1, "2026-05-20", "Observation/P-001-ecog")
    (record,) = status["evidence"]
    assert record["reference"] == "Observation/P-001-ecog"
    assert record["place"].endswith("P-001.json, entry 11")
    assert (record["code"], record["status"]) == ("89247-1", "final")
    text = screener("explain", TRIAL, "--patients", RECORDS, "--patient", "P-001", "--as-of", "2026-06-01")
    assert "Observation/P-001-ecog" in text.out


@pytest.mark.parametrize("packed", [False, True])
def test_a_single_bundle_is_read_packed_or_not(tmp_path: Path, packed: bool) -> None:
    content = (RECORDS / "P-007.json").read_bytes()
    path = tmp_path / ("one.json.gz" if packed else "one.json")
    path.write_bytes(gzip.compress(content) if packed else content)
    assert results(screen(path).json) == {"P-007": results(screen(RECORDS).json)["P-007"]}


def test_what_could_not_be_used_is_named_by_file_and_the_rest_is_screened(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_bytes((RECORDS / "P-001.json").read_bytes())
    (tmp_path / "cut.json").write_bytes((RECORDS / "P-002.json").read_bytes()[:2000])
    ran = screen(tmp_path)
    assert ran.code == 3
    assert [one["patient_id"] for one in ran.json["patients"]] == ["P-001"]
    assert [Path(one["file"]).name for one in ran.json["rejected"]] == ["cut.json"]
    assert "cut.json" in ran.err
    assert "P-002" not in ran.err


def test_times_become_dates_in_the_zone_of_the_site(tmp_path: Path) -> None:
    record = json.loads((RECORDS / "P-001.json").read_text(encoding="utf-8"))
    for entry in record["entry"]:
        if entry["resource"]["id"] == "P-001-ecog":
            entry["resource"]["effectiveDateTime"] = "2026-05-20T23:30:00Z"
    path = tmp_path / "late.json"
    path.write_text(json.dumps(record), encoding="utf-8")

    def measured(*zone: str) -> str:
        criteria = screen(path, *zone).json["patients"][0]["criteria"]
        return str(criteria[0]["facts"][0]["on"])

    assert measured() == "2026-05-20"
    assert measured("--zone", "Europe/Amsterdam") == "2026-05-21"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--zone", "Mars/Olympus"), "it is not a time zone; write it as Europe/Amsterdam."),
        (("--complete", "everything"), "it is not one of"),
    ],
)
def test_settings_that_cannot_be_used_are_one_sentence(arguments: tuple[str, ...], said: str) -> None:
    ran = screen(RECORDS, *arguments)
    assert ran.code == 2
    assert said in " ".join(ran.err.split())


def test_a_table_of_another_kind_is_refused(tmp_path: Path) -> None:
    ran = screener("records", "table", RECORDS, "--out", tmp_path / "facts.xlsx")
    assert (ran.code, list(tmp_path.iterdir())) == (2, [])
    assert "a .csv or a .parquet file, not .xlsx" in ran.err


def test_the_facts_that_records_can_never_answer_are_named_with_the_reason(tmp_path: Path) -> None:
    found = screener("records", "inspect", RECORDS, "--trial", TRIAL, "--format", "json").json["never_answered"]
    assert found["low_risk_recurrence"] == "no record says it: a person must answer"
    assert "who_performance_status" not in found
    (tmp_path / "alone.json").write_text('{"resourceType": "Patient", "id": "a"}', encoding="utf-8")
    alone = screener("records", "inspect", tmp_path)
    assert "who_performance_status" in alone.out
    assert "the source holds no observation" in alone.out


def test_a_folder_of_many_files_is_read_by_every_processor_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    content = (RECORDS / "P-001.json").read_text(encoding="utf-8")
    for number in range(1010):
        (folder / f"{number:04}.json").write_text(content.replace("P-001", f"Q-{number:04}"), encoding="utf-8")
    table = tmp_path / "facts.csv"
    made = screener("records", "table", folder, "--trial", TRIAL, "--as-of", "2026-06-01", "--out", table)
    assert (made.code, made.err) == (0, "")
    rows = table.read_text(encoding="utf-8").splitlines()[1:]
    assert [row.partition(",")[0] for row in rows] == [f"Q-{number:04}" for number in range(1010)]
    facts = {row.partition(",")[2].replace(f"Q-{number:04}", "P-001") for number, row in enumerate(rows)}
    assert len(facts) == 1  # they are one person's, over and over
