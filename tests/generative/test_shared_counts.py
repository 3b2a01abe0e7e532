"""Counts that leave the institution: whatever is told, no small count that is withheld can be only one."""

from __future__ import annotations

from itertools import combinations_with_replacement, product
from typing import Any

import pytest

from screener.worklist.funnel import Funnel, losses
from screener.worklist.outcomes import Outcomes
from screener.worklist.suppression import shared

Patient = tuple[str, ...]
"""What became of each criterion: it fails, is open, or passes."""

PARTS = ("alone", "with_others", "unknown")


def funnel(patients: list[Patient], approached: int = 0, enrolled: int = 0) -> Funnel:
    """The funnel of patients, counted as the program does."""
    ids = [f"C{number}" for number in range(len(patients[0]))] if patients else []
    found = [
        Outcomes(*(tuple(name for name, one in zip(ids, patient, strict=True) if one == what) for what in "fo"), 0)
        for patient in patients
    ]
    excluded = sum(1 for one in found if one.failing)
    needing = sum(1 for one in found if one.unknown and not one.failing)
    eligible = len(found) - excluded - needing
    return Funnel(
        len(found), excluded, losses(ids, found), needing, eligible, approached, enrolled, 0, 0, None
    )  # fmt: skip


def flat(data: dict[str, Any]) -> dict[str, Any]:
    """Every count of a funnel by a name of its own."""
    plain = {name: value for name, value in data.items() if name not in ("by_criterion", "kappa")}
    return plain | {f"{one['id']}.{part}": one[part] for one in data["by_criterion"] for part in PARTS}


def true_counts(one: Funnel) -> dict[str, int]:
    return flat(one._asdict() | {"by_criterion": [loss._asdict() for loss in one.by_criterion]})


def alike(one: dict[str, int], told: dict[str, Any], below: int) -> bool:
    """Whether counts can be behind what is told."""
    small = range(0 if below == 2 else 1, below)
    return all(
        one[name] == said if isinstance(said, int) else said == "withheld" or one[name] in small
        for name, said in told.items()
    )


def small_of_one_value(told: dict[str, Any], behind: list[dict[str, int]], below: int) -> list[str]:
    """The withheld counts that are one small number in all that can be behind what is told."""
    return [
        name
        for name, said in told.items()
        if isinstance(said, str) and len({one[name] for one in behind}) == 1 and 0 < behind[0][name] < below
    ]


def cohorts(size: int, criteria: int) -> set[Funnel]:
    """Every funnel of so many patients."""
    kinds = list(product("fop", repeat=criteria))
    return {funnel(list(some)) for some in combinations_with_replacement(kinds, size)}


@pytest.mark.parametrize("below", [2, 3, 4, 5])
@pytest.mark.parametrize(("criteria", "size"), [(1, 7), (2, 4), (2, 5), (2, 6), (3, 3)])
def test_no_withheld_small_count_is_one_number_in_every_cohort_that_can_be_behind(
    criteria: int, size: int, below: int
) -> None:
    every = cohorts(size, criteria)
    read = {tuple(flat(shared(one, below)).items()) for one in every}
    counts = [true_counts(one) for one in every]
    for told in map(dict, read):
        behind = [one for one in counts if alike(one, told, below)]
        hidden = told if size >= below else {name: said for name, said in told.items() if name != "assessed"}
        assert small_of_one_value(hidden, behind, below) == [], told


@pytest.mark.parametrize("below", [2, 3, 5])
def test_where_fewer_were_assessed_than_the_limit_nothing_else_is_told(below: int) -> None:
    for size in range(1, below):
        told = [flat(shared(one, below)) for one in cohorts(size, 2)]
        assert all(one == dict.fromkeys(one, "withheld") | {"assessed": f"<{below}"} for one in told)


def test_a_limit_of_two_withholds_one_and_says_no_more_of_it_than_of_none() -> None:
    patients = [("f", "p"), *[("p", "o")] * 9, *[("p", "p")] * 9, *[("f", "f")] * 9]
    told = shared(funnel(patients, approached=1), 2)
    assert (told["assessed"], told["approached"], told["enrolled"]) == (28, "<2", "<2")
    assert 1 not in flat(told).values()
