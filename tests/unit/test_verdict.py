"""From the criteria to the verdict, the score and the order of a list."""

from __future__ import annotations

from itertools import product

import pytest

from screener.criteria.model import Criterion, FactTest, YesNoTest
from screener.logic import NO, UNKNOWN, YES, Truth
from screener.matching.results import PatientResult, rank_key, result_of, verdict_order
from screener.matching.verdict import VerdictOf

RULE = FactTest("healed", (YesNoTest(True),))
I1 = Criterion("I1", "inclusion", "a", RULE, recoverable=True)
I2 = Criterion("I2", "inclusion", "b", RULE)
I3 = Criterion("I3", "inclusion", "c", allows="never decides")
E1 = Criterion("E1", "exclusion", "d", RULE)
JUDGE = VerdictOf([I1, I2, I3, E1])


@pytest.mark.parametrize(
    ("truths", "verdict", "recoverable", "score"),
    [
        ((YES, YES, UNKNOWN, NO), "eligible", None, 100),
        ((YES, YES, NO, NO), "eligible", None, 100),
        ((YES, UNKNOWN, UNKNOWN, NO), "needs_information", None, 66),
        ((YES, YES, UNKNOWN, UNKNOWN), "needs_information", None, 66),
        ((UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN), "needs_information", None, 0),
        ((NO, UNKNOWN, UNKNOWN, UNKNOWN), "not_eligible", True, 0),
        ((NO, YES, UNKNOWN, NO), "not_eligible", True, 66),
        ((NO, NO, UNKNOWN, NO), "not_eligible", False, 33),
        ((YES, NO, UNKNOWN, UNKNOWN), "not_eligible", False, 33),
        ((YES, YES, UNKNOWN, YES), "not_eligible", False, 66),
    ],
)
def test_the_verdict_follows_from_what_fails_then_from_what_is_open(
    truths: tuple[Truth, ...], verdict: str, recoverable: bool | None, score: int
) -> None:
    assert JUDGE(truths) == (verdict, recoverable, score, truths)


@pytest.mark.parametrize("truths", list(product((YES, NO, UNKNOWN), repeat=4)))
def test_the_laws_of_the_verdict_hold_for_all_truths(truths: tuple[Truth, ...]) -> None:
    criteria = (I1, I2, I3, E1)
    effects = [result_of(one, truth)[1] for one, truth in zip(criteria, truths, strict=True)]
    outcome = JUDGE(truths)
    assert (outcome.verdict == "not_eligible") == ("fails" in effects)
    assert (outcome.verdict == "eligible") == (set(effects) == {"passes"})
    assert (outcome.recoverable is None) == (outcome.verdict != "not_eligible")
    deciding = [effects[place] for place in (0, 1, 3)]
    assert outcome.score == deciding.count("passes") * 100 // 3
    assert (outcome.score == 100) == (outcome.verdict == "eligible")


@pytest.mark.parametrize(
    ("criterion", "truth", "result", "effect"),
    [
        (I2, YES, "met", "passes"),
        (I2, NO, "not met", "fails"),
        (I2, UNKNOWN, "unknown", "open"),
        (E1, YES, "applies", "fails"),
        (E1, NO, "does not apply", "passes"),
        (E1, UNKNOWN, "unknown", "open"),
        (I3, YES, "allowed", "passes"),
        (I3, UNKNOWN, "allowed", "passes"),
    ],
)
def test_the_answer_of_a_rule_means_another_thing_in_each_section(
    criterion: Criterion, truth: Truth, result: str, effect: str
) -> None:
    assert result_of(criterion, truth) == (result, effect)


def test_a_list_is_ordered_by_verdict_then_score_then_questions_then_id() -> None:
    def patient(name: str, verdict: str, recoverable: bool | None, score: int, questions: int) -> PatientResult:
        return PatientResult(name, verdict, recoverable, score, (), (None,) * questions, (), ())  # type: ignore[arg-type]

    expected = [
        patient("z", "eligible", None, 100, 0),
        patient("y", "needs_information", None, 90, 1),
        patient("x", "needs_information", None, 90, 2),
        patient("w", "needs_information", None, 10, 1),
        patient("v", "not_eligible", True, 10, 0),
        patient("a", "not_eligible", False, 90, 0),
        patient("b", "not_eligible", False, 90, 0),
    ]
    shuffled = [expected[place] for place in (3, 6, 0, 5, 2, 4, 1)]
    assert sorted(shuffled, key=rank_key) == expected
    assert [verdict_order("not_eligible", None), verdict_order("not_eligible", True)] == [3, 2]
