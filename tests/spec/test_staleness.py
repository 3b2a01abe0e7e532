"""When a change of the registry's text makes a rule stale, and when it says nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from synced import RECORD, TRIAL, shipped_judge

from screener.criteria.library import load, shipped
from screener.criteria.model import RuleSet
from screener.criteria.staleness import Staleness, staleness, under_review
from screener.findings import Findings

TEXT: str = RECORD["protocolSection"]["eligibilityModule"]["eligibilityCriteria"]
DUTCH = "* Adequate communication and understanding skills of the Dutch language.\n"


def shipped_rules() -> RuleSet:
    loaded = load(shipped("criteria") / TRIAL, shipped("criteria"), Findings())
    assert loaded is not None
    return loaded.rules


def after(*changes: tuple[str, str]) -> Staleness:
    """What the text with these words exchanged means for the shipped rules."""
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return shipped_judge()(text)


def test_the_text_the_rules_quote_makes_nothing_stale() -> None:
    assert after() == Staleness({}, ())
    assert not after()


@pytest.mark.parametrize(
    "change",
    [
        ("\\>=18", ">=18"),
        ("\\>=18", "≥18"),
        ("≤2", "\\<=2"),
        ("≤2", "<= 2"),
        ("high-risk\\*", "high-risk*"),
        ("* Diagnosed", "- Diagnosed"),
        ("\n* ", "\n\n  * "),
    ],
)
def test_an_escape_or_another_spelling_says_nothing(change: tuple[str, str]) -> None:
    assert not after(change)


def test_another_number_makes_the_criterion_stale_and_what_became_of_its_line_is_no_new_one() -> None:
    found = after(("≤2", "≤1"))
    assert dict(found.stale) == {"I1": "its quote is no longer in the registry's text"}
    assert not found.uncovered


def test_a_number_that_goes_on_behind_the_quote_makes_it_stale_although_the_words_are_still_there() -> None:
    found = after(("≤2", "≤20"))
    assert dict(found.stale) == {"I1": "the line that it quotes changed (number)"}


def test_words_added_to_a_quoted_line_make_the_criterion_stale() -> None:
    found = after(("primary breast sarcoma", "primary breast sarcoma, unless treated before"))
    assert set(found.stale) == {"E1"}
    assert not found.uncovered


def test_a_line_moved_within_its_section_says_nothing() -> None:
    first = "* WHO performance scale ≤2\n"
    assert not after((DUTCH, DUTCH + first), ("Inclusion Criteria:\n\n" + first, "Inclusion Criteria:\n\n"))


def test_a_line_moved_to_the_exclusions_makes_its_criterion_stale() -> None:
    found = after((DUTCH, ""), ("Exclusion Criteria:\n\n", "Exclusion Criteria:\n\n" + DUTCH))
    assert dict(found.stale) == {"I9": "its words now stand in another section"}
    assert not found.uncovered


def test_a_removed_line_makes_its_criterion_stale() -> None:
    found = after((DUTCH, ""))
    assert set(found.stale) == {"I9"}
    assert not found.uncovered


def test_a_new_line_is_uncovered_and_makes_no_other_criterion_stale() -> None:
    found = after((DUTCH, DUTCH + "* Signed informed consent\n"))
    assert not found.stale
    assert found.uncovered == ("Signed informed consent",)


def test_a_footnote_that_comes_is_uncovered() -> None:
    found = after((DUTCH, DUTCH + "\n\\* high-risk: more than three nodes\n"))
    assert any("more than three nodes" in line for line in found.uncovered)


def test_a_text_that_is_gone_makes_every_criterion_stale() -> None:
    found = shipped_judge()("")
    assert len(found.stale) == 11
    assert not found.uncovered


def test_what_is_stale_is_held_open_and_decides_even_where_it_only_allowed() -> None:
    rules = shipped_rules()
    held, ids = under_review(rules, Staleness({"I6": "changed", "I1": "changed"}, ("Signed informed consent",)))
    assert ids == ("I1", "I6", "NEW-1")
    by_id = {one.id: one for one in held.criteria}
    assert by_id["I6"].decides
    assert by_id["NEW-1"].quote == "Signed informed consent"
    assert by_id["I1"] == next(one for one in rules.criteria if one.id == "I1")
    assert under_review(rules, Staleness()) == (rules, ())


def test_two_criteria_may_quote_the_same_words() -> None:
    rules = shipped_rules()
    again = replace(rules, criteria=(*rules.criteria, replace(rules.criteria[0], id="I10")))
    assert set(staleness(again, TEXT, TEXT.replace("≤2", "≤1")).stale) == {"I1", "I10"}
    assert not staleness(again, TEXT, TEXT)
