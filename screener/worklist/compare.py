"""Who moved between any two runs, and which datum, answer, rule, registry line or day moved them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from screener.store.members import unpacked_members
from screener.store.rows import key_of
from screener.worklist.answers import AnswerBook
from screener.worklist.causes import Cause, Causes
from screener.worklist.footing import stored_footing
from screener.worklist.overtaken import Side
from screener.worklist.pieces import PIECE
from screener.worklist.report import Change, Moves, change_order
from screener.worklist.snapshot import decoded

if TYPE_CHECKING:
    from screener.store.answers import AnswerStore
    from screener.store.memory_tables import RunRow
    from screener.store.run_records import Remembered
    from screener.store.runs import RunStore

Pair = tuple["Remembered | None", "Remembered | None"]
"""A patient as either run found them; none where the patient took no part in it."""


def compared(runs: RunStore, answers: AnswerStore, trial: str, numbers: tuple[int, int]) -> Moves:
    """Look at two runs of a trial side by side.

    Args:
        runs: the runs.
        answers: the answers.
        trial: the trial.
        numbers: the run to begin with, and the other; the second may be the earlier one.

    Raises:
        UsageError: the trial has no such run.
        IntegrityError: what the runs rest on is damaged.
    """
    old, new = (runs.past(trial, number) for number in numbers)
    now = _side(runs, new, trial)
    causes = Causes(_side(runs, old, trial), now)
    book = AnswerBook(answers.of_trial(new.trial_id), now.footing.rules, now.as_of)
    changed, absent = [], []
    for before, after in _pairs(runs, old, new):
        if before is None and after is None:
            continue  # all that was kept of the patient was taken out since
        if before is None or after is None:
            absent.append((before, after))
        elif before.stands.verdict != after.stands.verdict:
            known = [book.known(decoded(one.body), one.stands.answers) for one in (before, after)]
            changed.append(_moved(before, after, *causes.of(*known)))
    firsts = runs.first_runs(new.trial_id, [_one(*pair).patient_id for pair in absent])
    changed += [_moved(*pair, _presence(pair, numbers, firsts[_one(*pair).patient_id])) for pair in absent]
    return Moves(old, new, tuple(sorted(changed, key=change_order)))


def _side(runs: RunStore, run: RunRow, trial: str) -> Side:
    return Side(stored_footing(runs, run.basis_id, trial), date.fromisoformat(run.as_of), run.started)


def _pairs(runs: RunStore, old: RunRow, new: RunRow) -> Iterator[Pair]:
    """Everybody who took part in either run, some at a time."""
    took_part = [unpacked_members(run.members) for run in (old, new)]
    everybody = iter(sorted(took_part[0] | took_part[1]))
    while some := list(islice(everybody, PIECE)):
        found = [
            {one.patient_id: one for one in runs.in_force(run.trial_id, key_of(run.id), some) if one.patient_id in here}
            for run, here in zip((old, new), took_part, strict=True)
        ]
        for number in some:
            yield found[0].get(number), found[1].get(number)


def _moved(before: Remembered | None, after: Remembered | None, *because: Cause) -> Change:
    one = _one(before, after)
    verdicts = [side.stands.verdict if side is not None else None for side in (before, after)]
    return Change(one.pseudonym, None, verdicts[0], verdicts[1], because)


def _one(before: Remembered | None, after: Remembered | None) -> Remembered:
    one = after or before
    assert one is not None  # somebody moved
    return one


def _presence(pair: Pair, numbers: tuple[int, int], first: int) -> Cause:
    """Whether somebody who is in one of the runs alone is new, gone or back; `first` is the first run of all."""
    (old, new), (before, _) = numbers, pair
    if before is not None and old < new:
        return Cause("fact", f"gone: was in run {old}, is not in run {new}")
    if before is None and new < old:
        return Cause("fact", f"gone since: was in run {new}, is not in run {old}")
    without = min(numbers)
    if first > without:
        return Cause("fact", f"new: screened for the first time in run {first}, after run {without}")
    return Cause("fact", f"came back: was in run {first}, was not in run {without}")
