"""Why a fact is another one between two screenings where a person has answered it: the answer, or what overtook it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from screener.worklist.answers import Known, evidence_of
from screener.worklist.footing import Footing
from screener.worklist.snapshot import fitting
from screener.worklist.wording import rules_reading

if TYPE_CHECKING:
    from screener.store.memory_tables import AnswerRow

Kind = Literal["fact", "rule", "registry", "date", "answer"]


class Side(NamedTuple):
    """What a screening stood on: its rules with the registry's words, and its day; none begun is the one at work."""

    footing: Footing
    as_of: date
    begun: datetime | None


class Why(NamedTuple):
    """The kind of a cause, and what is said of it besides the values."""

    kind: Kind
    remark: str = ""


_ONLY: Final = "; the answer holds only with {} when it was given"
_RECORD: Final = Why("fact", _ONLY.format("what the record said"))
_RULE: Final = Why("rule", _ONLY.format("the rules as they were"))
_WITHDRAWN: Final = Why("answer", "; the answer was withdrawn")


def why_other(name: str, old: tuple[Side, Known], new: tuple[Side, Known]) -> Why:
    """Why a fact that differs between two screenings does.

    Args:
        name: the fact.
        old: the screening before, and what it knew of the patient.
        new: the screening after, and what it knows.
    """
    was, now = (next((one for one in known.answers if one.fact == name), None) for _, known in (old, new))
    if was is None and now is None:
        return Why("fact")
    if was is not None and now is not None:
        return Why("answer")
    counted, (side, known) = (was, new) if was is not None else (now, old)
    assert counted is not None  # one of them is
    why = _not_counted(counted, side, known)
    gone_back = why.kind == "date" and new[0].as_of < old[0].as_of
    return Why("date", f"{why.remark}, and {went_back(old[0], new[0])}") if gone_back else why


def went_back(old: Side, new: Side) -> str:
    """That the screening is as of an earlier day than the one before."""
    return f"the screening date went back from {old.as_of} to {new.as_of}"


def _not_counted(one: AnswerRow, side: Side, known: Known) -> Why:
    """Why an answer does not count for a screening."""
    if side.begun is not None and one.at > side.begun:
        return Why("answer")
    over = one.ended is not None and (side.begun is None or one.ended <= side.begun)
    if over and one.ended_why == "withdrawn":
        return _WITHDRAWN
    rules = side.footing.rules
    if evidence_of(fitting(known.recorded, rules.vocabulary), one.fact) != one.evidence_sha256:
        return _RECORD
    if rules_reading(rules, one.fact) != one.rule_sha256:
        return _RULE
    if not over and one.true_on > side.as_of.isoformat():
        return Why("date", f"; the answer counts from {one.true_on} on")
    return Why("answer")
