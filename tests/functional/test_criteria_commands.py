"""`screener criteria`: what a rule author, a reviewer and an editor use."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from command_line import REPOSITORY, SAMPLE, TRIAL, Ran, screen, screener


@pytest.fixture
def criteria(tmp_path: Path) -> Path:
    return Path(shutil.copytree(REPOSITORY / "criteria", tmp_path / "criteria"))


def replace(criteria: Path, old: str, new: str) -> None:
    path = criteria / TRIAL / "criteria.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_shipped_rules_have_no_finding() -> None:
    ran = screener("criteria", "check", "--format", "json")
    assert (ran.code, ran.json) == (0, [])


def test_a_mistake_is_told_with_line_column_and_what_to_write(criteria: Path) -> None:
    replace(criteria, "who_performance_status: {at_most: 2}", "who_performance_satus: {at_most: 2}")
    ran = screener("criteria", "check", TRIAL, "--criteria", criteria, "--format", "json")
    assert ran.code == 2
    (finding,) = ran.json
    assert (finding["code"], finding["name"], finding["severity"]) == ("F101", "unknown-fact", "error")
    assert (finding["line"], finding["column"]) == (13, 7)
    assert finding["file"].endswith("criteria.yaml")
    assert finding["hint"] == 'did you mean "who_performance_status"?'
    assert list(finding) == ["code", "name", "severity", "file", "line", "column", "message", "hint"]


def test_several_mistakes_are_reported_in_one_run(criteria: Path) -> None:
    replace(criteria, "at_most: 2}", "at_most: 9}")
    replace(criteria, "{is: salvage_mastectomy}", "{is: salvage_masectomy}")
    replace(criteria, "recoverable: yes", "recoverable: perhaps")
    ran = screener("criteria", "check", TRIAL, "--criteria", criteria, "--format", "json")
    assert [one["code"] for one in ran.json] == ["F104", "R117", "F103"]


def test_a_case_that_fails_ends_the_test_with_one_and_the_check_with_two(criteria: Path) -> None:
    replace(
        criteria,
        "{name: just above, given: {who_performance_status: 3 on 2026-05-20}, on: 2026-06-01, expect: not met}",
        "{name: just above, given: {who_performance_status: 3 on 2026-05-20}, on: 2026-06-01, expect: met}",
    )
    ran = screener("criteria", "test", TRIAL, "--criteria", criteria)
    assert ran.code == 1
    assert 'the case "just above" of I1 expects "met"; the rule gives "not met"' in ran.out
    assert screener("criteria", "check", TRIAL, "--criteria", criteria).code == 2


def test_the_cases_and_example_patients_of_the_trial_pass() -> None:
    ran = screener("criteria", "test", TRIAL)
    assert ran.code == 0
    assert "58 cases and 24 example patients, 0 failed" in ran.out


def test_approval_holds_for_exact_bytes_and_any_edit_ends_it(criteria: Path) -> None:
    assert screener("criteria", "approve", TRIAL, "--by", "A. Jansen", "--criteria", criteria).code == 0
    assert screen(SAMPLE, "--criteria", criteria).json["rules"]["approval"] == "approved"
    path = criteria / TRIAL / "criteria.yaml"
    path.write_text(path.read_text() + "# a remark\n")
    assert screen(SAMPLE, "--criteria", criteria).json["rules"]["approval"] == "submitted"
    ran = screener("criteria", "check", TRIAL, "--criteria", criteria, "--format", "json")
    assert (ran.code, [one["name"] for one in ran.json]) == (2, ["approval-of-other-bytes"])


def test_the_author_cannot_approve(criteria: Path) -> None:
    ran = screener("criteria", "approve", TRIAL, "--by", "Rules-Team", "--criteria", criteria)
    assert ran.code == 2
    assert "cannot approve" in ran.err
    assert not (criteria / TRIAL / "approval.yaml").exists()


def test_what_one_person_has_approved_is_not_overwritten_by_another(criteria: Path) -> None:
    def approve(*more: str) -> Ran:
        return screener("criteria", "approve", TRIAL, "--criteria", criteria, *more)

    assert approve("--by", "A. Jansen", "--state", "under_review").code == 0
    second = approve("--by", "B. Visser")
    assert (second.code, "were under review by A. Jansen" in second.err) == (0, True)
    third = approve("--by", "C. Bakker")
    assert third.code == 2
    assert "approved by B. Visser" in third.err
    assert "Nothing was changed" in third.err
    assert "B. Visser" in (criteria / TRIAL / "approval.yaml").read_text()


def test_the_rules_are_shown_beside_the_registrys_words_with_the_review_state_on_top() -> None:
    for audience in ("clinician", "patient"):
        ran = screener("criteria", "show", TRIAL, "--audience", audience)
        assert ran.code == 0
        assert "WHO performance scale ≤2" in ran.out
        assert "not approved" in ran.out[:600].lower()


def test_where_the_facts_come_from_is_told_of_every_fact_the_rules_rest_on() -> None:
    ran = screener("criteria", "facts", TRIAL)
    assert ran.code == 0
    assert "not approved" in ran.out[:600].lower()
    assert "WHO performance status (who_performance_status)\n" in ran.out
    assert "     Asked of a clinician: Does the recurrence have high-risk tumour characteristics" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 100


def test_the_schema_is_json_and_of_draft_seven() -> None:
    ran = screener("criteria", "schema")
    assert json.loads(ran.out)["$schema"] == "http://json-schema.org/draft-07/schema#"


def test_a_folder_without_rules_is_said(tmp_path: Path) -> None:
    ran = screener("criteria", "check", "--criteria", tmp_path)
    assert ran.code == 2
    assert "There are no rules" in ran.err
