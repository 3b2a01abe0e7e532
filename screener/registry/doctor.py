"""Explaining what stands between this computer and the registry: one production request, and what came back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from screener.registry import problems
from screener.registry.client import STUDY_QUERY, Client

if TYPE_CHECKING:
    from screener.registry.answers import Study

Kind = Literal[
    "fine",
    "schema changed",
    "missing",
    "malformed id",
    "wrong address",
    "blocked",
    "throttled",
    "registry fault",
    "not reachable",
    "tls problem",
    "time over",
    "not the registry",
    "old shape",
    "wrong study",
    "unexpected",
]

_KINDS: Final[tuple[tuple[type[problems.RegistryProblem], Kind], ...]] = (
    (problems.MalformedId, "malformed id"),
    (problems.Missing, "missing"),
    (problems.WrongPath, "wrong address"),
    (problems.Refused, "blocked"),
    (problems.Throttled, "throttled"),
    (problems.ServerFault, "registry fault"),
    (problems.TlsProblem, "tls problem"),
    (problems.Unreachable, "not reachable"),
    (problems.Truncated, "not reachable"),
    (problems.DeadlineReached, "time over"),
    (problems.NotJson, "not the registry"),
    (problems.OldShape, "old shape"),
    (problems.UnusableRecord, "schema changed"),
    (problems.WrongStudy, "wrong study"),
)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the production request brought back.

    `summary` is one sentence, `advice` the next step or empty. `differences` names the fields that are not as
    described. `status`, `headers` and `start` (the first bytes) are there when anything answered at all.
    `usable` tells whether a sync would keep the record; changed fields that are not needed are no obstacle.
    """

    kind: Kind
    summary: str
    advice: str
    url: str
    attempts: int
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    start: bytes = field(default=b"", repr=False)
    differences: tuple[str, ...] = ()
    usable: bool = False


def examine(client: Client, nct_id: str) -> Diagnosis:
    """Send exactly the request that a sync sends for one study, and explain the answer.

    Give the client a short deadline: passing problems are tried again until then.
    """
    query = "&".join(f"{name}={value}" for name, value in STUDY_QUERY.items())
    url = f"{client.base_url}/studies/{nct_id}?{query}"
    try:
        study = client.fetch_study(nct_id)
    except problems.RegistryProblem as problem:
        return _explained(problem, url)
    return _answered(study)


def _answered(study: Study) -> Diagnosis:
    differences = tuple(warning.message for warning in study.record.warnings if not warning.ordinary)
    answer = study.answer
    summary = f"The registry answers, and the record of {study.asked} is as described."
    if differences:
        summary = f"The registry answers, but {_fields(len(differences))} not as described."
    return Diagnosis(
        kind="schema changed" if differences else "fine",
        summary=summary,
        advice="Look at the fields named before you rely on the rules." if differences else "",
        url=answer.url,
        attempts=answer.attempts,
        status=answer.status,
        headers=answer.headers,
        start=answer.body[:200],
        differences=differences,
        usable=True,
    )


def _fields(count: int) -> str:
    return "one field of the record is" if count == 1 else f"{count} fields of the record are"


def _explained(problem: problems.RegistryProblem, url: str) -> Diagnosis:
    kind: Kind = next((name for known, name in _KINDS if isinstance(problem, known)), "unexpected")
    kept = problem.rejected
    return Diagnosis(
        kind=kind,
        summary=problem.message,
        advice=problem.hint
        or "Show what came back, below, to your IT department; and see whether this program is new.",
        url=kept.url if kept else url,
        attempts=problem.attempts,
        status=kept.status if kept else None,
        headers=kept.headers if kept else (),
        start=kept.body[:200] if kept else b"",
        differences=problem.differences if isinstance(problem, problems.UnusableRecord) else (),
    )
