"""The words and signs of the HTML report: every sign has its word, and none relies on colour."""

from __future__ import annotations

from typing import Final, NamedTuple

from screener.matching.results import PatientResult


class VerdictWords(NamedTuple):
    """How a verdict is shown: the class of its colours, its sign, and its words."""

    key: str
    sign: str
    words: str


VERDICTS: Final = (
    VerdictWords("eligible", "✓", "Eligible on recorded data"),
    VerdictWords("information", "?", "Needs information"),
    VerdictWords("recoverable", "↻", "Not eligible now, may change"),
    VerdictWords("ineligible", "✗", "Not eligible"),
)
"""The verdicts in rank order."""

EFFECT_SIGNS: Final = {"pass": "✓", "fail": "✗", "open": "?", "none": "·"}
EFFECT_CLASSES: Final = {"passes": "pass", "fails": "fail", "open": "open"}

CAUSE_WORDS: Final = {
    "not_recorded": "not recorded",
    "stale": "recorded too long ago",
    "imprecise": "not precise enough to settle",
    "unreadable": "recorded but cannot be read",
    "conflicting": "sources disagree",
    "interpretation_open": "the protocol's text leaves it open",
    "rule_stale": "the registry's words have changed since the rule was written",
    "not_encoded": "not encoded as a rule",
}
_IDS_SHOWN: Final = 3
ANSWERED_BY: Final = {"record": "The record", "patient": "The patient", "clinician": "A clinician"}


def verdict_of(result: PatientResult) -> VerdictWords:
    """How the verdict of a patient is shown; nobody with an open criterion is ever shown as eligible."""
    eligible, information, recoverable, ineligible = VERDICTS
    if result.verdict == "eligible":
        assert all(one.effect == "passes" for one in result.criteria), "an eligible patient has nothing open"
        return eligible
    if result.verdict == "needs_information":
        return information
    return recoverable if result.recoverable else ineligible


def why(result: PatientResult) -> str:
    """What keeps the verdict from being a better one, in a few words for a narrow column."""
    failing = [one.id for one in result.criteria if one.effect == "fails"]
    if failing:
        return f"fails {_first(failing)}"
    asked = {name for one in result.questions for name in one.criteria}
    left = [one.id for one in result.criteria if one.effect == "open" and one.id not in asked]
    said = [f"{_first(left)}: a person decides"] if left else []
    if result.questions:
        said.append(f"{len(result.questions)} question{'' if len(result.questions) == 1 else 's'}")
    if result.presumed:
        said.append(f"{len(result.presumed)} presumed")
    return ", ".join(said) or "all pass"


def _first(names: list[str]) -> str:
    """The first few ids, and how many more there are."""
    shown = ", ".join(names[:_IDS_SHOWN])
    return f"{shown} and {len(names) - _IDS_SHOWN} more" if len(names) > _IDS_SHOWN else shown


def explained(result: PatientResult) -> list[str]:
    """Why the verdict is what it is, in short sentences that name the criteria."""
    failing = [one.id for one in result.criteria if one.effect == "fails"]
    still_open = [one.id for one in result.criteria if one.effect == "open"]
    passing = sum(one.effect == "passes" and one.result != "allowed" for one in result.criteria)
    deciding = passing + len(failing) + len(still_open)
    said = [f"{passing} of {deciding} deciding criteria pass."]
    if failing:
        said.append(f"Failing: {', '.join(failing)}.")
    if result.recoverable:
        said.append("What fails now can still change; look again later.")
    if still_open:
        said.append(f"Open: {', '.join(still_open)}.")
    if result.verdict == "eligible" and result.presumed:
        said.append(f"Leans on what is presumed: {', '.join(one.fact.replace('_', ' ') for one in result.presumed)}.")
    if result.verdict == "eligible":
        said.append("A qualified person confirms eligibility.")
    return said
