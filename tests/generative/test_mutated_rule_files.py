"""Rule files broken at random: every one is told with findings, none with a traceback."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from rulesets import ELIGIBILITY, RULES, VOCABULARY, write_trial

from screener.findings import CATALOGUE
from screener.matching.gate import check

PATIENTS = """trial: NCT00000000
patients:
  - {id: one, about: all is well, given: {healed: yes, pain: none}, on: 2026-06-01, expect: eligible}
"""
RICH = (
    RULES
    + """notes:
  - id: N1
    when: {any: [{surgery: {after: 5 years after fracture}}, {platelets: {more_than: 2.5, measured_within: 2 weeks}}]}
    say: Something.
    cite: an invented guideline
"""
)
SIGNS = "\t\x00\x07\x85\u2028\ufeff\U0001f600\u0301\u200b:#-[]{}&*!|>'\"%@`,?\\~ \n"


def mutated(text: str, dice: random.Random) -> bytes:
    """The text with one to four random wounds."""
    content = text.encode()
    for _ in range(dice.randint(1, 4)):
        lines = content.split(b"\n")
        at, place = dice.randrange(len(content) or 1), dice.randrange(len(lines))
        match dice.randrange(7):
            case 0:
                content = content[:at] + bytes([dice.randrange(256)]) + content[at + 1 :]
            case 1:
                content = b"\n".join(lines[:place] + lines[place + 1 :])
            case 2:
                content = b"\n".join(lines[: place + 1] + lines[place:])
            case 3:
                content = content[: max(at, 1)]
            case 4:
                content = content[:at] + "".join(dice.choices(SIGNS, k=3)).encode() + content[at:]
            case 5:
                content = b"\n".join([*lines[:place], b"  " + lines[place], *lines[place + 1 :]])
            case _:
                start = dice.randrange(len(content) or 1)
                content = content[:at] + content[start : start + dice.randrange(30)] + content[at:]
    return content


@pytest.mark.parametrize("seed", range(30))
def test_a_broken_file_is_told_with_findings_in_order_and_never_with_a_traceback(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    folder = write_trial(tmp_path, rules=RICH, patients=PATIENTS)
    files = {
        folder / "criteria.yaml": RICH,
        folder / "patients.yaml": PATIENTS,
        folder.parent / "vocabulary" / "words.yaml": VOCABULARY,
    }
    for _ in range(12):
        for path, text in files.items():
            chosen = path.name == "criteria.yaml" or dice.random() < 0.3
            path.write_bytes(mutated(text, dice) if chosen else text.encode())
        loaded, findings = check(folder, folder.parent)
        assert loaded is not None or findings.errors
        told = findings.ordered()
        assert [finding.mark for finding in told] == sorted(finding.mark for finding in told)
        for finding in told:
            assert finding.code in CATALOGUE
            assert finding.mark.line >= 1
            assert finding.mark.column >= 1
            assert finding.message
            assert "\n" not in finding.message
            assert "Traceback" not in str(finding)


@pytest.mark.parametrize("seed", range(5))
def test_a_broken_registry_text_is_told_with_findings_and_never_with_a_traceback(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(10):
        text = mutated(ELIGIBILITY, dice).decode("utf-8", errors="replace")
        folder = write_trial(tmp_path, eligibility=text)
        loaded, findings = check(folder, folder.parent)
        assert loaded is not None
        assert {finding.code for finding in findings} <= {"S101", "S102", "S104"}
