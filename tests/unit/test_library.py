"""Rule sets found on disk and loaded with everything they stand on."""

from __future__ import annotations

from pathlib import Path

import pytest
from rulesets import RULES, TRIAL, checked, codes, replaced, write_trial

from screener.criteria.library import criteria_folder, find_rules, load, shared_facts, shipped, trials_in
from screener.errors import UsageError
from screener.findings import Findings


def test_the_criteria_that_were_shipped_hold_a_trial_and_a_vocabulary() -> None:
    folder = shipped("criteria")
    assert "NCT06452485" in trials_in(folder)
    assert (folder / "vocabulary").is_dir()


def test_the_folder_of_criteria_is_the_given_one_else_the_one_here_else_the_shipped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert criteria_folder(tmp_path) == tmp_path
    assert criteria_folder(None) == shipped("criteria")
    (tmp_path / "criteria").mkdir()
    assert criteria_folder(None) == Path("criteria")
    with pytest.raises(UsageError, match="There is no folder") as caught:
        criteria_folder(tmp_path / "nowhere")
    assert caught.value.hint


def test_rules_are_found_by_the_id_of_the_trial_in_any_case_or_by_a_path(tmp_path: Path) -> None:
    folder = write_trial(tmp_path)
    criteria = folder.parent
    assert trials_in(criteria) == [TRIAL]
    for target in (TRIAL, TRIAL.lower(), str(folder), str(folder / "criteria.yaml")):
        assert find_rules(target, criteria) == folder


@pytest.mark.parametrize("target", ["NCT99999999", "nowhere", "registry.json"])
def test_rules_that_are_not_there_are_told_with_the_trials_there_are(tmp_path: Path, target: str) -> None:
    folder = write_trial(tmp_path)
    with pytest.raises(UsageError, match=f"There are no rules for {target}") as caught:
        find_rules(target, folder.parent)
    assert caught.value.hint.endswith(f": {TRIAL}.")
    with pytest.raises(UsageError) as empty:
        find_rules(target, tmp_path)
    assert empty.value.hint.endswith(": none.")


def test_the_vocabulary_beside_the_trial_goes_before_the_shared_one(tmp_path: Path) -> None:
    folder = write_trial(tmp_path / "one")
    other = write_trial(tmp_path / "two", vocabulary="facts:\n")
    assert codes(checked(folder)[1]) == []
    (folder.parent / "vocabulary" / "words.yaml").unlink()
    (folder.parent / "vocabulary").rmdir()
    findings = Findings()
    loaded = load(folder, other.parent, findings)
    assert loaded is not None
    assert "F101" in codes(findings)


def test_a_rule_file_that_is_not_there_gives_nothing_but_the_finding(tmp_path: Path) -> None:
    folder = write_trial(tmp_path)
    (folder / "criteria.yaml").unlink()
    loaded, findings = checked(folder)
    assert loaded is None
    assert codes(findings) == ["R110"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "the registry record is not JSON"),
        ("[]", "the registry record holds no id"),
        ('{"protocolSection": 3}', "the registry record holds no id"),
        ('{"protocolSection": {"identificationModule": {"nctId": " "}}}', "the registry record holds no id"),
        (
            (
                '{"protocolSection": {"identificationModule": {"nctId": "NCT00000001"},'
                ' "eligibilityModule": {"eligibilityCriteria": "x"}}}'
            ),
            "the registry record is of NCT00000001, the rules are for NCT00000000",
        ),
    ],
)
def test_a_registry_record_that_cannot_be_used_is_told(tmp_path: Path, content: str, words: str) -> None:
    folder = write_trial(tmp_path)
    (folder / "registry.json").write_text(content, encoding="utf-8")
    loaded, findings = checked(folder)
    assert loaded is not None
    assert loaded.record is None
    assert [finding.message for finding in findings] == [words]
    assert codes(findings) == ["S104"]


def test_a_registry_record_that_is_not_there_is_told(tmp_path: Path) -> None:
    folder = write_trial(tmp_path)
    (folder / "registry.json").unlink()
    assert [finding.message for finding in checked(folder)[1]] == ["the registry record is not there"]


def test_the_record_says_of_which_version_and_status_it_is(tmp_path: Path) -> None:
    loaded, _ = checked(write_trial(tmp_path))
    assert loaded is not None
    assert loaded.record is not None
    assert (loaded.record.nct_id, loaded.record.version, loaded.record.status) == (TRIAL, "2025-10-06", "RECRUITING")


PATIENT = "id: one, about: x, given: {healed: yes, pain: none}, on: 2026-06-01, expect: eligible"


@pytest.mark.parametrize(
    ("patients", "found"),
    [
        (f"trial: {TRIAL}\npatients:\n  - {{{PATIENT}}}\n", []),
        (f"trial: {TRIAL}\npatients:\n  - {{{PATIENT}, fails: [], open: []}}\n", []),
        (f"trial: {TRIAL}\npatients:\n  - {{{PATIENT}, fails: [I1], open: [E1]}}\n", ["C104", "C104"]),
        (f"trial: {TRIAL}\npatients:\n  - {{{PATIENT}, recoverable: yes}}\n", ["C104"]),
        (f"trial: {TRIAL}\npatients:\n  - {{{PATIENT}, fails: E1}}\n", ["R111"]),
        (f"trial: {TRIAL}\npatients:\n  - {{{PATIENT}, fails: [[E1]]}}\n", ["R111"]),
        ("trial: NCT00000001\npatients: []\n", ["R117"]),
        ("- one\n", ["R111"]),
        ("", ["R106"]),
        (f"trial: {TRIAL}\npatients: [one]\n", ["R111"]),
        (f"trial: {TRIAL}\npatients:\n  - {{id: one, given: {{}}, on: 2026-06-01, expect: eligible}}\n", ["R112"]),
        (f"trial: {TRIAL}\npatients:\n  - {{{PATIENT.replace('eligible', 'fine')}}}\n", ["R117"]),
    ],
)
def test_example_patients_are_read_and_tried(tmp_path: Path, patients: str, found: list[str]) -> None:
    folder = write_trial(tmp_path)
    (folder / "patients.yaml").write_text(patients, encoding="utf-8")
    assert codes(checked(folder)[1]) == found


def test_an_example_patient_that_gets_another_answer_is_told_in_words(tmp_path: Path) -> None:
    wrong = f"{{{PATIENT.replace('healed: yes, pain: none', 'healed: no')}, recoverable: yes, fails: [E1], open: []}}"
    folder = write_trial(tmp_path, patients=f"trial: {TRIAL}\npatients:\n  - {wrong}\n")
    said = [finding.message.partition("answer: ")[2] for finding in checked(folder)[1].ordered()]
    assert said == [
        "failing are I1, expected are E1",
        "open are E1, expected are none",
        "recoverable is no, expected is yes",
        "the verdict is not_eligible, expected is eligible",
    ]


CASE = "{name: healed, given: {healed: yes}, on: 2026-06-01, expect: met}"


@pytest.mark.parametrize(
    ("case", "code", "words"),
    [
        ("healed", "R111", "a case must be a mapping"),
        (CASE.replace("name: healed, ", ""), "R112", 'a case has no "name"'),
        (CASE.replace("given: {healed: yes}, ", ""), "R112", 'a case has no "given"'),
        (CASE.replace("healed: yes", "heeled: yes"), "F101", 'there is no fact "heeled"'),
        (CASE.replace("healed: yes", "healed: perhaps"), "F106", '"perhaps" for "healed" is not yes or no'),
        (CASE.replace("healed: yes", "healed: yes on 2026-13"), "F106", '"2026-13" is not an ISO date'),
        (CASE.replace("on: 2026-06-01", "on: 2026-06"), "F106", '"2026-06" is not one day'),
        (CASE.replace("on: 2026-06-01", "on: today"), "F106", '"today" is not an ISO date'),
        (CASE.replace("expect: met", "expect: applies"), "R117", '`expect` cannot be "applies"'),
        (CASE.replace("healed: yes", "bones: [[ulna]]"), "R111", "an option must be a text"),
        (CASE.replace("healed: yes", "bones: [femur]"), "F103", '"femur" for "bones" is not a listed option'),
        (CASE.replace("healed: yes", "healed: "), "R106", '"healed" has no value'),
    ],
)
def test_a_case_that_cannot_be_read_is_told(tmp_path: Path, case: str, code: str, words: str) -> None:
    _, findings = checked(write_trial(tmp_path, rules=replaced(RULES, (CASE, case))))
    assert findings[0].code == code
    assert words in findings[0].message


def test_the_shared_vocabulary_is_what_can_be_read_of_it_and_the_built_in_facts(tmp_path: Path) -> None:
    folder = write_trial(tmp_path).parent
    assert {"healed", "age", "birth_date"} <= set(shared_facts(folder, Findings()).vocabulary.facts)
    (folder / "vocabulary" / "words.yaml").write_text("facts: {healed: yes}\n", encoding="utf-8")
    assert set(shared_facts(folder, Findings()).vocabulary.facts) == {"age", "birth_date"}
