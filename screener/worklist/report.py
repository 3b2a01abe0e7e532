"""What a run comes to: counts, and who moved since the last run and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from screener.store.answers import Lapse
    from screener.store.audit import Anchor
    from screener.store.memory_tables import RunRow
    from screener.worklist.causes import Cause

VERDICTS: Final = ("eligible", "needs_information", "not_eligible")


class Change(NamedTuple):
    """A patient whose verdict moved since the last run; none stands for not taking part."""

    pseudonym: str
    patient_id: str | None
    before: str | None
    after: str | None
    because: tuple[Cause, ...]


class RunReport(NamedTuple):
    """What came of a run; `screened_again` counts those who were not the same as before."""

    run: int
    previous: RunRow | None
    counts: dict[str, int]
    screened_again: int
    changed: tuple[Change, ...]
    ended_answers: tuple[Lapse, ...]
    anchor: Anchor


class Moves(NamedTuple):
    """Who moved between two runs."""

    old: RunRow
    new: RunRow
    changed: tuple[Change, ...]


def change_order(change: Change) -> tuple[int, str]:
    """Who became eligible first, who is gone last."""
    return (VERDICTS.index(change.after) if change.after else len(VERDICTS)), change.pseudonym


def run_data(run: int | None, counts: dict[str, int], changes: Sequence[Change]) -> dict[str, Any]:
    """A run as JSON holds it; a preview has no number."""
    changed = [
        {
            "patient": one.pseudonym,
            "from": one.before,
            "to": one.after,
            "because": [cause._asdict() for cause in one.because],
        }
        for one in changes
    ]
    return {"run": run, "counts": counts, "changed": changed}


def moves_data(moves: Moves) -> dict[str, Any]:
    """The moves between two runs as JSON holds them."""
    return {"since": moves.old.id, **run_data(moves.new.id, moves.new.counts, moves.changed)}
