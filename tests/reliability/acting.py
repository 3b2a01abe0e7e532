"""What the programs do that are killed or run beside each other: answers and decisions, one after the other."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from screener.criteria.library import find_rules
from screener.matching.gate import admitted
from screener.store.memory import Memory
from screener.worklist import answering, deciding
from screener.worklist.footing import Footing, held_against
from screener.worklist.states import Move

TRIAL, DAY = "NCT06452485", date(2026, 6, 1)
PATIENTS = [f"P-{number:03d}" for number in range(1, 13)]
LATER = Move("recheck_due", recheck_on=date(2099, 1, 1))
"""A decision that may be made of everybody again and again."""


def rules(criteria: Path) -> Footing:
    """The rules of the trial."""
    return held_against(admitted(find_rules(TRIAL, criteria), criteria), None)


def acts(memory: Memory, footing: Footing, *, decisions: float) -> Iterator[str]:
    """Act for ever; what was kept of each act, once it is. `decisions` is the share of them among the acts."""
    chance = random.Random()
    while True:
        patient, now = chance.choice(PATIENTS), datetime.now(UTC)
        if chance.random() < decisions:
            decided = deciding.decide(memory, footing, deciding.Given(patient, LATER, "A. Jansen"), today=DAY, now=now)
            yield f"decision {decided.row.id}"
        else:
            value = chance.choice(("yes", "no"))
            given = answering.Given(patient, "primary_breast_sarcoma", value, DAY, "A. Jansen", "chart")
            kept = answering.take_down(memory, footing.loaded.rules, given, today=DAY, now=now)
            yield f"answer {kept.number}"
