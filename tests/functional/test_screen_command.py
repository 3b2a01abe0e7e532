"""`screener screen` as a coordinator and a script use it."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import APART, REPOSITORY, SAMPLE, TRIAL, screen, screener, table

from screener.reports.ranked_list import SIGNS


def test_the_sample_patients_are_ranked_by_verdict_then_score_then_questions() -> None:
    ran = screen(SAMPLE)
    patients = ran.json["patients"]
    assert ran.code == 0
    assert [one["rank"] for one in patients] == list(range(1, 13))
    assert [one["patient_id"] for one in patients[:6]] == ["P-001", "P-002", "P-004", "P-003", "P-005", "P-006"]
    assert ran.json["counts"] == {"eligible": 2, "needs_information": 4, "not_eligible": 6}


def test_the_json_has_the_promised_keys() -> None:
    data = screen(SAMPLE).json
    assert list(data) == ["trial", "as_of", "rules", "counts", "patients", "rejected"]
    assert (data["trial"], data["as_of"], data["rejected"]) == (TRIAL, "2026-06-01", [])
    assert data["rules"]["approval"] == "submitted"
    assert data["rules"]["registry_version"] == "2025-10-06"
    assert (len(data["rules"]["sha256"]), data["rules"]["stale"]) == (64, [])
    patient = data["patients"][0]
    assert list(patient) == [
        "rank", "patient_id", "verdict", "recoverable", "score", "criteria", "questions", "presumed", "notes",
    ]  # fmt: skip
    assert patient["criteria"][0] == {
        "id": "I1",
        "kind": "inclusion",
        "result": "met",
        "effect": "passes",
        "causes": [],
        "reason": "WHO performance status is 1 (2026-05-20); at most 2",
        "facts": [
            {
                "fact": "who_performance_status",
                "value": 1,
                "on": "2026-05-20",
                "source": "clinic letter",
                "state": "recorded",
            }
        ],
    }


def test_what_is_not_recorded_is_unknown_and_asked_for() -> None:
    patient = next(one for one in screen(SAMPLE).json["patients"] if one["patient_id"] == "P-003")
    sarcoma = next(one for one in patient["criteria"] if one["id"] == "E1")
    assert (sarcoma["result"], sarcoma["effect"], sarcoma["causes"]) == ("unknown", "open", ["not_recorded"])
    assert (patient["verdict"], patient["score"], patient["recoverable"]) == ("needs_information", 90, None)
    assert patient["questions"] == [
        {
            "fact": "primary_breast_sarcoma",
            "question": "Is the diagnosis a primary breast sarcoma?",
            "answered_by": "record",
            "criteria": ["E1"],
        }
    ]


def test_nobody_with_an_open_criterion_is_called_eligible_in_any_format() -> None:
    for patient in screen(SAMPLE).json["patients"]:
        if any(one["effect"] == "open" for one in patient["criteria"]):
            assert patient["verdict"] != "eligible"
    rows = list(csv.DictReader(screen(SAMPLE, form="csv").out.splitlines()))
    assert all("unknown" not in row.values() for row in rows if row["verdict"] == "eligible")


def test_the_three_formats_for_programs_agree() -> None:
    patients = screen(SAMPLE).json["patients"]
    lines = [json.loads(line) for line in screen(SAMPLE, form="jsonl").out.splitlines()]
    rows = list(csv.DictReader(screen(SAMPLE, form="csv").out.splitlines()))
    assert lines == patients
    for row, patient in zip(rows, patients, strict=True):
        assert (int(row["rank"]), row["patient_id"], row["verdict"], int(row["score"])) == (
            patient["rank"], patient["patient_id"], patient["verdict"], patient["score"],
        )  # fmt: skip
        assert [row[one["id"]] for one in patient["criteria"]] == [one["result"] for one in patient["criteria"]]


def test_the_table_and_the_report_say_what_the_formats_for_programs_say(tmp_path: Path) -> None:
    rows = [
        "patient_id,birth_date,who_performance_status,recurrence_type,dutch_communication",
        "=1+1,1960-05-05,1,local,yes", "B,2015,3,distant only,no", "C,1950,2,regional,often", "D,,,,",
    ]  # fmt: skip
    path = table(tmp_path, *rows)
    said = screen(path, "--report", tmp_path / "report.html").json
    shown = screen(path, form="table").out
    report = (tmp_path / "report.html").read_text()
    overview = re.findall(
        r'<td class="rank">(\d+)</td>.*?<bdi>(.*?)</bdi>.*?<td class="score">(\d+)</td>(.*?)</tr>', report, re.DOTALL
    )
    assert len(overview) == len(said["patients"]) == 4
    for one, (rank, name, score, cells) in zip(said["patients"], overview, strict=True):
        results = [each["result"] for each in one["criteria"]]
        assert (int(rank), name, int(score)) == (one["rank"], one["patient_id"], one["score"])
        assert re.findall(r'<span class="unseen">(.*?)</span>', cells) == results
        line = next(line for line in shown.splitlines() if line.split()[:2] == [rank, name])
        assert [word for word in line.split() if word in "✓✗?·"] == [SIGNS[result][0] for result in results]
        assert score in line.split()
    assert sum(map(int, re.findall(r'class="number">(\d+)', report))) == sum(said["counts"].values())


def test_the_table_shows_signs_reasons_and_the_intended_use_without_a_terminal() -> None:
    ran = screen(SAMPLE, "--reasons", form="table")
    assert ran.code == 0
    assert "WHO performance status is 3 (2026-05-22) where at most 2" in " ".join(ran.out.split())
    assert "Rules: submitted, not approved" in ran.out
    assert "a qualified person confirms eligibility" in " ".join(ran.out.split())
    assert "\x1b[" not in ran.out


def test_patients_can_come_from_standard_input() -> None:
    given = "patient_id;who_performance_status\r\nA;2\r\n"
    ran = screener("screen", TRIAL, "--patients", "-", "--as-of", "2026-06-01", "--format", "jsonl", given=given)
    assert ran.code == 0
    assert ran.json["criteria"][0]["result"] == "met"


def test_the_result_is_written_whole_under_the_name_that_was_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "result.jsonl"
    out.write_text("what was there before")
    ran = screen(SAMPLE, "--out", out, form="jsonl")
    assert (ran.code, ran.out) == (0, "")
    assert len(out.read_text().splitlines()) == 12
    assert [path.name for path in tmp_path.iterdir()] == ["result.jsonl"]


def test_the_rules_come_from_the_environment_where_no_option_names_them(tmp_path: Path) -> None:
    assert screen(SAMPLE, SCREENER_CRITERIA=str(tmp_path / "none")).code == 2


def test_the_result_does_not_depend_on_the_order_of_the_patients(tmp_path: Path) -> None:
    heading, *rows = SAMPLE.read_text().splitlines()
    turned = table(tmp_path, heading, *reversed(rows))
    assert screen(turned, form="csv").out == screen(SAMPLE, form="csv").out


def test_a_patient_id_that_a_spreadsheet_would_calculate_is_text_in_csv_and_itself_elsewhere(tmp_path: Path) -> None:
    names = ["=1+1", "+31 6 1234", "-5", "@home", "'=1"]
    path = table(tmp_path, "patient_id,who_performance_status", *[f'"{name}",1' for name in names])
    assert {one["patient_id"] for one in screen(path).json["patients"]} == set(names)
    rows = list(csv.DictReader(screen(path, form="csv").out.splitlines()))
    assert {row["patient_id"] for row in rows} == {"'=1+1", "'+31 6 1234", "-5", "'@home", "''=1"}


def test_a_table_of_headings_alone_is_fine_and_says_that_nobody_is_in_it(tmp_path: Path) -> None:
    path = table(tmp_path, "patient_id,age")
    for form in ("json", "jsonl", "csv"):
        ran = screen(path, form=form)
        assert (ran.code, "There are no patients in the table." in ran.err) == (0, True)
    assert "There are no patients in the table." in screen(path, form="table").out


def test_a_semicolon_table_with_a_mark_and_windows_line_ends_is_read_from_standard_input() -> None:
    rows = ["patient_id;who_performance_status;metastasis_sites", 'A;1;"bone; lung"', "B;2;none"]
    given = b"\xef\xbb\xbf" + "\r\n".join(rows).encode() + b"\r\n"
    ran = screener("screen", TRIAL, "--patients", "-", "--format", "json", given=given)
    assert (ran.code, ran.json["rejected"]) == (0, [])
    assert {one["patient_id"] for one in ran.json["patients"]} == {"A", "B"}


@pytest.mark.parametrize(
    "given",
    ['[{"patient_id": "A", "who_performance_status": 1}]', '{"patient_id": "A", "who_performance_status": 1}\n'],
)
def test_json_is_read_from_standard_input(given: str) -> None:
    ran = screener("screen", TRIAL, "--patients", "-", "--format", "json", given=given)
    assert (ran.code, [one["patient_id"] for one in ran.json["patients"]]) == (0, ["A"])


def test_an_interrupted_run_leaves_what_was_there_and_ends_with_130(tmp_path: Path) -> None:
    out = tmp_path / "result.csv"
    out.write_text("what was there before")
    command = [sys.executable, "-m", "screener", "screen", TRIAL, "--patients", "-", "--format", "csv", "--out", out]
    running = subprocess.Popen(
        command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=REPOSITORY, env={**os.environ, **APART}
    )
    assert running.stdin is not None
    running.stdin.write(b"patient_id,who_performance_status\n")
    # More than any pipe holds: when all of it is written, the program is reading patients.
    running.stdin.write(b"".join(b"P-%d,1\n" % number for number in range(200_000)))
    running.stdin.flush()
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Traceback" not in said.decode()
    assert "Stopped" in said.decode()
    assert out.read_text() == "what was there before"
    assert [path.name for path in tmp_path.iterdir()] == ["result.csv"]


@pytest.mark.parametrize(
    "death",
    [
        {"deceasedDateTime": "2026-05-25"},
        {"deceasedBoolean": True},
        pytest.param({"deceasedBoolean": False, "deceasedDateTime": "2026-05-25"}, id="the record contradicts itself"),
    ],
)
def test_that_a_patient_has_died_is_said_in_the_list_and_beside_the_result_and_changes_no_verdict(
    tmp_path: Path, death: dict[str, object]
) -> None:
    records = json.loads((REPOSITORY / "data" / "fhir" / "P-001.json").read_text(encoding="utf-8"))
    place = tmp_path / "records.json"
    place.write_text(json.dumps(records), encoding="utf-8")
    (alive,) = screen(place).json["patients"]
    assert "died" not in screen(place, form="table").out
    records["entry"][0]["resource"] |= death
    place.write_text(json.dumps(records), encoding="utf-8")
    (dead,) = screen(place).json["patients"]
    assert (dead["verdict"], dead["score"], dead["criteria"]) == (alive["verdict"], alive["score"], alive["criteria"])
    assert [note["id"] for note in dead["notes"]] == [*(note["id"] for note in alive["notes"]), "N5"]
    words = "The record says that the patient has died: do not contact"
    listed = " ".join(screen(place, form="table").out.split())
    explained = screener("explain", TRIAL, "--patients", str(place), "--patient", "P-001", "--as-of", "2026-06-01")
    assert words in listed
    said = " ".join(explained.out.split())
    assert said.index(words) < said.index("where to look it up") < said.index("I1")
    report = tmp_path / "report.html"
    screen(place, "--report", report)
    page = report.read_text(encoding="utf-8")
    overview, patient = page.index('id="overview"'), page.index('id="patient-1"')
    assert overview < page.index(words) < patient < page.index(words, patient) < page.index("<h3>Facts", patient)
