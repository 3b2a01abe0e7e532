"""`screener feasibility`: the counts a protocol is argued about with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from command_line import SAMPLE, TRIAL, Ran, screen, screener, table


def feasibility(facts: Path, *more: str | Path, form: str = "json") -> Ran:
    return screener("feasibility", TRIAL, "--facts", facts, "--as-of", "2026-06-01", "--format", form, *more)


def test_the_funnel_counts_what_screen_says_of_each_patient() -> None:
    patients = screen(SAMPLE).json["patients"]
    study = feasibility(SAMPLE).json
    assert study["verdicts"] == {"eligible": 2, "needs_information": 4, "not_eligible": 6}
    left = patients
    for step in study["steps"]:
        effects = {one["patient_id"]: {c["id"]: c["effect"] for c in one["criteria"]} for one in patients}
        failing = [one for one in patients if effects[one["patient_id"]][step["id"]] == "fails"]
        assert step["fails"] == len(failing)
        assert step["alone"] == sum(list(effects[one["patient_id"]].values()).count("fails") == 1 for one in failing)
        assert step["excluded"] == len([one for one in left if one in failing])
        left = [one for one in left if one not in failing]
        assert step["left"] == len(left)
        opened = [c for one in patients for c in one["criteria"] if c["id"] == step["id"] and c["effect"] == "open"]
        assert step["open"] == len(opened)
        assert step["causes"] == {
            cause: sum(cause in one["causes"] for one in opened) for cause in step["causes"]
        }  # fmt: skip


def test_questions_are_those_that_screen_asks() -> None:
    asked = [[one["fact"] for one in patient["questions"]] for patient in screen(SAMPLE).json["patients"]]
    study = feasibility(SAMPLE).json
    assert study["looked_at"] == study["verdicts"]["needs_information"]
    for one in study["questions"]:
        assert one["patients"] == sum(one["fact"] in facts for facts in asked)
        assert one["alone"] == sum(facts == [one["fact"]] for facts in asked)


def test_a_limit_at_another_value_gives_what_rules_with_that_limit_give(tmp_path: Path) -> None:
    facts = table(tmp_path, "patient_id,who_performance_status", *(f"P-{number},{number}" for number in range(6)))
    study = feasibility(facts, "--sweep", "who_performance_status=0,1,4").json
    (sweep,) = [one for one in study["sweeps"] if one["fact"] == "who_performance_status"]
    assert sweep["now"] == "2"
    found = {one["limit"]: (one["needs_information"], one["not_eligible"]) for one in sweep["points"]}
    assert found == {"0": (1, 5), "1": (2, 4), "2": (3, 3), "4": (5, 1)}


def test_without_a_criterion_its_failures_are_undone(tmp_path: Path) -> None:
    facts = table(tmp_path, "patient_id,who_performance_status", "P-1,1", "P-2,4", "P-3,5")
    steps = {one["id"]: one for one in feasibility(facts).json["steps"]}
    assert steps["I1"]["without"] == {"eligible": 0, "needs_information": 3, "not_eligible": 0}
    assert steps["I2"]["without"] == {"eligible": 0, "needs_information": 1, "not_eligible": 2}


def test_the_table_and_the_page_tell_the_same_counts_and_nobodys_id(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    ran = feasibility(SAMPLE, "--page", page, form="table")
    assert ran.code == 0
    assert "12 patients, 2 eligible on recorded data, 4 need information, 6 not" in ran.out
    assert re.search(r"at most 3 +│ +[+]1 +│ +[+]0 ", ran.out)
    html = page.read_text(encoding="utf-8")
    assert "<svg" in html
    assert "open without it" in html
    assert "WHO performance status at most 2" in html
    assert "P-001" not in html + ran.out
    assert "http" not in html.replace("http://www.w3.org", "")


def test_what_cannot_be_used_is_told_as_cohort_tells_it(tmp_path: Path) -> None:
    facts = table(tmp_path, "patient_id,er_status,who_performance_status", "P-1,positive,1", "P-2,positive,9",
                  ",positive,1", "P-4,positive")  # fmt: skip
    ran = feasibility(facts)
    assert ran.code == 3
    assert ran.json["verdicts"] == {"eligible": 0, "needs_information": 3, "not_eligible": 0}
    cohort = screener("cohort", TRIAL, "--facts", facts, "--as-of", "2026-06-01", "--out", tmp_path / "out.csv")
    told = [line for line in cohort.err.splitlines() if line.startswith("  ")]
    assert len(told) == 3
    assert [line for line in ran.err.splitlines() if line.startswith("  ")] == told


def test_every_output_says_that_nobody_has_approved_the_rules(tmp_path: Path) -> None:
    page, out = tmp_path / "page.html", tmp_path / "out.txt"
    assert feasibility(SAMPLE).json["approval"] == "submitted, not approved"
    assert feasibility(SAMPLE, "--page", page, "--out", out, "--no-questions", form="table").code == 0
    for path in (page, out):
        assert "Rules: submitted, not approved." in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("sweep", "said", "hint"),
    [
        (
            "who_performance_statu=1",
            'has a limit on "who_performance_statu"',
            'did you mean "who_performance_status"?',
        ),
        ("er_status=1", 'has a limit on "er_status"', "metastasis_count"),
        (
            "who_performance_status=9",
            '"who_performance_status" is never 9',
            "a whole number, 0 to 5",
        ),
        ("who_performance_status=1.5", '"who_performance_status" is never 1.5', "a whole number"),
    ],
)
def test_a_limit_that_cannot_be_tried_is_refused(sweep: str, said: str, hint: str) -> None:
    ran = feasibility(SAMPLE, "--sweep", sweep)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert hint in ran.err


@pytest.mark.parametrize("between", ["P-0,2", ",2", ",", " ,2"])
def test_a_patient_that_stands_twice_is_refused(tmp_path: Path, between: str) -> None:
    ran = feasibility(table(tmp_path, "patient_id,who_performance_status", "P-1,1", between, "P-1,4"))
    assert ran.code == 2
    assert "more than once" in ran.err


def test_a_page_that_has_no_folder_is_refused_before_anything_is_counted(tmp_path: Path) -> None:
    ran = feasibility(SAMPLE, "--page", tmp_path / "none" / "page.html")
    assert (ran.code, ran.out, "There is no folder" in ran.err) == (2, "", True)


def test_limits_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    ran = feasibility(SAMPLE, "--sweep", "age=young")
    assert (ran.code, "names no limits" in ran.err) == (2, True)


def test_the_page_quotes_the_protocol_without_its_escapes_and_says_what_a_limit_would_change(tmp_path: Path) -> None:
    feasibility(SAMPLE, "--page", tmp_path / "page.html")
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "&gt;=18 years" in html
    assert "\\" not in html
    assert 'class="more">+1</text>' in html
