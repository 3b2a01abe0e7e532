"""The ranked list on terminals of every width: no criterion is dropped, no id is cut, no sign rests on colour."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_pages import DAY, patient, rt_hype, screened, varied
from rich.console import Console

from screener.criteria.model import Criterion, FactTest, YesNoTest
from screener.facts.definitions import FactDefinition, Presumption, Vocabulary
from screener.facts.values import PatientRecord
from screener.matching.evaluate import Evaluator
from screener.matching.results import PatientResult
from screener.reports.ranked_list import SIGNS, RankedList, in_short, verdict_words

IDS = [criterion.id for criterion in rt_hype().rules.criteria]


def printed(results: list[PatientResult], width: int) -> list[str]:
    console = Console(width=width, color_system=None, force_terminal=False)
    with console.capture() as captured:
        console.print(RankedList(rt_hype(), results))
    return [line.rstrip() for line in captured.get().splitlines()]


def signs_of(lines: list[str], patient_id: str) -> list[str]:
    """The signs beside a patient, over all the tables that show some."""
    rows = (line.split() for line in lines)
    return [word for row in rows if row[1:2] == [patient_id] for word in row if word in "✓✗?·"]


@pytest.mark.parametrize("width", [40, 50, 80, 100, 120, 200])
def test_every_criterion_of_every_patient_has_its_sign_at_every_width(width: int) -> None:
    results = screened(varied())
    lines = printed(results, width)
    assert max(map(len, lines)) <= width
    assert [word for line in lines if line.split()[:1] == ["#"] for word in line.split() if word in IDS] == IDS
    for result in results:
        assert signs_of(lines, result.patient_id) == [SIGNS[one.result][0] for one in result.criteria]


def test_a_wide_terminal_has_the_reasons_beside_the_signs_and_a_narrower_one_below_them() -> None:
    results = screened([patient("P-1", who_performance_status=3)])
    reason = "I1: WHO performance status is 3 (2026-05-20) where at most 2"
    assert [reason in line and "not eligible now" in line for line in printed(results, 200)] == [False, True]
    narrow = printed(results, 80)
    assert not any(reason in line and "not eligible" in line for line in narrow)
    assert any(line.endswith(reason) for line in narrow)


def test_a_long_patient_id_is_folded_and_never_cut() -> None:
    name = "ward-7-room-12-bed-3-2026-0001-second-admission"
    for width in (80, 120):
        lines = printed(screened([patient(name)]), width)
        assert name in "".join(line.split()[1] if line[:1].strip() else line.strip()[:24] for line in lines)


def test_an_id_that_looks_like_markup_is_shown_as_it_is() -> None:
    assert any("[red]P[/red]" in line for line in printed(screened([patient("[red]P[/red]")]), 120))


def test_a_list_of_nobody_is_empty() -> None:
    assert printed([], 80) == []


def test_many_questions_are_counted_and_not_listed() -> None:
    nothing, few = screened([PatientRecord("P-1", {})])[0], screened([patient("P", dutch_communication=None)])[0]
    assert len(nothing.questions) > 4
    assert in_short(rt_hype(), nothing).endswith(f"?; and {len(nothing.questions) - 3} more questions")
    assert in_short(rt_hype(), few) == "I9: adequate communication and understanding of Dutch?"


def test_what_no_question_settles_is_said_in_full_and_first() -> None:
    (result,) = screened([patient("P", prior_breast_irradiation="chest_wall", dutch_communication=None)])
    said = in_short(rt_hype(), result)
    assert said.startswith("I5: previous irradiation is chest wall")
    assert said.endswith("I9: adequate communication and understanding of Dutch?")


def test_a_presumption_is_said_beside_an_eligible_patient() -> None:
    fact = FactDefinition("frail", "frailty", "yes_no", "record", "?", presume=Presumption(False, "it is always noted"))
    criterion = Criterion("E1", "exclusion", "Frail", FactTest("frail", (YesNoTest(True),)))
    rules = replace(rt_hype().rules, criteria=(criterion,), notes=(), vocabulary=Vocabulary.of(fact))
    result = Evaluator(rules, DAY).evaluate(PatientRecord("P", {}))
    assert in_short(replace(rt_hype(), rules=rules), result) == "presumed: frailty"
    assert verdict_words(result) == "eligible on recorded data"
