"""The funnel: agreement of two readers, and counts that may leave the institution."""

from __future__ import annotations

from itertools import product
from xml.etree import ElementTree

import pytest

from screener.reports.funnel_svg import funnel_svg
from screener.worklist.funnel import CriterionLoss, Funnel, kappa, losses
from screener.worklist.outcomes import Outcomes
from screener.worklist.suppression import WITHHELD, parts, shared, words_for_withheld


def test_kappa_is_that_of_cohens_definition() -> None:
    # The 2 x 2 table of 20, 5, 10 and 15 has an observed agreement of 0.70 and one by chance of 0.50.
    pairs = [("a", "a")] * 20 + [("a", "b")] * 5 + [("b", "a")] * 10 + [("b", "b")] * 15
    assert kappa(pairs) == pytest.approx(0.4)
    assert kappa([]) is None
    assert kappa([("a", "a")]) is None


def counted(excluded: int, needs: int, eligible: int, *alone: int) -> Funnel:
    by_criterion = tuple(CriterionLoss(f"I{number}", count, 0, 2) for number, count in enumerate(alone, start=1))
    total = excluded + needs + eligible
    return Funnel(total, excluded, by_criterion, needs, eligible, 3, 0, 20, 6, 0.4)


def test_a_criterion_excludes_alone_or_with_others() -> None:
    found = [Outcomes(("I1",), ("E1",), 9), Outcomes(("I1", "I2"), (), 9), Outcomes((), ("E1",), 10)]
    assert losses(["I1", "I2", "E1"], found) == (
        CriterionLoss("I1", 1, 1, 0), CriterionLoss("I2", 0, 1, 0), CriterionLoss("E1", 0, 0, 2),
    )  # fmt: skip


def test_small_counts_are_not_told_and_zero_is() -> None:
    told = shared(counted(60, 35, 5), 5)
    assert (told["assessed"], told["excluded"], told["eligible"]) == (100, 60, 5)
    assert (told["approached"], told["enrolled"], told["discordant"], told["kappa"]) == ("<5", 0, 6, 0.4)
    assert shared(counted(60, 35, 5), 1) == shared(counted(60, 35, 5), 1) | {"approached": 3}
    assert shared(counted(60, 35, 5), 7)["kappa"] is None


def test_a_small_count_cannot_be_worked_out_from_the_others() -> None:
    told = shared(counted(60, 36, 4), 5)
    assert (told["assessed"], told["excluded"], told["needs_information"], told["eligible"]) == (
        100, 60, "withheld", "<5",
    )  # fmt: skip
    two = shared(counted(60, 3, 4), 5)
    assert (two["excluded"], two["needs_information"], two["eligible"]) == (60, "<5", "<5")
    nobody_else = shared(counted(0, 0, 4), 5)
    assert (nobody_else["assessed"], nobody_else["eligible"]) == ("<5", "withheld")
    by_criterion = shared(counted(60, 40, 0, 20, 37, 3), 5)["by_criterion"]
    assert [one["alone"] for one in by_criterion] == ["withheld", 37, "<5"]
    assert {one["unknown"] for one in by_criterion} == {"<5"}


@pytest.mark.parametrize(("below", "small"), [(2, "<2 is a count of 0 or 1."), (5, "<5 is a count of 1 to 4.")])
def test_what_stands_in_the_place_of_a_count_is_explained(below: int, small: str) -> None:
    (said,) = words_for_withheld(below)
    assert said.startswith(small)
    assert WITHHELD in said
    assert words_for_withheld(1) == []


@pytest.mark.parametrize("below", [2, 3, 4, 5])
@pytest.mark.parametrize("size", [2, 3, 4])
def test_no_small_count_has_one_solution_given_all_that_is_told(below: int, size: int) -> None:
    """Every cohort is looked at with every other that reads the same: none of their small counts is always one."""
    read_as: dict[tuple[object, ...], list[tuple[int, ...]]] = {}
    for counts in product(range(14), repeat=size):
        if sum(counts) < 14:
            read_as.setdefault((sum(counts), *parts(counts, below, of=14)), []).append(counts)
    for (_, *told), cohorts in read_as.items():
        for place, one in enumerate(told):
            if isinstance(one, str):
                values = {counts[place] for counts in cohorts}
                assert len(values) > 1 or values == {0} or min(values) >= below, (told, cohorts)


def test_two_small_counts_of_the_smallest_sum_are_not_told_by_the_others() -> None:
    told = shared(counted(10, 1, 1), 5)
    assert (told["excluded"], told["needs_information"], told["eligible"]) == ("withheld",) * 3


def test_counts_of_criteria_do_not_tell_what_is_withheld() -> None:
    told = shared(counted(10, 1, 1, 10), 5)
    assert told["by_criterion"] == [
        {"id": "I1", "alone": "withheld", "with_others": "withheld", "unknown": "withheld"},
    ]


@pytest.mark.parametrize("below", [1, 5])
def test_the_picture_is_whole_tells_every_count_and_draws_none_that_is_withheld(below: int) -> None:
    data = shared(counted(6, 4, 2, 1, 5), below)
    picture = funnel_svg(data, title="A & <B>", notes=["first", "second"])
    root = ElementTree.fromstring(picture)
    words = ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert words[0] == "A & <B>"
    assert {str(data[name]) for name in ("assessed", "excluded", "needs_information", "eligible")} <= set(words)
    assert words[-2:] == ["first", "second"]
    bars = [one.get("class") for one in root.iter("{http://www.w3.org/2000/svg}rect")]
    assert bars.count("step") == sum(isinstance(data[name], int) and data[name] > 0 for name in data) - (
        sum(name in data and isinstance(data[name], int) and data[name] > 0 for name in ("read_twice", "discordant"))
    )
    assert "http" not in picture.replace("http://www.w3.org/2000/svg", "")
