"""The two logs: a row a patient, filled from what is remembered without extra typing.

The pre-screening log holds everybody, as decided before consent; the screening log holds who consented, as decided
since. Patients stand in both by pseudonym alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, Literal

from screener.store.decision_tables import ScreeningDecision
from screener.store.rows import key_of
from screener.worklist.deciding import state_of
from screener.worklist.outcomes import outcomes

if TYPE_CHECKING:
    from screener.store.decision_tables import DecisionRow
    from screener.worklist.cohort_view import CohortView, Entry

COLUMNS: Final = (
    "screen_id", "site", "trial_id", "rules_version", "registry_version", "patient_pseudonym", "screened_at", "method",
    "data_as_of", "attempt_no", "verdict", "first_failing_criterion", "all_failing_criteria", "unknown_criteria",
    "n_met", "n_not_met", "n_unknown", "state", "reason_code", "reason_text", "decided_by", "decided_at",
    "second_reviewer", "second_decision", "discordant", "override", "override_reason", "recheck_on", "recheck_because",
    "do_not_contact", "clinician_approval", "approached_at", "consent_status", "consent_version", "note",
)  # fmt: skip

LogName = Literal["pre-screening", "screening"]
LOGS: Final[tuple[LogName, ...]] = ("pre-screening", "screening")
"""The log before consent, which never leaves the institution, and the one after it."""

_METHODS: Final = {"table": "automated", "memory": "automated, from memory"}


def after_consent(entry: Entry) -> bool:
    """Whether a patient belongs to the log after consent."""
    return isinstance(entry.decision, ScreeningDecision)


def of_log(view: CohortView, log: LogName) -> list[Entry]:
    """The patients of a log, in the order in which they became known."""
    found = view.entries if log == "pre-screening" else filter(after_consent, view.entries)
    return sorted(found, key=lambda one: one.standing.patient_id)


def to_contact(view: CohortView) -> list[Entry]:
    """Those to be approached; nobody who is not to be contacted, whatever the trial, is ever among them.

    Nor is who left the newest table: of them nothing is known today.
    """
    there = (one for one in view.entries if one.run.id == view.run.id)
    wanted = [one for one in there if one.bin == "to_approach" and not one.decided.barred]
    return sorted(wanted, key=lambda one: one.standing.patient_id)


def log_rows(view: CohortView, entries: Iterable[Entry], *, log: LogName, site: str) -> Iterator[Mapping[str, str]]:
    """The rows of some patients, every cell as text."""
    for entry in entries:
        row = {"site": site, **_screened(view, entry), **_decided(entry, log)}
        yield {name: row[name] for name in COLUMNS}


def _screened(view: CohortView, entry: Entry) -> dict[str, str]:
    one, run = entry.standing, entry.run
    found = outcomes(one.results, view.criteria_of(entry))
    return {
        "screen_id": f"{key_of(run.id)}-{one.pseudonym}",
        "trial_id": view.trial,
        "rules_version": view.footings[one.basis_id].loaded.sha256,
        "registry_version": run.registry_version or "",
        "patient_pseudonym": one.pseudonym,
        "screened_at": f"{run.ended:%Y-%m-%dT%H:%M:%SZ}",
        "method": _METHODS[run.source],
        "data_as_of": run.as_of,
        "verdict": one.verdict,
        "first_failing_criterion": found.failing[0] if found.failing else "",
        "all_failing_criteria": ";".join(found.failing),
        "unknown_criteria": ";".join(found.unknown),
        "n_met": str(found.passed),
        "n_not_met": str(len(found.failing)),
        "n_unknown": str(len(found.unknown)),
    }


def _decided(entry: Entry, log: LogName) -> dict[str, str]:
    """What was decided, as far as the log tells it; that a patient consented ends the row before consent."""
    decided = entry.decided
    consented = after_consent(entry) and log == "pre-screening"
    first = decided.before_consent if consented else decided.first
    second = decided.second_before_consent if consented else decided.second
    state = "recheck_due" if entry.bin == "deferred" else entry.bin
    if consented:
        state = state_of(first, first.verdict if first else entry.standing.verdict, first_seen_now=first is None)
    row = {"state": state, "do_not_contact": _yes_no(decided.barred), **_said(first), **_read_again(first, second)}
    if consented and decided.first is not None:
        row |= {"consent_status": "given", "consent_version": decided.first.consent_version or ""}
    return row


def _said(one: DecisionRow | None) -> dict[str, str]:
    """The first reader's decision."""
    if one is None:
        return dict.fromkeys(_SAID, "") | {"attempt_no": "0", "override": "no"}
    return {
        "attempt_no": str(one.attempt_no),
        "reason_code": one.reason_code or "",
        "reason_text": one.reason_text or "",
        "decided_by": one.who,
        "decided_at": f"{one.at:%Y-%m-%dT%H:%M:%SZ}",
        "override": _yes_no(one.override),
        "override_reason": one.override_reason or "",
        "recheck_on": one.recheck_on or "",
        "recheck_because": one.recheck_because or "",
        "clinician_approval": one.clinician or "",
        "approached_at": one.approached_on or "",
        "consent_status": one.consent_status or "",
        "consent_version": one.consent_version or "",
        "note": one.note or "",
    }


_SAID: Final = (
    "attempt_no", "reason_code", "reason_text", "decided_by", "decided_at", "override", "override_reason", "recheck_on",
    "recheck_because", "clinician_approval", "approached_at", "consent_status", "consent_version", "note",
)  # fmt: skip


def _read_again(first: DecisionRow | None, second: DecisionRow | None) -> dict[str, str]:
    """The second reader's decision beside it."""
    if first is None or second is None:
        return dict.fromkeys(("second_reviewer", "second_decision", "discordant"), "")
    discordant = _yes_no(second.state != first.state)
    return {"second_reviewer": second.who, "second_decision": second.state, "discordant": discordant}


def _yes_no(value: bool) -> str:
    return "yes" if value else "no"
