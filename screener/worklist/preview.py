"""Who would move if patients were screened again: the impact of an amendment before anybody approves it.

Nothing is kept.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from screener.matching.evaluate import Evaluator
from screener.store.members import unpacked_members
from screener.worklist.answers import AnswerBook, Known
from screener.worklist.causes import Causes
from screener.worklist.footing import Footing, stored_footing
from screener.worklist.overtaken import Side
from screener.worklist.report import VERDICTS, Change, change_order
from screener.worklist.snapshot import decoded, fitting

if TYPE_CHECKING:
    from screener.store.answers import AnswerStore
    from screener.store.memory_tables import RunRow
    from screener.store.runs import RunStore


def preview(
    runs: RunStore, answers: AnswerStore, last: RunRow, footing: Footing, as_of: date
) -> tuple[dict[str, int], list[Change]]:
    """What screening the patients of a run again would come to.

    Args:
        runs: the runs.
        answers: the answers.
        last: the run whose patients they are.
        footing: the rules as they would be.
        as_of: the day.

    Returns:
        The counts, and who would move with the causes.
    """
    old = stored_footing(runs, last.basis_id, footing.rules.trial)
    causes = Causes(Side(old, date.fromisoformat(last.as_of), last.started), Side(footing, as_of, None))
    evaluator = Evaluator(footing.rules, as_of, stale=footing.stale)
    book = AnswerBook(answers.of_trial(last.trial_id), footing.loaded.rules, as_of)
    members, counts, changed = unpacked_members(last.members), Counter[str](), []
    assert last.id is not None  # it was kept
    for one in runs.in_force(last.trial_id, last.id):
        if one.patient_id not in members:
            continue
        recorded = decoded(one.body)
        facts = fitting(recorded, footing.rules.vocabulary)
        judged = one.patient_id in book
        now = book.judge(one.patient_id, one.pseudonym, facts).known if judged else Known(facts)
        verdict = evaluator.outcome(now.facts).verdict
        counts[verdict] += 1
        if verdict != one.stands.verdict:
            because = causes.of(book.known(recorded, one.stands.answers), now)
            changed.append(Change(one.pseudonym, None, one.stands.verdict, verdict, because))
    return {name: counts[name] for name in VERDICTS}, sorted(changed, key=change_order)
