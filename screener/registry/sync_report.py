"""The report of a sync: words for people, JSON lines for jobs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from screener.registry.change_words import sentences, table
from screener.registry.kept import FETCHED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from rich.console import Console

    from screener.registry.kept import KeptDrift
    from screener.registry.sync_outcome import SyncReport, TrialReport

_OUTCOMES: Final = {
    "first": "first record kept; later records are compared with it",
    "unchanged": "unchanged",
    "changed": "the registry record changed",
    "missing": "MISSING",
    "failed": "NOT FETCHED",
}


def stamp(moment: datetime) -> str:
    """A time in UTC as text."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def json_lines(report: SyncReport) -> Iterator[str]:
    """One line a trial, then a line of totals; each holds the run's id."""
    for trial in report.trials:
        yield _line({"run_id": report.run, **_trial_data(trial)})
    yield _line(
        {
            "run_id": report.run,
            "totals": report.totals,
            "exit_code": report.exit_code,
            "complete": report.complete,
            "mixed": report.mixed,
            "problems": list(report.problems),
            "started": stamp(report.started),
            "ended": stamp(report.ended),
            "duration_seconds": round(report.seconds, 3),
            "api_version": report.version.api_version if report.version else None,
            "data_timestamp": report.version.data_timestamp if report.version else None,
        }
    )


def _line(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _trial_data(trial: TrialReport) -> dict[str, Any]:
    return {
        "nct_id": trial.nct_id,
        "outcome": "unusable" if trial.mistake else trial.outcome,
        "problem": trial.problem,
        "hint": trial.hint or None,
        "http_status": trial.http_status,
        "last_seen": stamp(trial.last_seen) if trial.last_seen else None,
        "attempts": trial.attempts,
        "registry_version": trial.registry_version,
        "to_review": trial.to_review,
        "drift": [drift_data(drift) for drift in trial.drifts],
        "noted": sentences(trial.noted.details) if trial.noted else [],
        "rules": {
            "stale": sorted(trial.stale),
            "why": dict(trial.stale),
            "uncovered": list(trial.uncovered),
        },
    }


def drift_data(drift: KeptDrift) -> dict[str, Any]:
    """A drift that waits for a person, as data."""
    return {
        "since": stamp(drift.created),
        "from": drift.old_version,
        "to": drift.new_version,
        "classes": list(drift.classes),
        "changes": sentences(drift.details),
    }


def print_report(report: SyncReport, console: Console) -> None:
    """Print the report for people, changes side by side."""
    for trial in report.trials:
        _print_trial(trial, console)
    for problem in report.problems:
        _say(console, problem)
    if report.mixed and any(trial.outcome in FETCHED for trial in report.trials):
        _say(console, "This run is marked mixed: its records may be of more than one state of the registry.")
    _say(console, _closing(report))


def _say(console: Console, words: str) -> None:
    console.print(words, markup=False, soft_wrap=True)


def _print_trial(trial: TrialReport, console: Console) -> None:
    version = f" (registry record of {trial.registry_version})" if trial.registry_version else ""
    if trial.mistake:
        _say(console, f"{trial.problem} {trial.hint}".rstrip())  # the sentence names the id
    elif trial.outcome in FETCHED:
        _say(console, f"{trial.nct_id}: {_OUTCOMES[trial.outcome]}{version}")
    else:
        _say(console, f"{trial.nct_id}: {_OUTCOMES[trial.outcome]}. {trial.problem} {_next(trial)} {_kept(trial)}")
    for drift in trial.drifts:
        _say(console, f"  waits for a person since {stamp(drift.created)}: the registry record changed")
        console.print(table(drift.details))
    if trial.noted:
        for sentence in sentences(trial.noted.details) or ["only parts that nobody screens by"]:
            _say(console, f"  recorded, nothing to review: {sentence}")
    for criterion, why in trial.stale.items():
        _say(console, f"  {criterion} is stale: {why}; its result is unknown until a person looks")
    for line in trial.uncovered:
        _say(console, f'  no rule covers this line: "{line}"')
    if trial.drifts:
        words = f"screener registry acknowledge {trial.nct_id} --by NAME --because TEXT"
        _say(console, f"  When somebody has looked: {words}")
    if trial.stale or trial.uncovered:
        _say(console, f"  To put the rules on the registry's new words: screener criteria rebase {trial.nct_id}")


def _next(trial: TrialReport) -> str:
    """What to do about a trial without a new record."""
    if trial.outcome != "missing":
        return trial.hint or f"To look into it: screener registry doctor {trial.nct_id}."
    if trial.last_seen is None:
        return f"{trial.hint} To ask no more for it: screener registry untrack {trial.nct_id}."
    return "Ask the sponsor of the study why; nothing is deleted."


def _kept(trial: TrialReport) -> str:
    """What of a trial without a new record stays."""
    if trial.last_seen is None:
        return "There is no record of it yet."
    return f"Its record, last seen on {trial.last_seen:%Y-%m-%d}, stays in force."


def _closing(report: SyncReport) -> str:
    totals = report.totals
    parts = [f"{totals[name]} {name}" for name in ("unchanged", "changed", "first", "missing", "failed", "unusable")]
    said = ", ".join(part for part in parts if not part.startswith("0 ")) or "nothing to fetch"
    trials = f"{totals['trials']} trial{'' if totals['trials'] == 1 else 's'}"
    return (
        f"Run {report.run}: {trials}: {said}; {totals['to_review']} to review, {totals['stale_rules']} stale criteria."
    )
