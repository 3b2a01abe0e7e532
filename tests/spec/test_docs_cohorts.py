"""The page about cohorts is true: it names every option of both commands, every column, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from screener.cli.cohort import command as cohort
from screener.cli.feasibility import command as feasibility
from screener.cohort.query import VERDICTS
from screener.cohort.reading.sets import MOST_CLASSES
from screener.facts.values import UNSETTLED
from screener.matching.results import ALLOWED, RESULTS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "cohorts.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"--[a-z][a-z-]*", TEXT))


def options(command: object) -> set[str]:
    return {name for one in getattr(command, "params", ()) for name in one.opts if name.startswith("--")}


def test_every_option_of_both_commands_is_on_the_page_and_no_other() -> None:
    assert options(cohort) | options(feasibility) == NAMED


@pytest.mark.parametrize("word", [*VERDICTS, *UNSETTLED, ALLOWED[0]])
def test_every_word_of_a_result_or_a_cell_is_on_the_page(word: str) -> None:
    assert f"`{word}`" in TEXT


def test_every_result_of_a_criterion_is_on_the_page() -> None:
    for outcomes in RESULTS.values():
        for result, _ in outcomes.values():
            assert f"`{result}`" in TEXT


def test_the_limit_of_sets_is_the_one_that_holds() -> None:
    assert f"at most {MOST_CLASSES} options" in TEXT


def test_pictures_of_the_page_are_there() -> None:
    for name in re.findall(r"\]\((images/[^)]+)\)", TEXT):
        assert (ROOT / "docs" / name).is_file()
