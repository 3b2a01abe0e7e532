"""Laws of the calendar: between two of its days, time alone changes nothing, for every rule and patient."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from generated import AS_OF, patients, rule_sets, rules
from hypothesis import given, settings
from hypothesis import strategies as st

from screener.criteria.model import RuleSet
from screener.facts.values import FactValue, PatientRecord
from screener.matching.evaluate import Evaluator
from screener.worklist.calendar import Calendar

Facts = dict[str, FactValue]
DAY = timedelta(days=1)


NAMED = re.compile(r"(older than [0-9]+ \w+ on|taken as of) [0-9-]{10}")
"""Where a reason names the day of the screening."""


def on(trial: RuleSet, facts: Facts, day: date) -> Any:
    """Everything said of a patient on a day, but for the day itself."""
    result = Evaluator(trial, day).evaluate(PatientRecord("P", facts))
    criteria = [one._replace(reason=NAMED.sub(r"\1 TODAY", one.reason)) for one in result.criteria]
    return result._replace(criteria=tuple(criteria))


@settings(max_examples=120)
@given(rule_sets(rules(most=2), most=2), patients(), st.integers(0, 1500))
def test_until_the_next_turn_time_alone_changes_nothing(trial: RuleSet, facts: Facts, later: int) -> None:
    now = on(trial, facts, AS_OF)
    turn = Calendar(trial).next_turn(facts, AS_OF, asked=bool(now.questions))
    assert turn is None or turn > AS_OF
    last = AS_OF + timedelta(days=1500) if turn is None else turn - DAY
    assert on(trial, facts, min(AS_OF + timedelta(days=later), last)) == now
    assert on(trial, facts, last) == now


@settings(max_examples=60)
@given(rule_sets(rules(most=2), most=2), patients())
def test_the_turns_of_a_time_are_the_next_ones_one_after_the_other(trial: RuleSet, facts: Facts) -> None:
    calendar, day, until = Calendar(trial), AS_OF, AS_OF + timedelta(days=800)
    days = []
    while len(days) < 5 and (turn := calendar.next_turn(facts, day, asked=False)) is not None and turn <= until:
        day = turn
        days.append(turn)
    told = list(calendar.turns(facts, AS_OF, until))
    assert list(dict.fromkeys(turn.on for turn in told))[:5] == days
    assert all(turn.what for turn in told)
