"""What was understood of records, counted, and told to people and to programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rich.console import Console

from screener.facts.inspection import Inspection, Problems, RecordProblem, never_answered
from screener.reports.inspection import Inspected, as_json, as_text


def counted() -> Inspection:
    inspection = Inspection(patients=2, without_patient_record=1, relied_on=frozenset({"condition", "procedure"}))
    inspection.note("file", "JSON", count=3)
    inspection.note("record", "Condition", count=1200)
    inspection.note("record", "DiagnosticReport", count=4)
    inspection.note("not_understood", "DiagnosticReport, not of imaging", count=4)
    inspection.note("not_counted", "Condition", "entered-in-error", count=7)
    inspection.note("event", "condition", count=1193)
    inspection.note("without_date", "condition", count=3)
    inspection.note("uncertain", "Condition", "active, provisional", count=5)
    for number in range(25):
        inspection.note("ignored", f"Condition.element{number:02d}", count=25 - number)
    inspection.not_complete["condition"] = 1
    return inspection


def text(inspected: Inspected) -> str:
    console = Console(width=118)
    with console.capture() as captured:
        console.print(as_text(inspected))
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def inspected(**more: Any) -> Inspected:
    problem = RecordProblem("export/a.ndjson", "line 3", "is not valid JSON", "export it again", 2)
    return Inspected(Path("export"), "Europe/Amsterdam", counted(), [problem], **more)


def test_counts_of_several_parts_add_up() -> None:
    whole, part = counted(), counted()
    whole.add(part)
    assert whole.of("record") == {("Condition",): 2400, ("DiagnosticReport",): 8}
    assert (whole.patients, whole.without_patient_record, whole.not_complete) == (4, 2, {"condition": 2})
    assert whole.total("ignored") == 2 * sum(range(26))


def test_the_most_frequent_comes_first_and_equals_by_name() -> None:
    inspection = Inspection()
    for name, count in (("b", 1), ("c", 5), ("a", 1)):
        inspection.note("ignored", name, count=count)
    assert list(inspection.of("ignored")) == [("c",), ("a",), ("b",)]


def test_problems_of_one_file_that_are_alike_are_one_with_a_count() -> None:
    problems = Problems()
    for line in ("line 2", "line 5", "line 9"):
        problems.add(RecordProblem("f", line, "is empty"))
    problems.add(RecordProblem("g", "", "is empty", "export it again"))
    assert [str(one) for one in problems.listed()] == [
        "f, line 2: is empty (and 2 more like it in this file)",
        "g: is empty; export it again",
    ]
    assert len(problems.taken()) == 2
    assert problems.listed() == []


def test_facts_that_no_record_here_can_tell_are_named_with_the_reason() -> None:
    derivable = {"age": ("patient", "condition"), "volume": ("radiotherapy", "procedure"), "wish": ()}
    assert never_answered(counted(), derivable) == {  # type: ignore[arg-type]
        "volume": "the source holds no procedure and no radiotherapy",
        "wish": "no record says it: a person must answer",
    }


def test_the_kinds_that_are_missing_are_named_in_one_order_however_they_are_given() -> None:
    kinds = ("encounter", "imaging", "radiotherapy", "procedure")
    for given in (kinds, kinds[::-1], frozenset(kinds)):
        assert never_answered(counted(), {"done": given}) == {  # type: ignore[dict-item]
            "done": "the source holds no procedure and no radiotherapy and no imaging and no encounter"
        }


def test_a_person_reads_patients_records_events_and_what_was_left_aside() -> None:
    seen = text(inspected())
    assert seen.startswith(
        "export: 2 patients\nFiles: 3 JSON. Times became dates in Europe/Amsterdam.\n1 without a Patient"
    )
    assert "Condition         1,200                   7" in seen
    assert "DiagnosticReport      4                                   4" in seen
    assert "condition     1,193               3" in seen
    assert "Condition: active, provisional  5" in seen
    assert "and 5 more; --format json lists every one" in seen
    assert "condition was declared complete; for 1 patient that is not relied on" in seen
    assert "2 things could not be used\n  export/a.ndjson, line 3: is not valid JSON (and 1 more like it" in seen
    assert "never answer" not in seen


def test_a_person_reads_which_facts_of_a_trial_this_source_can_never_answer() -> None:
    seen = text(inspected(derivable={"volume": ("radiotherapy",), "sick": ("condition",)}))
    assert (
        "Facts of the trial that this source can never answer\n  fact    why\n  volume  the source holds no radiother"
        in seen
    )
    assert "Every fact of the trial can be told" in text(inspected(derivable={"sick": ("condition",)}))


def test_many_problems_are_cut_with_their_number_and_not_in_json() -> None:
    problems = [RecordProblem(f"{number}.json", "", "is empty") for number in range(30)]
    inspected = Inspected(Path("export"), "UTC", Inspection(patients=1), problems)
    seen = text(inspected)
    assert seen.startswith("export: 1 patient\nFiles: none that could be read.")
    assert "30 things could not be used" in seen
    assert seen.endswith("and 10 more; --format json lists every one")
    assert len(json.loads(as_json(inspected))["rejected"]) == 30


def test_a_program_reads_every_count() -> None:
    data = json.loads(as_json(inspected(derivable={"volume": ("radiotherapy",)})))
    assert data["patients"] == 2
    assert data["record"][0] == {"what": "Condition", "detail": None, "count": 1200}
    assert data["uncertain"] == [{"what": "Condition", "detail": "active, provisional", "count": 5}]
    assert len(data["ignored"]) == 25
    assert data["not_relied_on"] == {"condition": 1}
    assert data["declared_complete"] == ["condition", "procedure"]
    assert data["never_answered"] == {"volume": "the source holds no radiotherapy"}
    assert data["rejected"] == [
        {
            "file": "export/a.ndjson",
            "position": "line 3",
            "problem": "is not valid JSON",
            "hint": "export it again",
            "count": 2,
        }
    ]
    assert data["missing"] == []
