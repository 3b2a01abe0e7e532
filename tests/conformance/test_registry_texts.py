"""The eligibility texts of real registry records, as read with one's own eyes."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from screener.registry.text import Line, normalise, split

# Bullets of inclusion and exclusion, then paragraphs, counted by hand in the texts.
COUNTS = {
    "NCT00763412.vh-2024-01-03": (5, 6, 0),
    "NCT00973089.vh-2024-01-22": (5, 3, 0),
    "NCT02210780.vh-2023-11-15": (5, 7, 1),
    "NCT02552212.vh-2023-12-12": (8, 11, 0),
    "NCT02552212.vh-2024-01-03": (8, 11, 0),
    "NCT03418623.vh-2023-12-07": (1, 0, 0),
    "NCT03475563.vh-2024-01-03": (5, 7, 0),
    "NCT03630471.vh-2023-11-06": (9, 8, 4),
    "NCT04207047.vh-2023-11-28": (12, 22, 0),
    "NCT05594173.vh-2024-06-10": (1, 7, 0),
    "NCT06171568.vh-2023-12-14": (1, 0, 0),
}


def text_of(shared_data: Path, name: str) -> str:
    record = json.loads((shared_data / "registry" / "v2" / f"{name}.json").read_bytes())
    text = record["protocolSection"]["eligibilityModule"]["eligibilityCriteria"]
    assert isinstance(text, str)
    return text


def find(lines: tuple[Line, ...], start: str) -> Line:
    (line,) = (line for line in lines if line.text.startswith(start))
    return line


@pytest.mark.parametrize("name", COUNTS)
def test_every_bullet_and_paragraph_is_found_in_its_section(shared_data: Path, name: str) -> None:
    lines = split(text_of(shared_data, name))
    kinds = Counter((line.kind, line.section) for line in lines)
    paragraphs = sum(line.kind == "paragraph" for line in lines)
    assert (kinds["bullet", "inclusion"], kinds["bullet", "exclusion"], paragraphs) == COUNTS[name]
    assert {line.section for line in lines} <= {"inclusion", "exclusion"}
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))


@pytest.mark.parametrize("name", COUNTS)
def test_no_word_of_a_text_is_lost(shared_data: Path, name: str) -> None:
    text = text_of(shared_data, name)
    kept = {word for line in split(text) for word in line.text.split()}
    bullets = {"*", "-", *(f"{number}." for number in range(1, 30))}
    assert set(normalise(text).split()) - kept <= bullets
    for line in split(text):
        assert line.raw in text
        assert line.text in normalise(line.raw)


def test_a_limit_behind_an_escape_is_read(shared_data: Path) -> None:
    lines = split(text_of(shared_data, "NCT00763412.vh-2024-01-03"))
    line = find(lines, "Must have a glucose")
    assert "blood glucose <126 mg/dl and 2 hour: 140 - 199 mg/dl or >200 mg/dl." in line.text


def test_key_criteria_and_brackets_and_the_closing_paragraph_are_read(shared_data: Path) -> None:
    lines = split(text_of(shared_data, "NCT02210780.vh-2023-11-15"))
    headings = [line.text for line in lines if line.kind == "heading"]
    assert headings == ["Key Inclusion Criteria:", "Key Exclusion Criteria:"]
    assert "[Eichenfeld 2004])that has been present" in lines[1].text
    assert find(lines, "≥10% body surface area").section == "inclusion"
    assert lines[-1].kind == "paragraph"
    assert lines[-1].text.startswith("The information listed above is not intended")


def test_sub_bullets_stand_below_their_bullet(shared_data: Path) -> None:
    lines = split(text_of(shared_data, "NCT02552212.vh-2024-01-03"))
    assert find(lines, "Active disease at Screening").level == 1
    assert find(lines, "Bath Ankylosing").level == find(lines, "Spinal pain >= 4").level == 2
    assert find(lines, "Inadequate response").level == 1


def test_two_groups_of_participants_keep_their_introductions(shared_data: Path) -> None:
    lines = split(text_of(shared_data, "NCT03630471.vh-2023-11-06"))
    paragraphs = [(line.section, line.text) for line in lines if line.kind == "paragraph"]
    assert paragraphs == [
        ("inclusion", "For adolescent participants:"),
        ("inclusion", "For parent participants:"),
        ("exclusion", "For adolescent participants:"),
        ("exclusion", "For parent participants:"),
    ]
    assert lines[0].text == "Eligibility criteria:"


def test_nested_numbers_are_read_and_the_stray_dash_at_the_end_is_not_a_line(shared_data: Path) -> None:
    lines = split(text_of(shared_data, "NCT04207047.vh-2023-11-28"))
    nested = [line.text.split()[0] for line in lines if line.level == 2]
    assert nested == ["Postmenopausal", "Without", "Bilateral", "Daily", "Topical", "Psychiatric"]
    assert find(lines, "Absence of physical").level == 1
    assert lines[-1].text.endswith("signing the informed consent.")


def test_the_text_of_rt_hype_is_read_with_its_footnote_mark(shared_data: Path) -> None:
    folder = shared_data / "registry" / "nct06452485"
    lines = split((folder / "eligibility.md").read_text(encoding="utf-8"))
    assert Counter((line.section, line.kind) for line in lines) == {
        ("inclusion", "heading"): 1,
        ("inclusion", "bullet"): 9,
        ("exclusion", "heading"): 1,
        ("exclusion", "bullet"): 2,
    }
    assert [line.text for line in lines[1:3]] == ["WHO performance scale ≤2", ">=18 years"]
    assert "salvage mastectomy with high-risk* tumor characteristics" in lines[4].text
    assert lines[6].text == "(Neo)adjuvant systemic therapy (NST) is allowed."
    record = json.loads((folder / "record.reconstructed.json").read_bytes())
    assert split(record["protocolSection"]["eligibilityModule"]["eligibilityCriteria"]) == lines


def test_the_footnote_of_rt_hype_would_be_told_from_a_bullet(shared_data: Path) -> None:
    text = (shared_data / "registry" / "nct06452485" / "eligibility.md").read_text(encoding="utf-8")
    last = split(text + "\n\n\\* high-risk is defined as written here")[-1]
    assert (last.kind, last.level, last.text) == ("footnote", 0, "* high-risk is defined as written here")
