"""The rules and the registry's words: quotes found where they stand, and every word covered."""

from __future__ import annotations

import pytest
from rulesets import RULES, codes, read, replaced

from screener.criteria.source import check_source, missing_quotes, sections_of
from screener.findings import Finding, Findings

QUOTE = "      Wrist fracture healed\n"


def source(eligibility: str, *quotes: str, rules: str = RULES) -> list[Finding]:
    """What the check of the words says; the first inclusion criterion has the first quote, and so on."""
    more = "".join(
        f"  - id: I{place}\n    quote: |\n{_block(quote)}    allows: said\n" for place, quote in enumerate(quotes, 2)
    )
    text = replaced(rules, ("exclusion:\n", f"{more}\nexclusion:\n"))
    read_rules, found = read(text)
    assert read_rules is not None
    assert not found.errors, found
    findings = Findings()
    check_source(read_rules, eligibility, findings)
    return findings.ordered()


def _block(quote: str) -> str:
    return "".join(f"      {line}\n" for line in quote.splitlines())


def text(inclusion: str, exclusion: str = "* Severe pain of the wrist") -> str:
    return f"Inclusion Criteria:\n\n* Wrist fracture healed\n{inclusion}\n\nExclusion Criteria:\n\n{exclusion}\n"


@pytest.mark.parametrize(
    ("line", "quote"),
    [
        (r"* Platelets \>=100 x 10^9/L", r"Platelets \>=100 x 10^9/L"),
        (r"* Platelets \>=100 x 10^9/L", "Platelets >=100 x 10^9/L"),
        ("* Platelets >= 100", "Platelets   >=\n100"),
        (r"* A high-risk\* patient", r"A high-risk\* patient"),
        (r"* A high-risk\* patient", "A high-risk* patient"),
        ("* Of the o\u0308stliche clinic", "Of the östliche clinic"),
        ("* One\n* Two", "* One\n* Two"),
        ("* One\n* Two", "One Two"),
        ("1. One\n2. Two", "1. One\n2. Two"),
        ("* One\n  * of these\n  * or those", "* One\n  * of these\n  * or those"),
        ("* One:\n\n  continued below", "One: continued below"),
        ("* Age: 18 years", "Age: 18 years"),
    ],
)
def test_a_quote_matches_whatever_the_escapes_bullets_and_white_space(line: str, quote: str) -> None:
    assert source(text(line), quote) == []


@pytest.mark.parametrize(
    ("line", "quote"),
    [
        (r"* A high-risk\* patient", "A high-risk patient"),
        ("* Platelets at least 100", "Platelets at least 75"),
        ("* Adequate platelets", "adequate platelets"),
        ("* Platelets ≥100", "Platelets >=100"),
    ],
)
def test_a_quote_of_other_words_is_told_with_the_closest_line(line: str, quote: str) -> None:
    findings = source(text(line), quote)
    assert [finding.code for finding in findings] == ["S102", "S101"]
    assert findings[1].hint.startswith("did you mean")


def test_a_quote_like_no_line_is_to_be_copied_from_the_text() -> None:
    findings = source(text(""), "Signed informed consent to everything")
    assert [finding.code for finding in findings] == ["S101"]
    assert findings[0].hint == "copy the words from the registry's text as they stand there"


def test_a_quote_of_the_other_section_is_told_where_it_stands() -> None:
    findings = source(text("", "* Severe pain of the wrist\n* Left wrist"), "Left wrist")
    assert [finding.code for finding in findings] == ["S101", "S102"]
    assert findings[0].message == "the quote of I2 stands in the registry's text, but under exclusion"
    assert findings[0].hint == "move the criterion to `exclusion:`"


def test_a_quote_may_stand_above_the_first_heading() -> None:
    assert source("Adults of any sex.\n\n" + text(""), "Adults of any sex.") == []
    findings = source("Adults of any sex.\n\n" + text(""))
    assert [finding.code for finding in findings] == ["S102"]
    assert "the registry's other text" in findings[0].message


def test_a_line_that_stands_twice_needs_two_quotes() -> None:
    twice = text("* Left wrist\n* Right wrist\n* Left wrist")
    once = source(twice, "Left wrist", "Right wrist")
    assert [finding.message for finding in once] == [
        'no quote covers these words of the registry\'s inclusion text: "Left wrist"'
    ]
    assert source(twice, "Left wrist", "Right wrist", "Left wrist") == []


def test_two_quotes_may_share_words_where_the_text_has_them_once() -> None:
    assert source(text("* Left wrist"), "Left wrist", "Left wrist") == []


def test_a_quote_of_a_part_leaves_the_rest_uncovered() -> None:
    findings = source(text("* Left wrist, or the right one in left-handed people"), "or the right one")
    assert [finding.message.partition(": ")[2] for finding in findings] == ['"Left wrist,"', '"in left-handed people"']
    assert {finding.mark.line for finding in findings} == {5}


def test_signs_between_quotes_need_no_quote() -> None:
    assert source(text("* Left wrist; or right wrist."), "Left wrist", "or right wrist") == []


def test_a_footnote_is_text_that_must_be_quoted() -> None:
    noted = text("* A high-risk\\* patient\n\n\\* high-risk: by the guideline")
    assert [finding.code for finding in source(noted, r"A high-risk\* patient")] == ["S102"]
    assert source(noted, r"A high-risk\* patient", r"\* high-risk: by the guideline") == []


def test_long_words_that_no_quote_covers_are_shown_by_their_beginning() -> None:
    findings = source(text("* " + "very " * 40 + "long"))
    shown = findings[0].message.partition('"')[2].rstrip('"')
    assert len(shown) == 100
    assert shown.endswith("...")


def test_a_text_that_the_rules_do_not_have_a_section_for_points_at_what_there_is() -> None:
    rules, _ = read(RULES.partition("exclusion:\n")[0])
    assert rules is not None
    findings = Findings()
    check_source(rules, text(""), findings)
    assert [(finding.code, finding.mark.line) for finding in findings] == [("S102", 5)]
    assert codes(findings) == ["S102"]


def test_headings_and_empty_texts_hold_no_words_to_quote() -> None:
    assert sections_of("") == {}
    sections = sections_of("Inclusion Criteria:\n\nExclusion Criteria:\n")
    assert [section.uncovered() for section in sections.values()] == [[], []]


def test_the_missing_quotes_are_found_without_a_finding() -> None:
    rules, _ = read(RULES)
    assert rules is not None
    missing, sections = missing_quotes(rules, "Inclusion Criteria:\n\n* Wrist fracture healed\n")
    assert [criterion.id for criterion in missing] == ["E1"]
    assert sections["inclusion"].uncovered() == []
