"""What a quote leaves out can turn a line round: signs count as words do."""

from __future__ import annotations

import pytest

from screener.criteria.approval import same_person
from screener.criteria.source import sections_of


@pytest.mark.parametrize(
    ("line", "quote"),
    [
        ("≥18 years", "18 years"),
        ("\\<18 years", "18 years"),
        ("at most 50%", "at most 50"),
        ("high-risk\\*", "high-risk"),
    ],
)
def test_a_quote_that_drops_a_sign_leaves_it_uncovered(line: str, quote: str) -> None:
    section = sections_of(f"Inclusion Criteria:\n\n* {line}\n")["inclusion"]
    assert section.cover(quote)
    assert section.uncovered() != []


def test_a_full_stop_may_be_left_out() -> None:
    section = sections_of("Inclusion Criteria:\n\n* Adults only.\n")["inclusion"]
    assert section.cover("Adults only")
    assert section.uncovered() == []


def test_an_author_is_known_again_whatever_the_signs_between_the_words() -> None:
    assert same_person("rules-team", "Rules Team.")
    assert not same_person("Al", "A l")
