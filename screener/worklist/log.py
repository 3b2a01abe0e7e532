"""The screening log: a row a patient, filled from what is remembered without extra typing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from screener.store.rows import key_of

if TYPE_CHECKING:
    from screener.worklist.cohort_view import CohortView, Entry

COLUMNS: Final = (
    "screen_id", "site", "trial_id", "rules_version", "registry_version", "patient_pseudonym", "screened_at", "method",
    "data_as_of", "attempt_no", "verdict", "first_failing_criterion", "all_failing_criteria", "unknown_criteria",
    "n_met", "n_not_met", "n_unknown", "state", "reason_code", "reason_text", "decided_by", "decided_at",
    "second_reviewer", "second_decision", "discordant", "override", "override_reason", "recheck_on", "recheck_because",
    "do_not_contact", "clinician_approval", "approached_at", "consent_status", "consent_version", "note",
)  # fmt: skip

LOGS: Final = ("pre-screening", "screening")
"""The log before consent, which never leaves the institution, and the one after it."""

_CONSENTED: Final = ("given", "withdrawn")


class Outcomes(NamedTuple):
    """What became of the criteria of a patient, by their ids; `passed` counts those that pass."""

    failing: tuple[str, ...]
    unknown: tuple[str, ...]
    passed: int


def outcomes(results: str, ids: tuple[str, ...]) -> Outcomes:
    """The criteria that fail and those that are open, from the letters that are kept."""
    pairs = list(zip(ids, results, strict=True))
    failing = tuple(name for name, letter in pairs if letter in "na")
    unknown = tuple(name for name, letter in pairs if letter == "u")
    return Outcomes(failing, unknown, sum(letter in "md" for _, letter in pairs))


def after_consent(entry: Entry) -> bool:
    """Whether a patient belongs to the log after consent."""
    return entry.decision is not None and entry.decision.consent_status in _CONSENTED


def log_rows(view: CohortView, *, log: str, site: str) -> Iterator[Mapping[str, str]]:
    """The rows of a log, every cell as text, in the order in which the patients became known."""
    return _rows(view, [one for one in view.entries if after_consent(one) == (log == "screening")], site)


def contact_rows(view: CohortView, *, site: str) -> Iterator[Mapping[str, str]]:
    """The rows of those to be approached; nobody who is not to be contacted is ever among them."""
    wanted = [one for one in view.entries if one.bin == "to_approach"]
    return _rows(view, [one for one in wanted if one.decision is not None and not one.decision.do_not_contact], site)


def _rows(view: CohortView, entries: list[Entry], site: str) -> Iterator[Mapping[str, str]]:
    ids = tuple(one.id for one in view.footing.rules.criteria)
    same: dict[str, str] = {
        "site": site,
        "trial_id": view.trial,
        "rules_version": view.footing.loaded.sha256,
        "registry_version": view.run.registry_version or "",
        "screened_at": f"{view.run.ended:%Y-%m-%dT%H:%M:%SZ}" if view.run.ended else "",
        "method": "automated" if view.run.source == "table" else "automated, from memory",
        "data_as_of": view.run.as_of,
    }
    for entry in sorted(entries, key=lambda one: one.standing.patient_id):
        row = {**same, **_screened(view, entry, ids), **_decided(entry)}
        yield {name: row[name] for name in COLUMNS}


def _screened(view: CohortView, entry: Entry, ids: tuple[str, ...]) -> dict[str, str]:
    one = entry.standing
    found = outcomes(one.results, ids)
    return {
        "screen_id": f"{key_of(view.run.id)}-{one.pseudonym}",
        "patient_pseudonym": one.pseudonym,
        "verdict": one.verdict,
        "first_failing_criterion": found.failing[0] if found.failing else "",
        "all_failing_criteria": ";".join(found.failing),
        "unknown_criteria": ";".join(found.unknown),
        "n_met": str(found.passed),
        "n_not_met": str(len(found.failing)),
        "n_unknown": str(len(found.unknown)),
        "state": entry.bin,
    }


def _decided(entry: Entry) -> dict[str, str]:
    one, second = entry.decision, entry.second
    if one is None:
        return dict.fromkeys(COLUMNS[18:], "") | {"attempt_no": "0", "override": "no", "do_not_contact": "no"}
    return {
        "attempt_no": str(one.attempt_no),
        "reason_code": one.reason_code or "",
        "reason_text": one.reason_text or "",
        "decided_by": one.who,
        "decided_at": f"{one.at:%Y-%m-%dT%H:%M:%SZ}",
        "second_reviewer": second.who if second else "",
        "second_decision": second.state if second else "",
        "discordant": _yes_no(second.state != one.state) if second else "",
        "override": _yes_no(one.override),
        "override_reason": one.override_reason or "",
        "recheck_on": one.recheck_on or "",
        "recheck_because": one.recheck_because or "",
        "do_not_contact": _yes_no(one.do_not_contact),
        "clinician_approval": one.clinician or "",
        "approached_at": one.approached_on or "",
        "consent_status": one.consent_status or "",
        "consent_version": one.consent_version or "",
        "note": one.note or "",
    }


def _yes_no(value: bool) -> str:
    return "yes" if value else "no"
