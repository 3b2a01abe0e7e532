"""Every finding: one broken rule set for each code, with the place and the words it is told with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rulesets import write_trial

from screener.findings import CATALOGUE
from screener.located import LIMIT_BYTES
from screener.matching.gate import check

BROKEN = Path(__file__).parent / "broken"
DOCS = Path(__file__).parents[2] / "docs" / "findings.md"
FOLDERS = sorted(path.name for path in BROKEN.iterdir())

WITHOUT_A_FILE = {
    "U101": "no rule that can be written is settled by nothing: tests/unit/test_logic_check.py builds one by hand",
    "S103": "the files alone do not tell: it needs a later text of the registry",
}


def told(folder: Path, tmp_path: Path) -> str:
    """What the check says of a broken rule set, one line a finding, its hint below; files without their folder."""
    trial = write_trial(tmp_path)
    (trial.parent / "value_sets").mkdir()
    for path in folder.iterdir():
        beside = trial.parent / "value_sets" if path.suffix == ".csv" else trial
        (beside / path.name).write_bytes(path.read_bytes())
    if folder.name.startswith("R108"):
        rules = trial / "criteria.yaml"
        rules.write_text(rules.read_text(encoding="utf-8") + "# as long as it gets\n" * 50_000, encoding="utf-8")
        assert rules.stat().st_size > LIMIT_BYTES
    _, findings = check(trial, trial.parent)
    text = "".join(f"{finding}\n" for finding in findings.ordered())
    return text.replace(f"{trial}/", "").replace(f"{tmp_path}/criteria/", "")


@pytest.mark.parametrize("name", FOLDERS)
def test_a_broken_rule_set_is_told_with_its_code_its_place_what_is_wrong_and_what_to_write(
    name: str, tmp_path: Path
) -> None:
    expected = (BROKEN / name / "expected.txt").read_text(encoding="utf-8")
    assert told(BROKEN / name, tmp_path) == expected
    code, _, words = name.partition("-")
    assert f" {code} {words}: " in expected


def test_the_rule_set_that_every_broken_one_differs_from_has_no_finding(tmp_path: Path) -> None:
    trial = write_trial(tmp_path)
    loaded, findings = check(trial, trial.parent)
    assert loaded is not None
    assert not findings


def test_every_code_has_a_broken_rule_set_that_yields_it_alone() -> None:
    shown = {name.partition("-")[0]: name for name in FOLDERS}
    assert set(shown) | set(WITHOUT_A_FILE) == set(CATALOGUE)
    assert not set(shown) & set(WITHOUT_A_FILE)
    for code, name in shown.items():
        assert name == f"{code}-{CATALOGUE[code][0]}"
        expected = (BROKEN / name / "expected.txt").read_text(encoding="utf-8")
        assert re.findall(r"^\S+:\d+:\d+: \w+ ([A-Z]\d{3}) ", expected, re.MULTILINE) == [code]


def test_every_code_has_an_entry_in_the_documentation_and_no_other_code_is_named_there() -> None:
    text = DOCS.read_text(encoding="utf-8")
    entries = re.findall(r"^### ([A-Z]\d{3}) ([a-z-]+) \((error|warning)\)$", text, re.MULTILINE)
    assert entries == [(code, name, severity) for code, (name, severity) in CATALOGUE.items()]
    assert set(re.findall(r"\b[RFVDLUSCA]\d{3}\b", text)) == set(CATALOGUE)


def test_every_entry_of_the_documentation_says_what_to_write_instead() -> None:
    entries = re.split(r"^### ", DOCS.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    for entry in entries:
        assert "Write instead" in entry or "What to do" in entry, entry.splitlines()[0]
        assert len(entry.split()) < 160, entry.splitlines()[0]
