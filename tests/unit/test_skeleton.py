"""Rule sets to begin with: every word quoted, nothing guessed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from screener.criteria.given_record import read_given
from screener.criteria.library import LoadedRules, shipped
from screener.criteria.model import Criterion
from screener.criteria.reader import read_rules
from screener.criteria.skeleton import Skeleton, skeleton, write_skeleton
from screener.criteria.source import check_source, sections_of
from screener.errors import UsageError
from screener.findings import Findings
from screener.located import read_text
from screener.matching.gate import check

TRIAL = "NCT00000000"
ADULTS: dict[str, Any] = {"minimumAge": "18 Years", "maximumAge": "64 Years", "sex": "ALL"}


def record(text: str, **eligibility: Any) -> bytes:
    modules = {
        "identificationModule": {"nctId": TRIAL, "briefTitle": "A trial: of nothing", "acronym": "NIL"},
        "eligibilityModule": {"eligibilityCriteria": text, **eligibility},
    }
    return json.dumps({"protocolSection": modules}).encode()


def made(content: bytes) -> Skeleton:
    return skeleton(read_given(content, TRIAL), "A. Author")


def checked(tmp_path: Path, content: bytes) -> tuple[LoadedRules, Findings]:
    folder = tmp_path / TRIAL
    write_skeleton(folder, made(content).text, content)
    loaded, findings = check(folder, shipped("criteria"))
    assert loaded is not None, findings
    return loaded, findings


def criteria(tmp_path: Path, text: str, **eligibility: Any) -> dict[str, Criterion]:
    """The criteria of a skeleton that passes every check, by id."""
    loaded, findings = checked(tmp_path, record(text, **eligibility))
    assert findings == []
    return {one.id: one for one in loaded.rules.criteria}


def test_every_line_has_a_criterion_in_its_section_and_is_marked_to_be_written(tmp_path: Path) -> None:
    lines = ("Inclusion Criteria:", "", "* High-risk\\* fracture of \\>2 cm", "  * of one bone", "* \\* see below")
    text = "\n".join((*lines, "", "Exclusion Criteria:", "* Pain"))
    found = criteria(tmp_path, text)
    assert {name: one.quote for name, one in found.items()} == {
        "I1": "High-risk\\* fracture of \\>2 cm",
        "I2": "of one bone",
        "I3": "* \\* see below",
        "E1": "Pain",
    }
    assert {one.not_encoded for one in found.values()} == {"to be written"}


def test_the_title_and_the_author_are_there_and_the_record_is_kept_byte_for_byte(tmp_path: Path) -> None:
    content = record("Inclusion Criteria:\n* Pain")
    loaded, _ = checked(tmp_path, content)
    assert (loaded.rules.title, loaded.rules.author) == ("NIL: A trial: of nothing", "A. Author")
    assert (tmp_path / TRIAL / "registry.json").read_bytes() == content
    assert sorted(path.name for path in tmp_path.iterdir()) == [TRIAL]


@pytest.mark.parametrize(
    ("text", "name", "tests", "recoverable"),
    [
        ("Inclusion Criteria:\n* Age ≥18 years", "I1", ["at_least 18"], True),
        ("Inclusion Criteria:\n* Age ≤64 years", "I1", ["at_most 64"], False),
        ("Inclusion Criteria:\n* Aged 18 to 64 years", "I1", ["at_least 18", "at_most 64"], False),
        ("Exclusion Criteria:\n* Under 18 years", "E1", ["less_than 18"], True),
        ("Exclusion Criteria:\n* Older than 64 years", "E1", ["more_than 64"], False),
    ],
)
def test_an_age_line_that_agrees_with_the_record_is_encoded_with_cases_that_pass(
    tmp_path: Path, text: str, name: str, tests: list[str], recoverable: bool
) -> None:
    found = criteria(tmp_path, text, **ADULTS)[name]
    assert found.rule is not None
    assert [f"{test.op} {test.limit}" for test in found.rule.tests] == tests  # type: ignore[union-attr]
    assert found.recoverable is recoverable
    assert len(found.cases) == 1 + 3 * len(tests)


@pytest.mark.parametrize(
    ("text", "eligibility"),
    [
        ("Inclusion Criteria:\n* Age ≥21 years", ADULTS),
        ("Inclusion Criteria:\n* Age ≥18 years", {"sex": "ALL"}),
        ("Inclusion Criteria:\n* Age ≥18 years", {"minimumAge": "216 Months"}),
        ("Inclusion Criteria:\n* Male or female, 18 years or older", {**ADULTS, "sex": "FEMALE"}),
        ("Inclusion Criteria:\n\nFor group A:\n* Age ≥18 years", ADULTS),
        ("Inclusion Criteria:\n* One of\n  * Age ≥18 years", ADULTS),
        ("* Age ≥18 years", ADULTS),
        ("Exclusion Criteria:\n* Age ≥18 years", ADULTS),
        ("Inclusion Criteria:\n* Aged 64 to 18 years", {"minimumAge": "64 Years", "maximumAge": "18 Years"}),
    ],
)
def test_an_age_line_that_does_not_agree_or_does_not_stand_alone_is_left_to_be_written(
    tmp_path: Path, text: str, eligibility: dict[str, Any]
) -> None:
    found = criteria(tmp_path, text, **eligibility)
    assert {one.not_encoded for one in found.values()} == {"to be written"}


def test_a_line_after_the_list_of_an_introduction_stands_alone_again(tmp_path: Path) -> None:
    text = "Inclusion Criteria:\n* One of:\n  * Pain\n* Age ≥18 years"
    assert criteria(tmp_path, text, **ADULTS)["I3"].rule is not None


def test_both_sexes_decide_nothing_and_one_sex_is_left_to_be_written(tmp_path: Path) -> None:
    found = criteria(tmp_path, "Inclusion Criteria:\n* Pain\n* Male or female", sex="ALL")
    assert found["I2"].allows is not None
    (tmp_path / "other").mkdir()
    found = criteria(tmp_path / "other", "Inclusion Criteria:\n* Pain\n* Male or female", sex="FEMALE")
    assert found["I2"].not_encoded == "to be written"


def test_what_the_structured_fields_say_and_no_line_quotes_stands_in_comments_on_top() -> None:
    more = {"healthyVolunteers": False, "genderDescription": "women\tby\nself-report", "studyPopulation": "Clinic"}
    text = made(record("Inclusion Criteria:\n* Pain", **{**ADULTS, "sex": "FEMALE", **more})).text
    comments = " ".join(line.lstrip("# ") for line in text.splitlines() if line.startswith("#"))
    for words in (
        "minimumAge: the record's structured field says 18 Years. No line says this",
        "maximumAge: the record's structured field says 64 Years. No line says this",
        "sex: the record's structured field says FEMALE;",
        'gender: the record\'s structured fields say "women by self-report"',
        "healthyVolunteers: the record's structured field says no;",
        "studyPopulation: ",
    ):
        assert words in comments


def test_an_age_that_a_line_states_needs_no_comment() -> None:
    text = made(record("Inclusion Criteria:\n* Age ≥18 years", minimumAge="18 Years", sex="ALL")).text
    assert "minimumAge" not in text
    assert "maximumAge" not in text


def test_lines_under_no_heading_are_quoted_too_and_a_comment_says_so(tmp_path: Path) -> None:
    content = record(
        "Pain for a week\n\nInclusion Criteria:\n* Pain for a week or more\n\nExclusion Criteria:\n* Fever"
    )
    loaded, findings = checked(tmp_path, content)
    assert findings == []
    assert [one.id for one in loaded.rules.criteria] == ["I1", "E1", "E2"]
    assert "under neither heading" in made(content).text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html>", "not JSON"),
        (b"[]", "not a study record"),
        (b"{}", "does not say which study"),
        (b'{"FullStudy": {}}', "former API"),
        (record(" "), "no eligibility text"),
        (record("Inclusion Criteria:"), "no line to write a rule for"),
        (record("Pain").replace(b"NCT00000000", b"NCT00000001"), "of NCT00000001, not of NCT00000000"),
    ],
)
def test_a_record_that_cannot_be_used_is_told_in_a_sentence(content: bytes, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        made(content)


def test_a_folder_that_is_there_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / TRIAL).mkdir()
    with pytest.raises(UsageError, match="is there already"):
        write_skeleton(tmp_path / TRIAL, "", b"")
    assert list((tmp_path / TRIAL).iterdir()) == []


WORDS = st.sampled_from(
    ["Age", "\\>=18", "years", "high-risk\\*", "\\* see note", "- dash", "1. one", "≥", "a)", "(ii)", "pain:", "\\\\",
     "#", '"', "Male or female", "{a: b}", "e\u0301", "18 to 64 years"]
)  # fmt: skip
MARKS = st.sampled_from(["* ", "", "  * ", "- ", "1. ", "\\* ", "Inclusion Criteria: ", "† "])
LINES = st.builds(lambda mark, words: mark + " ".join(words), MARKS, st.lists(WORDS, min_size=1, max_size=4))
HEADINGS = st.sampled_from(["Inclusion Criteria:", "Exclusion Criteria:", "", "Eligibility Criteria:"])
TEXTS = st.lists(st.one_of(LINES, HEADINGS), min_size=1, max_size=12).map("\n".join)


@settings(max_examples=300)
@given(TEXTS, st.sampled_from([{}, ADULTS]))
def test_whatever_the_text_every_quote_is_found_and_every_word_is_covered(
    text: str, eligibility: dict[str, Any]
) -> None:
    sections = sections_of(text)
    apart = sections["other"].lines if "other" in sections else ()
    # A line that stands under neither heading and again under both is covered where it stands first.
    again = [
        any(line in sections[name].text for line in apart) for name in ("inclusion", "exclusion") if name in sections
    ]
    assume(again != [True, True])
    try:
        written = made(record(text, **eligibility)).text
    except UsageError:
        assume(False)
    findings = Findings()
    rules = read_rules(read_text(written, "criteria.yaml", findings), [], findings)
    assert rules is not None
    check_source(rules, text, findings)
    assert findings == []
